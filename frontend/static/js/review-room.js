/** The live room of a review: its parts are read again when the room has a new number; the board has a line of its own. */
import { startCall } from "./call-page.js";
import { GO_IN } from "./call.js";
import { clockFace, serverNow, syncClock } from "./countdown.js";
import { sendInBackground } from "./live-forms.js";
import { onReview } from "./live.js";
import { refresh } from "./refresh.js";
import { startBoard } from "./review-board.js";
import { toast } from "./toasts.js";

const room = document.getElementById("review-room");
const place = document.querySelector("[data-board]");
const board = place instanceof HTMLElement ? startBoard(place) : undefined;
let shown = Number(room?.dataset.number ?? 0);
let wanted = shown;
let looking = false;
let over = false;

/** @type {Map<string, ReturnType<typeof setTimeout>>} */
const lookingSoon = new Map();
const region = document.getElementById("call");
const call = region ? startCall(region, { look: () => lookAt("[data-review-part=call]", 150), anew: drawAnew }) : undefined;
// Where there is no call any more, nobody goes into the next one by themselves.
if (!region) sessionStorage.removeItem(GO_IN);

/** Read the parts of the page again, until they show the newest number that was heard of. */
async function look() {
  if (looking || over) return;
  looking = true;
  try {
    do {
      const before = wanted;
      const asked = performance.now();
      for (const part of document.querySelectorAll("[data-review-part]")) if (part instanceof HTMLElement) await refresh(part, false);
      const mark = document.querySelector("[data-server-now]");
      const unsure = (performance.now() - asked) / 2;
      if (mark instanceof HTMLElement) syncClock(Date.parse(mark.dataset.serverNow ?? "") + unsure, unsure + 500);
      const epoch = document.querySelector("[data-call-epoch]")?.getAttribute("data-call-epoch");
      if (epoch && epoch !== room?.dataset.epoch) changeWay(epoch);
      shown = Math.max(before, Number(document.querySelector("[data-number][data-server-now]")?.getAttribute("data-number") ?? 0));
    } while (shown < wanted);
  } catch {
    setTimeout(look, 2000 + Math.random() * 2000);
  } finally {
    looking = false;
  }
}

// A clock that has just come shows what the server wrote until it is counted: that is done at once.
document.addEventListener("part:fresh", () => syncClock(serverNow(), Infinity));

/** How long somebody speaks. */
function tick() {
  for (const time of document.querySelectorAll("[data-speaks-since]")) {
    const since = Date.parse(time.getAttribute("data-speaks-since") ?? "");
    if (!Number.isNaN(since)) time.textContent = clockFace(Math.max(0, Math.floor((serverNow() - since) / 1000)));
  }
  setTimeout(tick, 500);
}

/**
 * Those in the call hear from it what becomes of it, and go on here where they can.
 * @param {string} epoch
 */
function changeWay(epoch) {
  if (!call?.isOn()) drawAnew();
  else if (room) room.dataset.epoch = epoch;
}

/** Another way of seeing each other was chosen, as when the one before failed: the page is read again with it, once
 * nobody writes in it. */
function drawAnew() {
  const at = document.activeElement;
  if (at instanceof HTMLElement && at.matches("input, textarea, select")) at.addEventListener("focusout", () => setTimeout(drawAnew, 200), { once: true });
  else location.reload();
}

/**
 * Read one part of the page again in a moment; many times meanwhile is once.
 * @param {string} selector
 * @param {number} pause
 */
function lookAt(selector, pause) {
  const part = document.querySelector(selector);
  clearTimeout(lookingSoon.get(selector));
  if (part instanceof HTMLElement && !over) lookingSoon.set(selector, setTimeout(() => void refresh(part, false).catch(() => undefined), pause));
}

/** Read who is here again. Many come at once after a restart: each page looks a little later than the others. */
const lookWho = () => lookAt("[data-review-here]", 200 + Math.random() * 800);

// Who comes into the call and goes is told to those in it; for the others it is enough to see it now and then.
setInterval(() => !call?.isOn() && document.visibilityState === "visible" && lookAt("[data-review-part=call]", Math.random() * 5000), 20000);

function leave() {
  if (over) return;
  over = true;
  board?.leave();
  toast(room?.dataset.sayLeft ?? "", "warn");
}

if (room) {
  syncClock(Date.parse(room.dataset.now ?? ""), 3000);
  onReview(room.dataset.review ?? "", {
    news: (number, written) => {
      wanted = Math.max(wanted, number);
      board?.news(written);
      if (wanted > shown) void look();
    },
    connected: (on) => {
      for (const mark of document.querySelectorAll("[data-connection]")) {
        if (!(mark instanceof HTMLElement)) continue;
        mark.dataset.state = on ? "on" : "away";
        const text = mark.querySelector("[data-slot=text]");
        if (text) text.textContent = (on ? mark.dataset.on : mark.dataset.away) ?? "";
      }
    },
    here: lookWho,
    left: leave,
  });
  // Whoever leads is in the call too: what is chosen for all takes them along, and not out of it by a new page.
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target instanceof HTMLFormElement && event.target.action.endsWith("/live/video") && call?.isOn()) event.target.dataset.live = "";
    },
    true,
  );
  sendInBackground({
    look,
    sent: (form) => {
      if (form.dataset.clear !== undefined) form.reset();
      if (document.activeElement instanceof HTMLElement && form.contains(document.activeElement)) document.activeElement.blur();
    },
    failed: room.dataset.sayFailed ?? "",
  });
  document.addEventListener("countdown:over", () => void look());
  tick();
}
