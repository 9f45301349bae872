/**
 * Parts of a page that keep themselves up to date: `data-refresh` is where their HTML comes from, `data-refresh-on`
 * the word in a fact that concerns them, `data-refresh-id` the one thing, `data-refresh-say` what is said then.
 * With `data-refresh-every` (milliseconds) a part looks by itself as long as something in it is `data-unfinished`;
 * with `data-refresh-done` the whole page is read again after that. Without it the page is as it was when it was opened.
 */
import { onFact, onReturn, onWithout } from "./live.js";
import { enhance } from "./main.js";
import { announce } from "./toasts.js";

/**
 * Whether somebody is at work in a part, so that new HTML would take something out of their hands.
 * @param {HTMLElement} part
 */
function isBusy(part) {
  const at = document.activeElement;
  return part.querySelector("dialog[open]:modal") !== null || (at instanceof HTMLElement && part.contains(at) && at.matches("input, textarea, select, [data-grid] *"));
}

/**
 * Put what the server shows now into a part.
 * @param {HTMLElement} part
 * @param {boolean} aloud
 */
export async function refresh(part, aloud = true) {
  if (isBusy(part)) {
    part.addEventListener("focusout", () => setTimeout(() => refresh(part, aloud), 200), { once: true });
    return;
  }
  const answer = await fetch(part.dataset.refresh ?? "", { credentials: "same-origin" });
  if (!answer.ok) return;
  const html = await answer.text();
  const held = document.activeElement instanceof HTMLElement && part.contains(document.activeElement) ? document.activeElement : null;
  const way = held instanceof HTMLAnchorElement ? held.getAttribute("href") : null;
  const chosen = [...part.querySelectorAll("input[type=radio]:checked")].map((one) => `input[type=radio][name="${one.getAttribute("name")}"][value="${one.getAttribute("value")}"]:enabled`);
  part.innerHTML = html;
  for (const one of chosen) {
    const again = part.querySelector(one);
    if (again instanceof HTMLInputElement) again.checked = true;
  }
  enhance(part);
  part.dispatchEvent(new Event("part:fresh", { bubbles: true }));
  if (held) {
    const again = way ? part.querySelector(`a[href="${CSS.escape(way)}"]`) : null;
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
    if (told !== undefined && mine) void refresh(part);
  }
});

// Whatever happened while the line was down was not heard here.
onReturn(() => {
  for (const part of document.querySelectorAll("[data-refresh][data-refresh-on]")) {
    if (part instanceof HTMLElement) void refresh(part, false);
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

// What a countdown led to is possible now, or not any more.
document.addEventListener("countdown:over", (event) => {
  const part = event.target instanceof Element ? event.target.closest("[data-refresh]") : null;
  if (part instanceof HTMLElement) void refresh(part);
});
