/** The clock of a meeting room, by the server's time: to the beginning, to the end, to the closing; said at 5, 1 and 0:10. */
import { serverNow, syncClock } from "./countdown.js";
import { announce } from "./toasts.js";

/** @typedef {{ starts: number, ends: number, closes: number }} Times */

/** @param {HTMLElement} place */
export function startClock(place) {
  const face = place.querySelector("time");
  const label = place.querySelector("[data-room-clock-label]");
  const moment = (/** @type {string} */ name) => Date.parse(place.getAttribute(`data-${name}`) ?? "");
  /** @type {Times} */
  let times = { starts: moment("starts"), ends: moment("ends"), closes: moment("closes") };
  /** @type {Set<string>} */
  const said = new Set();
  syncClock(moment("now"));

  /** What is counted down to, and until when; a room that was closed early is over, whatever was planned. @returns {[string, number]} */
  const phaseAt = (/** @type {number} */ now) => {
    if (now >= times.closes) return ["over", 0];
    if (now < times.starts) return ["before", times.starts];
    return now < times.ends ? ["during", times.ends] : ["last", times.closes];
  };

  const show = () => {
    const now = serverNow();
    const [word, until] = phaseAt(now);
    if (label) label.textContent = place.getAttribute(`data-say-${word}`);
    if (face instanceof HTMLElement && until) {
      face.dataset.countdownSeconds = String(Math.max(0, Math.round((until - now) / 1000)));
      face.dataset.countdownFrom = new Date(until - Number(face.dataset.countdownSeconds) * 1000).toISOString();
    } else if (face instanceof HTMLElement) {
      delete face.dataset.countdownFrom;
      face.textContent = "0:00";
    }
  };

  const warn = () => {
    const left = (times.ends - serverNow()) / 1000;
    if (serverNow() >= times.closes) return;
    for (const [name, seconds] of /** @type {[string, number][]} */ ([["ten", 10], ["one", 60], ["five", 300]])) {
      const key = `${name} ${times.ends}`;
      if (left > 0 && left <= seconds && left > seconds - 3 && !said.has(key)) {
        said.add(key);
        announce(place.getAttribute(`data-say-${name}`) ?? "");
        break;
      }
    }
  };

  let phase = "";
  setInterval(() => {
    const [next] = phaseAt(serverNow());
    if (next !== phase) show();
    phase = next;
    warn();
  }, 500);
  show();

  return {
    /** @param {Times} now */
    set(now) {
      times = now;
      show();
    },
    /** @param {number} ahead milliseconds that the server is ahead of us */
    sync(ahead) {
      syncClock(Date.now() + ahead);
      show();
    },
    isOver: () => serverNow() >= times.closes,
  };
}
