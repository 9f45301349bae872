/**
 * `<details data-dialog><summary/><dialog open/></details>` folds out by itself; here it becomes a modal dialog.
 * `[data-close]` inside closes it.
 */

/** @param {ParentNode} root */
export function startDialogs(root) {
  for (const details of root.querySelectorAll("details[data-dialog]")) {
    const summary = details.querySelector("summary");
    const dialog = details.querySelector("dialog");
    if (!(details instanceof HTMLDetailsElement) || !summary || !dialog || details.dataset.dialog === "ready") continue;
    details.dataset.dialog = "ready";
    summary.setAttribute("aria-haspopup", "dialog");
    for (const button of dialog.querySelectorAll("[data-close]")) {
      button.removeAttribute("hidden");
      button.addEventListener("click", () => dialog.close());
    }
    summary.addEventListener("click", (event) => {
      event.preventDefault();
      details.open = true;
      dialog.removeAttribute("open");
      dialog.showModal();
      // What was folded away a moment ago, Chromium takes for hidden still and gives the focus to nobody.
      firstIn(dialog)?.focus();
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog && isOutside(dialog, event)) dialog.close();
    });
    dialog.addEventListener("close", () => {
      details.open = false;
      summary.focus();
    });
  }
}

/**
 * Where somebody begins in a dialog: at its first field, else where nothing happens yet.
 * @param {HTMLDialogElement} dialog
 */
function firstIn(dialog) {
  /** @type {HTMLElement | null} */
  const field = dialog.querySelector("input:not([type=hidden], [disabled]), textarea, select");
  /** @type {HTMLElement | null} */
  const way = dialog.querySelector("[data-close], button, a[href]");
  return field ?? way;
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {MouseEvent} event
 */
function isOutside(dialog, event) {
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
