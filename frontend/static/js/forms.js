/** Forms: one submit at a time, a warning before leaving unsaved input, characters left, focus on what was wrong. */

/** @type {Set<HTMLFormElement>} */
const touched = new Set();

/** @param {ParentNode} root */
export function startForms(root) {
  const summary = root.querySelector("[data-focus]");
  if (summary instanceof HTMLElement) summary.focus();
  for (const form of root.querySelectorAll("form[data-guard]")) {
    if (form instanceof HTMLFormElement) form.addEventListener("input", () => touched.add(form));
  }
  for (const field of root.querySelectorAll("input[data-own-zone]")) {
    if (field instanceof HTMLInputElement) field.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  }
  for (const line of root.querySelectorAll("[data-count-for]")) {
    if (line instanceof HTMLElement) countCharacters(line);
  }
}

/** @param {HTMLElement} line */
function countCharacters(line) {
  const area = document.getElementById(line.dataset.countFor ?? "");
  if (!(area instanceof HTMLTextAreaElement)) return;
  const most = Number(line.dataset.most);
  const show = () => {
    line.textContent = `${area.value.length} / ${most}`;
    line.toggleAttribute("data-over", area.value.length >= most);
  };
  area.addEventListener("input", show);
  show();
}

/**
 * @param {HTMLFormElement} form
 * @returns {HTMLButtonElement[]}
 */
function submitsOf(form) {
  return [...form.elements].filter((one) => one instanceof HTMLButtonElement && one.type === "submit").map((one) => /** @type {HTMLButtonElement} */ (one));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method === "get" || form.method === "dialog") return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  touched.delete(form);
  // After this turn, so that the pressed button's own name and value still travel.
  setTimeout(() => {
    if (event.defaultPrevented) return;
    form.dataset.sending = "yes";
    for (const button of submitsOf(form)) button.setAttribute("aria-disabled", "true");
    // A form that answers with a download leaves this page standing.
    setTimeout(() => readyAgain(form), 10000);
  });
});

/** @param {HTMLFormElement} form */
export function readyAgain(form) {
  delete form.dataset.sending;
  for (const button of submitsOf(form)) button.removeAttribute("aria-disabled");
}

window.addEventListener("pageshow", () => {
  for (const form of document.forms) readyAgain(form);
});

window.addEventListener("beforeunload", (event) => {
  for (const form of touched) {
    if (form.isConnected) event.preventDefault();
  }
});
