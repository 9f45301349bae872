/**
 * Parts of a page that keep themselves up to date: `data-refresh` is where their HTML comes from, `data-refresh-on`
 * the word in a fact that concerns them, `data-refresh-id` the one thing, `data-refresh-say` what is said then.
 * With `data-refresh-every` (milliseconds) a part looks by itself as long as something in it is `data-unfinished`;
 * with `data-refresh-done` the whole page is read again after that, with `data-refresh-gone` when the part is there no more. Without it the page is as it was when it was opened.
 */
import { onFact, onReturn, onWithout } from "./live.js";
import { enhance } from "./main.js";
import { isSignedOut } from "./signed-out.js";
import { announce } from "./toasts.js";

/**
 * Whether somebody is at work in a part, so that new HTML would take something out of their hands.
 * @param {HTMLElement} part
 */
function isBusy(part) {
  const at = document.activeElement;
  return part.querySelector("dialog[open]:modal") !== null || (at instanceof HTMLElement && part.contains(at) && at.matches("input, textarea, select, [data-grid] *"));
}

/** What is being asked for, by part. @type {WeakMap<HTMLElement, { again: boolean, aloud: boolean, done: Promise<void> }>} */
const asked = new WeakMap();

/**
 * Put what the server shows now into a part. One question at a time: of two answers on their way the older could come
 * last and stay, so whoever asks meanwhile has it asked once more.
 * @param {HTMLElement} part
 * @param {boolean} aloud
 * @returns {Promise<void>}
 */
export function refresh(part, aloud = true) {
  const going = asked.get(part);
  if (going) {
    going.again = true;
    going.aloud ||= aloud;
    return going.done;
  }
  const mine = { again: true, aloud, done: Promise.resolve() };
  asked.set(part, mine);
  mine.done = (async () => {
    try {
      while (mine.again) {
        mine.again = false;
        await renew(part, mine.aloud);
      }
    } finally {
      asked.delete(part);
    }
  })();
  return mine.done;
}

/**
 * Refresh a part, and try again where that fails: nobody tells a second time what has happened.
 * @param {HTMLElement} part
 * @param {boolean} [aloud]
 * @param {number} [tries]
 */
function surely(part, aloud = true, tries = 5) {
  refresh(part, aloud).catch(() => {
    if (tries > 1) setTimeout(surely, 1500 + Math.random() * 1500, part, aloud, tries - 1);
  });
}

/**
 * Refresh a part as soon as nobody is at work in it.
 * @param {HTMLElement} part
 * @param {boolean} aloud
 */
function later(part, aloud) {
  part.addEventListener("focusout", () => setTimeout(surely, 200, part, aloud), { once: true });
}

/**
 * Where a link or a button is found again in new HTML.
 * @param {HTMLElement} held
 */
function wayTo(held) {
  if (held instanceof HTMLAnchorElement) return `a[href="${CSS.escape(held.getAttribute("href") ?? "")}"]`;
  const action = held instanceof HTMLButtonElement ? held.form?.getAttribute("action") : null;
  return action ? `form[action="${CSS.escape(action)}"] button[type=submit]` : "";
}

/**
 * @param {HTMLElement} part
 * @param {boolean} aloud
 */
async function renew(part, aloud) {
  if (isBusy(part)) return later(part, aloud);
  const answer = await fetch(part.dataset.refresh ?? "", { credentials: "same-origin" });
  if (answer.status >= 500) throw new Error(`status ${answer.status}`);
  if (answer.status === 404 && part.dataset.refreshGone !== undefined) location.reload();
  if (!answer.ok || isSignedOut(answer)) return; // The door is no part of this page.
  const html = await answer.text();
  if (isBusy(part)) return later(part, aloud); // Somebody has begun while the answer was on its way.
  const held = document.activeElement instanceof HTMLElement && part.contains(document.activeElement) ? document.activeElement : null;
  const way = held ? wayTo(held) : "";
  const chosen = [...part.querySelectorAll("input[type=radio]:checked")].map((one) => `input[type=radio][name="${one.getAttribute("name")}"][value="${one.getAttribute("value")}"]:enabled`);
  part.innerHTML = html;
  for (const one of chosen) {
    const again = part.querySelector(one);
    if (again instanceof HTMLInputElement) again.checked = true;
  }
  enhance(part);
  part.dispatchEvent(new Event("part:fresh", { bubbles: true }));
  if (held) {
    const again = way ? part.querySelector(way) : null;
    (again instanceof HTMLElement ? again : document.getElementById("main"))?.focus();
  }
  if (aloud && part.dataset.refreshSay) announce(part.dataset.refreshSay);
}

