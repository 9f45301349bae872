/**
 * Parts of a page that keep themselves up to date: `data-refresh` is where their HTML comes from, `data-refresh-on`
 * the word in a fact that concerns them, `data-refresh-id` the one thing, `data-refresh-say` what is said then.
 * Without it the page is as it was when it was opened.
 */
import { onFact } from "./live.js";
import { enhance } from "./main.js";
import { announce } from "./toasts.js";

/**
 * Whether somebody is at work in a part, so that new HTML would take something out of their hands.
 * @param {HTMLElement} part
 */
function isBusy(part) {
  const at = document.activeElement;
  return part.querySelector("dialog[open]:modal") !== null || (at instanceof HTMLElement && part.contains(at) && at.matches("input, textarea, select"));
}

/** @param {HTMLElement} part */
async function refresh(part) {
  if (isBusy(part)) {
    part.addEventListener("focusout", () => setTimeout(() => refresh(part), 200), { once: true });
    return;
  }
  const answer = await fetch(part.dataset.refresh ?? "", { credentials: "same-origin" });
  if (!answer.ok) return;
  const html = await answer.text();
  const held = document.activeElement instanceof HTMLElement && part.contains(document.activeElement) ? document.activeElement : null;
  const way = held instanceof HTMLAnchorElement ? held.getAttribute("href") : null;
  part.innerHTML = html;
  enhance(part);
  if (held) {
    const again = way ? part.querySelector(`a[href="${CSS.escape(way)}"]`) : null;
    (again instanceof HTMLElement ? again : document.getElementById("main"))?.focus();
  }
  if (part.dataset.refreshSay) announce(part.dataset.refreshSay);
}

onFact((fact) => {
  for (const part of document.querySelectorAll("[data-refresh]")) {
    if (!(part instanceof HTMLElement)) continue;
    const told = fact[part.dataset.refreshOn ?? ""];
    const mine = !part.dataset.refreshId || part.dataset.refreshId === told;
    if (told !== undefined && mine) void refresh(part);
  }
});

// What a countdown led to is possible now, or not any more.
document.addEventListener("countdown:over", (event) => {
  const part = event.target instanceof Element ? event.target.closest("[data-refresh]") : null;
  if (part instanceof HTMLElement) void refresh(part);
});
