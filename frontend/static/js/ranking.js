/** A ranking list by buttons and arrow keys: places follow the order, equals stay equal. The fields work without it. */
import { announce } from "./toasts.js";

/**
 * @param {Element} item
 * @returns {HTMLInputElement}
 */
function fieldOf(item) {
  const field = item.querySelector("input");
  if (!field) throw new Error("an item of the list has no field");
  return field;
}

/** @param {HTMLElement} list */
function startList(list) {
  const items = () => [...list.children].filter((one) => one instanceof HTMLElement);

  /** @returns {HTMLElement[][]} those with a place, best first, equals together */
  const groups = () => {
    /** @type {Map<number, HTMLElement[]>} */
    const byPlace = new Map();
    for (const item of items()) {
      const place = Number(fieldOf(item).value);
      if (place > 0) byPlace.set(place, [...(byPlace.get(place) ?? []), item]);
    }
    return [...byPlace.keys()].sort((one, other) => one - other).map((place) => byPlace.get(place) ?? []);
  };

  /** @param {HTMLElement[][]} order */
  const write = (order) => {
    order.forEach((group, at) => group.forEach((item) => (fieldOf(item).value = String(at + 1))));
    sort(order);
  };

  /** @param {HTMLElement[][]} order */
  const sort = (order) => {
    const placed = order.flat();
    const rest = items().filter((item) => !placed.includes(item));
    const focused = document.activeElement;
    list.append(...placed, ...rest);
    if (focused instanceof HTMLElement && list.contains(focused)) focused.focus();
  };

  /**
   * @param {HTMLElement} item
   * @param {number} by
   */
  const move = (item, by) => {
    const order = groups();
    const at = order.findIndex((group) => group.includes(item));
    if (at < 0) {
      if (by > 0) return;
      order.push([item]);
    } else if (order[at].length > 1) {
      order[at] = order[at].filter((one) => one !== item);
      order.splice(by < 0 ? at : at + 1, 0, [item]);
    } else {
      const to = at + by;
      if (to < 0 || to >= order.length) return;
      [order[at], order[to]] = [order[to], order[at]];
    }
    write(order);
    fieldOf(item).dispatchEvent(new Event("input", { bubbles: true }));
    announce((list.dataset.moved ?? "").replace("{title}", item.dataset.title ?? "").replace("{place}", fieldOf(item).value));
  };

  for (const buttons of list.querySelectorAll("[data-rank-buttons]")) {
    if (buttons instanceof HTMLElement && !list.querySelector("input:disabled")) buttons.hidden = false;
  }
  list.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-move]") : null;
    const item = button?.closest("li");
    if (button instanceof HTMLElement && item) move(item, Number(button.dataset.move));
  });
  list.addEventListener("keydown", (event) => {
    const item = event.target instanceof HTMLInputElement ? event.target.closest("li") : null;
    if (!item || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    move(item, event.key === "ArrowUp" ? -1 : 1);
  });
  list.addEventListener("change", () => sort(groups()));
  list.closest("form")?.addEventListener("restored", () => sort(groups()));
  sort(groups());
}

for (const list of document.querySelectorAll("[data-rank-list]")) {
  if (list instanceof HTMLElement) startList(list);
}
