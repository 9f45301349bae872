/** Messages: those the server put on the page, and those that live modules add with `toast`. */

const LONG_ENOUGH = 8000;

/**
 * Say something to screen readers only.
 * @param {string} text
 * @param {boolean} urgent
 */
export function announce(text, urgent = false) {
  const region = document.getElementById(urgent ? "alert" : "status");
  if (!region) return;
  region.textContent = "";
  // A region that changes within one frame is not read out.
  setTimeout(() => {
    region.textContent = text;
  }, 60);
}

/**
 * Show a message in the corner and announce it. The text comes translated from the server.
 * @param {string} text
 * @param {"ok" | "info" | "warn" | "problem"} kind
 */
export function toast(text, kind = "info") {
  announce(text, kind === "problem");
  const template = document.getElementById("toast-template");
  const place = document.getElementById("toasts");
  if (!(template instanceof HTMLTemplateElement) || !place) return;
  const copy = template.content.firstElementChild?.cloneNode(true);
  if (!(copy instanceof HTMLElement)) return;
  copy.classList.add(`flash-${kind}`);
  for (const mark of copy.querySelectorAll("[data-mark]")) {
    if (mark instanceof HTMLElement && mark.dataset.mark !== kind) mark.remove();
  }
  const words = copy.querySelector("[data-slot=text]");
  if (words) words.textContent = text;
  place.append(copy);
  startToasts(place);
  if (kind === "ok" || kind === "info") leaveLater(copy);
}

/**
 * Go after a while, but not while somebody is reading it.
 * @param {HTMLElement} message
 */
function leaveLater(message) {
  setTimeout(() => {
    if (message.matches(":hover, :focus-within")) leaveLater(message);
    else message.remove();
  }, LONG_ENOUGH);
}

/** @param {ParentNode} root */
export function startToasts(root) {
  for (const button of root.querySelectorAll("button[data-dismiss]")) {
    if (!(button instanceof HTMLButtonElement) || button.dataset.dismiss === "ready") continue;
    button.dataset.dismiss = "ready";
    button.hidden = false;
    button.addEventListener("click", () => {
      button.closest(".flash")?.remove();
      if (document.activeElement === document.body) document.getElementById("main")?.focus({ preventScroll: true });
    });
  }
  const texts = [...root.querySelectorAll("[data-flash] > p")].map((words) => words.textContent ?? "");
  if (root === document && texts.length) announce(texts.join(" "));
}