/** @param {HTMLElement} part */
function isUnfinished(part) {
  return part.querySelector("[data-unfinished]") !== null;
}

/**
 * Look again and again while something in a part is unfinished; nothing is said until it is done.
 * @param {HTMLElement} part
 */
function keepLooking(part) {
  setTimeout(async () => {
    try {
      if (isUnfinished(part)) await refresh(part, false);
    } catch {
      // Away for a moment: the next look may succeed.
    }
    if (isUnfinished(part)) keepLooking(part);
    else if (part.dataset.refreshDone !== undefined) location.reload();
    else if (part.dataset.refreshSay) announce(part.dataset.refreshSay);
  }, Number(part.dataset.refreshEvery));
}

for (const part of document.querySelectorAll("[data-refresh-every]")) {
  if (part instanceof HTMLElement && isUnfinished(part)) keepLooking(part);
}

onFact((fact) => {
  for (const part of document.querySelectorAll("[data-refresh]")) {
    if (!(part instanceof HTMLElement)) continue;
    const told = fact[part.dataset.refreshOn ?? ""];
    const mine = !part.dataset.refreshId || part.dataset.refreshId === told;
    if (told !== undefined && mine) surely(part);
  }
});

// Whatever happened while the line was down was not heard here.
onReturn(() => {
  for (const part of document.querySelectorAll("[data-refresh][data-refresh-on]")) {
    if (part instanceof HTMLElement) surely(part, false);
  }
});

// Where no line comes about, a page asks now and then instead of being told.
const ASK_EVERY = 15000;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let asking;

function ask() {
  asking = setTimeout(() => {
    for (const part of document.querySelectorAll("[data-refresh][data-refresh-on]")) {
      if (part instanceof HTMLElement && !document.hidden) void refresh(part, false).catch(() => undefined);
    }
    ask();
  }, ASK_EVERY * (1 + Math.random() / 2));
}

onWithout((without) => {
  clearTimeout(asking);
  if (without && document.querySelector("[data-refresh][data-refresh-on]")) ask();
});

const COUNTDOWNS = "[data-countdown-to], [data-countdown-from]";

/**
 * The moment to which a countdown runs.
 * @param {Element} place
 */
function momentOf(place) {
  return ["data-countdown-to", "data-countdown-from", "data-countdown-seconds"].map((name) => place.getAttribute(name)).join(" ");
}

/**
 * Ask what a countdown led to. Our clock may be ahead of the server's, for whom the moment is yet to come: as long as
 * the part still waits for it, it is asked again, each time later.
 * @param {HTMLElement} part
 * @param {string} moment
 * @param {number} [pause] milliseconds
 */
function askWhatCame(part, moment, pause = 1000) {
  const stillWaits = () => [...part.querySelectorAll(COUNTDOWNS)].some((place) => momentOf(place) === moment);
  refresh(part)
    .then(stillWaits, () => true)
    .then((again) => {
      if (again && pause <= 16000) setTimeout(askWhatCame, pause * (1 + Math.random() / 2), part, moment, pause * 2);
    });
}

// What a countdown led to is possible now, or not any more.
document.addEventListener("countdown:over", (event) => {
  if (!(event.target instanceof Element)) return;
  const part = event.target.closest("[data-refresh]");
  if (part instanceof HTMLElement) askWhatCame(part, momentOf(event.target));
});
