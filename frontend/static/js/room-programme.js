/** What is on in a live room by the agenda: known from times and the server's clock, so that nothing has to be sent. */
import { serverNow } from "./countdown.js";
import { each, slot } from "./room-rows.js";

/** @typedef {import("./live.js").Programme} Programme */
/** @typedef {Programme["sessions"][number]} Session */

/** @type {Programme} */
let programme = { chosen: "", sessions: [] };
/** @type {(moment: string) => string} */
let inZone = (moment) => moment;

/**
 * @param {Programme} now
 * @param {(moment: string) => string} write a moment in the event's time zone
 */
export function showProgramme(now, write) {
  [programme, inZone] = [now, write];
  show();
}

function show() {
  const now = serverNow();
  const { chosen, sessions } = programme;
  const on = sessions.find((one) => one.id === chosen) ?? sessions.find((one) => Date.parse(one.starts_at) <= now && now < Date.parse(one.ends_at));
  const next = sessions.find((one) => Date.parse(one.starts_at) > now && one.id !== chosen);
  each("[data-session-line]", (line) => {
    line.hidden = !on && !next;
    put(line, "[data-session-on]", on, on?.ends_at);
    each("[data-session-until]", (place) => (place.hidden = !on || Date.parse(on.ends_at) <= now), line);
    put(line, "[data-session-next]", next, next?.starts_at);
  });
}

/**
 * @param {HTMLElement} line
 * @param {string} selector
 * @param {Session | undefined} session
 * @param {string | undefined} at
 */
function put(line, selector, session, at) {
  each(
    selector,
    (place) => {
      place.hidden = !session;
      slot(place, "title", session?.title ?? "");
      slot(place, "at", at ? inZone(at) : "");
    },
    line,
  );
}

setInterval(() => programme.sessions.length && show(), 5000);
