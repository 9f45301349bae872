/** `<button data-copy="text" data-copied="Copied">` (or `data-copy-from="id"`): hidden until it can work. */
import { announce } from "./toasts.js";

export function startCopying() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("button[data-copy], button[data-copy-from]")) {
    if (button instanceof HTMLElement) button.hidden = false;
  }
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button[data-copy], button[data-copy-from]") : null;
    if (button instanceof HTMLElement) void copy(button);
  });
}

/** @param {HTMLElement} button */
async function copy(button) {
  const from = document.getElementById(button.dataset.copyFrom ?? "");
  const text = button.dataset.copy ?? (from instanceof HTMLInputElement ? from.value : from?.textContent) ?? "";
  await navigator.clipboard.writeText(text);
  const words = button.querySelector("[data-slot=text]");
  const said = button.dataset.copied ?? "";
  announce(said);
  if (!words || !said || button.dataset.busy) return;
  const before = words.textContent;
  button.dataset.busy = "yes";
  words.textContent = said;
  setTimeout(() => {
    words.textContent = before;
    delete button.dataset.busy;
  }, 2000);
}
