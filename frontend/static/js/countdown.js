/**
 * Countdowns: `<time data-countdown-to="ISO">` in words, and
 * `<time data-countdown-seconds="300" data-countdown-from="ISO">` as a clock.
 * They follow the server's clock once somebody calls `syncClock`.
 */

let ahead = 0;
let doubt = Infinity;
let since = 0;

/**
 * Go by the server's clock. Of what is heard of it, the surest counts: an answer came within a known time, a message
 * has been on its way for an unknown one. Doubt grows by a millisecond a second, since clocks drift.
 * @param {number} serverNow milliseconds since 1970 by the server's clock
 * @param {number} unsure by how many milliseconds it may be wrong
 */
export function syncClock(serverNow, unsure = 1000) {
  const heard = serverNow - Date.now();
  const grown = doubt + (performance.now() - since) / 1000;
  // Somebody has set this machine's clock, or it slept.
  const jumped = Math.abs(heard - ahead) > 5000;
  if (Number.isFinite(heard) && (unsure <= grown || jumped)) [ahead, doubt, since] = [heard, unsure, performance.now()];
  tick();
}

/** @returns {number} by how many milliseconds our idea of the server's clock may be wrong */
export function clockDoubt() {
  return doubt + (performance.now() - since) / 1000;
}

/** @returns {number} milliseconds since 1970 by the server's clock */
export function serverNow() {
  return Date.now() + ahead;
}

/**
 * @param {number} amount
 * @param {"day" | "hour" | "minute" | "second"} unit
 */
function inWords(amount, unit) {
  const locale = document.documentElement.lang || "en";
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" }).format(amount);
}

/**
 * The two largest units that matter.
 * @param {number} seconds
 */
export function spoken(seconds) {
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor((seconds % 86400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  if (days) return hours ? `${inWords(days, "day")} ${inWords(hours, "hour")}` : inWords(days, "day");
  if (hours) return `${inWords(hours, "hour")} ${inWords(minutes, "minute")}`;
  if (minutes >= 5) return inWords(minutes, "minute");
  if (minutes) return `${inWords(minutes, "minute")} ${inWords(seconds % 60, "second")}`;
  return inWords(seconds, "second");
}

/** @param {number} seconds */
export function clockFace(seconds) {
  const size = Math.abs(seconds);
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const minutes = Math.floor(size / 60);
  const hours = Math.floor(minutes / 60);
  return `${seconds < 0 ? "+" : ""}${hours ? `${hours}:${two(minutes % 60)}` : minutes}:${two(size % 60)}`;
}

/**
 * @param {HTMLElement} place
 * @param {string} text
 * @param {number} left
 */
function show(place, text, left) {
  const soon = Number(place.dataset.soon ?? 3600);
  const state = left <= 0 ? "over" : left <= soon ? "soon" : "far";
  if (place.textContent !== text) place.textContent = text;
  if (place.dataset.state === state) return;
  const before = place.dataset.state;
  place.dataset.state = state;
  if (before && state === "over") place.dispatchEvent(new CustomEvent("countdown:over", { bubbles: true }));
}

function tick() {
  for (const place of document.querySelectorAll("[data-countdown-to]")) {
    if (!(place instanceof HTMLElement)) continue;
    const left = Math.ceil((Date.parse(place.dataset.countdownTo ?? "") - serverNow()) / 1000);
    if (Number.isNaN(left)) continue;
    if (!place.title) place.title = place.textContent ?? "";
    show(place, spoken(Math.max(0, left)), left);
  }
  for (const place of document.querySelectorAll("[data-countdown-seconds][data-countdown-from]")) {
    if (!(place instanceof HTMLElement)) continue;
    const ends = Date.parse(place.dataset.countdownFrom ?? "") + Number(place.dataset.countdownSeconds) * 1000;
    const now = place.dataset.countdownPaused ? Date.parse(place.dataset.countdownPaused) : serverNow();
    const left = Math.ceil((ends - now) / 1000);
    if (Number.isNaN(left)) continue;
    show(place, clockFace(place.dataset.over === "count" ? left : Math.max(0, left)), left);
  }
}

export function startCountdowns() {
  tick();
  // Just after each full second, so that two clocks on one screen change together.
  const next = () => {
    tick();
    setTimeout(next, 1000 - (serverNow() % 1000) + 5);
  };
  setTimeout(next, 1000 - (serverNow() % 1000) + 5);
  document.addEventListener("visibilitychange", tick);
}
