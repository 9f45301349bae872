/** Speed networking: the same countdown in every window, and each change said once to those who do not see it. */
import { syncClock } from "./countdown.js";
import { followClock } from "./live.js";
import { announce } from "./toasts.js";

const part = document.querySelector("[data-networking]");

/** @returns {HTMLElement | null} */
const state = () => document.querySelector("[data-networking-state]");

let said = state()?.dataset.say ?? "";
let last = state()?.dataset.networkingState ?? "";

/** What the part shows now, if it is something else than before. */
function tell() {
  const now = state();
  if (!now) return;
  syncClock(Date.parse(now.dataset.now ?? ""));
  const words = now.dataset.say ?? "";
  if (words && words !== said) announce(words);
  said = words;
  if (now.dataset.networkingState !== last) document.getElementById("networking-title")?.scrollIntoView({ block: "nearest" });
  last = now.dataset.networkingState ?? "";
}

if (part) {
  syncClock(Date.parse(state()?.dataset.now ?? ""));
  followClock();
  part.addEventListener("part:fresh", tell);
}

// Half a minute and ten seconds before the end of a round.
const LEFT = [30, 10];
/** @type {Set<string>} */
const warned = new Set();
setInterval(() => {
  const now = state();
  const face = now?.querySelector("time[data-countdown-from]");
  if (!now || !(face instanceof HTMLElement) || now.dataset.networkingState !== "round") return;
  const [minutes, seconds] = (face.textContent ?? "").split(":").map(Number);
  const left = minutes * 60 + seconds;
  for (const one of LEFT) {
    const key = `${one} ${face.dataset.countdownFrom}`;
    if (left === one && !warned.has(key)) {
      warned.add(key);
      announce(now.getAttribute(`data-say-${one}`) ?? "");
    }
  }
}, 500);
