/** Rows of a live room: kept by their id, filled from moulds, put in order without taking anybody's focus. */

import { startDialogs } from "./dialogs.js";

/**
 * @param {string} selector
 * @param {(place: HTMLElement) => void} change
 * @param {ParentNode} [root]
 */
export function each(selector, change, root = document) {
  for (const place of root.querySelectorAll(selector)) if (place instanceof HTMLElement) change(place);
}

/**
 * @param {ParentNode} root
 * @param {string} name
 * @param {string | number} text
 */
export function slot(root, name, text) {
  each(`[data-slot="${name}"]`, (place) => write(place, String(text)), root);
}

/**
 * @param {string} name
 * @param {string | number} text
 */
export function fill(name, text) {
  each(`[data-fill="${name}"]`, (place) => write(place, String(text)));
}

/**
 * @param {HTMLElement} place
 * @param {string} text
 */
export function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

/**
 * @param {string} mould
 * @param {string} id
 * @returns {HTMLElement | undefined}
 */
export function copyOf(mould, id) {
  const template = document.getElementById(mould);
  const copy = template instanceof HTMLTemplateElement ? template.content.firstElementChild?.cloneNode(true) : undefined;
  if (!(copy instanceof HTMLElement)) return undefined;
  each("form", (form) => form.setAttribute("action", (form.getAttribute("action") ?? "").replace("/ID/", `/${id}/`)), copy);
  for (const name of ["id", "for", "aria-describedby"]) {
    for (const one of copy.querySelectorAll(`[${name}*="-ID"]`)) one.setAttribute(name, (one.getAttribute(name) ?? "").replace(/-ID\b/, `-${id}`));
  }
  startDialogs(copy);
  each("input[data-own-id]", (place) => place.setAttribute("value", id), copy);
  return copy;
}

/**
 * @param {HTMLElement} list
 * @param {HTMLElement[]} rows
 */
export function putInOrder(list, rows) {
  const focused = document.activeElement;
  rows.forEach((row, at) => {
    if (list.children[at] !== row) list.insertBefore(row, list.children[at] ?? null);
  });
  if (focused instanceof HTMLElement && focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
}

/**
 * @param {HTMLElement} row
 * @param {string} state
 */
export function showState(row, state) {
  row.dataset.state = state;
  each("[data-on]", (part) => (part.hidden = !(part.dataset.on ?? "").match(new RegExp(`(^|\\s)${state}(\\s|$)`)) && part.dataset.on !== state), row);
}
