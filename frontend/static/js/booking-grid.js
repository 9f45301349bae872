/**
 * The grid of times on a page that asks for a meeting or moves one: arrow keys walk in it, Enter chooses the radio
 * button of the list beside it, and what somebody else takes fades in place. The list alone works without this.
 */
import { onTimes } from "./live.js";
import { announce } from "./toasts.js";

const SAY_EVERY = 5000;

/** @type {string | undefined} */
let waiting;
let lastSaid = 0;

/**
 * Say a sentence, one in five seconds at most; of what comes faster, the last counts.
 * @param {string} sentence
 */
function sayInTime(sentence) {
  const due = waiting === undefined;
  waiting = sentence;
  if (!due) return;
  setTimeout(() => {
    announce(waiting ?? "");
    waiting = undefined;
    lastSaid = Date.now();
  }, Math.max(0, lastSaid + SAY_EVERY - Date.now()));
}

/**
 * What is said at once because somebody has just pressed a key; news wait all the longer.
 * @param {string} sentence
 */
function answer(sentence) {
  lastSaid = Date.now();
  announce(sentence);
}

/**
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} kind
 * @returns {T}
 */
function part(root, selector, kind) {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`no ${selector} to choose a time`);
  return found;
}

/** @param {HTMLElement} booking */
function startBooking(booking) {
  const table = part(booking, "table", HTMLTableElement);
  const wrap = part(booking, "[data-grid]", HTMLElement);
  const list = part(booking, "[data-list]", HTMLDetailsElement);
  const gone = part(booking, "[data-gone]", HTMLElement);
  const words = booking.dataset;
  const cells = [...table.querySelectorAll("button")];
  const radios = /** @type {HTMLInputElement[]} */ ([...list.querySelectorAll("input[type=radio]")]);
  const radioOf = new Map(radios.map((radio) => [radio.value, radio]));

  /** @param {HTMLElement} cell */
  const isTaken = (cell) => cell.getAttribute("aria-disabled") === "true";
  /** What a cell is called without its state, which comes last: day and time on both clocks. */
  const labels = new Map(cells.map((cell) => [cell, (cell.getAttribute("aria-label") ?? "").slice(0, -((isTaken(cell) ? words.taken : words.free) ?? "").length - 2)]));
  /**
   * @param {string} sentence
   * @param {HTMLElement} cell
   */
  const about = (sentence, cell) => sentence.replace("{time}", labels.get(/** @type {HTMLButtonElement} */ (cell)) ?? "");
  const chosen = () => cells.find((cell) => radioOf.get(cell.dataset.slot ?? "")?.checked);

  /** @param {HTMLElement} cell */
  function show(cell) {
    const on = radioOf.get(cell.dataset.slot ?? "")?.checked ?? false;
    const word = (isTaken(cell) ? words.taken : on ? words.chosen : words.free) ?? "";
    cell.toggleAttribute("data-on", on);
    cell.setAttribute("aria-label", about(`{time}, ${word}`, cell));
    const shown = cell.querySelector("[data-word]");
    if (shown && shown.textContent !== word) shown.textContent = word;
  }

  /** @param {HTMLElement} cell */
  function standOn(cell) {
    for (const one of cells) one.tabIndex = one === cell ? 0 : -1;
  }

  /** @param {HTMLElement | undefined} cell */
  function walkTo(cell) {
    if (!cell) return;
    standOn(cell);
    cell.focus();
  }

  /**
   * @param {HTMLElement} cell
   * @param {boolean} byKey
   */
  function choose(cell, byKey) {
    const radio = radioOf.get(cell.dataset.slot ?? "");
    if (isTaken(cell) || !radio) {
      answer(about(words.sayTaken ?? "", cell));
      return;
    }
    radio.checked = true;
    radio.dispatchEvent(new Event("input", { bubbles: true }));
    showAll();
    gone.hidden = true;
    answer(about(words.sayChosen ?? "", cell));
    if (byKey) toWhatComesNext();
  }

  function toWhatComesNext() {
    const next = document.getElementById(words.then ?? "");
    const field = next?.matches("input, textarea, button") ? next : next?.querySelector("button[type=submit]");
    if (field instanceof HTMLElement) field.focus();
  }

  function showAll() {
    cells.forEach(show);
  }

  /**
   * The next cell with a slot in a direction; there may be none at that time of a day.
   * @param {HTMLElement} cell
   * @param {number} rows
   * @param {number} columns
   */
  function beyond(cell, rows, columns) {
    const place = /** @type {HTMLTableCellElement} */ (cell.closest("td"));
    let row = /** @type {HTMLTableRowElement} */ (place.parentElement).rowIndex + rows;
    let column = place.cellIndex + columns;
    while (table.rows[row]?.cells[column]) {
      const found = table.rows[row].cells[column].querySelector("button");
      if (found) return found;
      row += rows;
      column += columns;
    }
    return undefined;
  }

  /**
   * @param {HTMLElement} cell
   * @param {KeyboardEvent} event
   */
  function target(cell, event) {
    const row = [...(cell.closest("tr")?.querySelectorAll("button") ?? [])];
    const end = event.ctrlKey ? cells : row;
    switch (event.key) {
      case "ArrowRight": return beyond(cell, 0, 1);
      case "ArrowLeft": return beyond(cell, 0, -1);
      case "ArrowDown": return beyond(cell, 1, 0);
      case "ArrowUp": return beyond(cell, -1, 0);
      case "Home": return end[0];
      case "End": return end[end.length - 1];
      default: return undefined;
    }
  }

  table.addEventListener("keydown", (event) => {
    const cell = event.target instanceof HTMLElement ? event.target.closest("button") : null;
    if (!cell || event.altKey || event.metaKey || !/^(Arrow|Home|End)/.test(event.key)) return;
    event.preventDefault();
    walkTo(target(cell, event));
  });
  table.addEventListener("click", (event) => {
    const cell = event.target instanceof HTMLElement ? event.target.closest("button") : null;
    if (!cell) return;
    standOn(cell);
    choose(cell, event.detail === 0);
  });
  list.addEventListener("change", showAll);
  for (const link of booking.querySelectorAll("[data-quick]")) {
    link.addEventListener("click", (event) => {
      const cell = cells.find((one) => one.dataset.slot === /** @type {HTMLElement} */ (link).dataset.quick);
      if (!cell) return;
      event.preventDefault();
      standOn(cell);
      choose(cell, true);
    });
  }
  booking.closest("form")?.addEventListener("submit", (event) => {
    if (radios.some((radio) => radio.checked)) return;
    event.preventDefault();
    announce(words.sayNone ?? "", true);
    cells.find((cell) => cell.tabIndex === 0)?.focus();
  });

  // --- What others take while the page is open

  /** @param {Set<string>} free */
  function take(free) {
    const mine = chosen();
    let changed = false;
    for (const cell of cells) {
      const radio = radioOf.get(cell.dataset.slot ?? "");
      const isFree = free.has(cell.dataset.slot ?? "");
      if (isFree !== isTaken(cell) || !radio) continue;
      changed = true;
      if (isFree) cell.removeAttribute("aria-disabled");
      else cell.setAttribute("aria-disabled", "true");
      fade(radio, isFree);
      show(cell);
    }
    for (const link of booking.querySelectorAll("[data-quick]")) {
      const place = link.closest("li");
      if (place && document.activeElement !== link) place.hidden = !free.has(/** @type {HTMLElement} */ (link).dataset.quick ?? "");
    }
    if (mine && isTaken(mine)) lose(mine);
    else if (changed) sayInTime(words.sayChanged ?? "");
  }

  /**
   * In the list a taken time stays where it is while the list is open, and cannot be chosen any more.
   * @param {HTMLInputElement} radio
   * @param {boolean} isFree
   */
  function fade(radio, isFree) {
    const place = radio.closest(".slot");
    // A radio button that is disabled loses the focus, so one that has it is only marked.
    radio.disabled = !isFree && document.activeElement !== radio;
    if (!isFree) radio.checked = false;
    place?.classList.toggle("slot-taken", !isFree);
    if (isFree && place instanceof HTMLElement) {
      place.hidden = false;
      /** @type {HTMLElement | null} */ (place.closest(".slot-day"))?.removeAttribute("hidden");
    }
  }

  /** @param {HTMLElement} cell */
  function lose(cell) {
    const sentence = about(words.sayGone ?? "", cell);
    const place = gone.querySelector("[data-slot=text]");
    if (place) place.textContent = sentence;
    gone.hidden = false;
    sayInTime(sentence);
  }

  let looking = false;
  let again = false;

  async function look() {
    again = looking;
    if (looking) return;
    looking = true;
    try {
      const found = await fetch(words.times ?? "", { headers: { accept: "application/json" }, credentials: "same-origin" });
      if (found.ok) take(new Set((await found.json()).free));
    } finally {
      looking = false;
      if (again) setTimeout(look, 300);
    }
  }

  standOn(chosen() ?? cells.find((cell) => !isTaken(cell)) ?? cells[0]);
  for (const radio of radios) radio.required = false; // The list may be folded up; the form asks for a time itself.
  wrap.hidden = false;
  if (!list.querySelector(".has-error")) list.open = false;
  showAll();
  onTimes((words.watch ?? "").split(" "), () => {
    if (booking.isConnected) void look().catch(() => undefined);
  });
}

/** @param {ParentNode} root */
function startAll(root) {
  for (const booking of root.querySelectorAll("[data-booking]")) {
    if (booking instanceof HTMLElement) startBooking(booking);
  }
}

startAll(document);
document.addEventListener("part:fresh", (event) => {
  if (event.target instanceof Element) startAll(event.target);
});
