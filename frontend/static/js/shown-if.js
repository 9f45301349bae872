/** Shows the questions of a form that apply to what was answered so far. The server asks the same when it is sent. */

/**
 * What is chosen in the fields of this name.
 * @param {HTMLFormElement} form
 * @param {string} name
 * @returns {string[]}
 */
function chosen(form, name) {
  return new FormData(form).getAll(name).map(String);
}

/** @param {HTMLFormElement} form */
function showWhatApplies(form) {
  const type = chosen(form, "type")[0] ?? "";
  /** @type {Set<string>} */
  const hidden = new Set();
  for (const part of form.querySelectorAll("[data-only-types], [data-only-after]")) {
    if (!(part instanceof HTMLElement)) continue;
    const { onlyTypes, onlyAfter, onlyAnswer } = part.dataset;
    const ofType = !onlyTypes || onlyTypes.split(" ").includes(type);
    const after = !onlyAfter || (!hidden.has(onlyAfter) && chosen(form, onlyAfter).includes(onlyAnswer ?? ""));
    part.hidden = !(ofType && after);
    if (part.hidden) {
      for (const field of part.querySelectorAll("[name]")) hidden.add(field.getAttribute("name") ?? "");
    }
  }
}

for (const part of document.querySelectorAll("[data-only-types], [data-only-after]")) {
  for (const line of part.querySelectorAll("[data-only]")) if (line instanceof HTMLElement) line.hidden = true;
  const form = part.closest("form");
  if (form && !form.dataset.shownIf) {
    form.dataset.shownIf = "on";
    form.addEventListener("change", () => showWhatApplies(form));
    showWhatApplies(form);
  }
}
