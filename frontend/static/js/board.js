/**
 * The board by mouse and by keyboard: a meeting is picked up, carried to another cell and dropped there. Both ways end
 * in the same POST as the forms of the meeting's page on the board, which are there for whoever has no script.
 */
import { onFact } from "./live.js";
import { enhance } from "./main.js";
import { cellOf, rove, settle, stopOf } from "./roving.js";
import { announce, toast } from "./toasts.js";

/** @typedef {{ meeting: string, who: string, rows: string[] | null, from: HTMLElement }} Carried */

const AFTER_OWN = 4000;
const SAY_EVERY = 20000;
const PAUSE = 1500;

const board = /** @type {HTMLElement} */ (document.getElementById("board"));
const form = /** @type {HTMLFormElement} */ (document.getElementById("board-post"));
const still = /** @type {HTMLInputElement} */ (document.getElementById("board-still"));
const swap = /** @type {HTMLDialogElement} */ (document.getElementById("board-swap"));

/** @type {Carried | null} */
let carried = null;
/** @type {HTMLTableCellElement | null} */
let target = null;
let sending = false;
let missed = false;
let ownAt = 0;
let saidAt = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/**
 * A sentence of the server's with its names filled in.
 * @param {string} name
 * @param {Record<string, string>} [values]
 */
function say(name, values = {}) {
  return (board.dataset[name] ?? "").replace(/\{(\w+)\}/g, (_all, key) => values[key] ?? "");
}

/** @returns {HTMLTableElement | null} */
function grid() {
  return board.querySelector("table[data-grid]");
}

/** @param {HTMLTableCellElement} cell */
function headOf(cell) {
  return grid()?.tHead?.rows[0]?.cells[cell.cellIndex];
}

/** @param {HTMLElement} cell */
function rowKey(cell) {
  return cell.closest("tr")?.dataset.row ?? "";
}

/**
 * Who or what a cell's row is about.
 * @param {HTMLElement} cell
 */
function rowName(cell) {
  const head = cell.closest("tr")?.cells[0];
  return head?.querySelector("a")?.textContent ?? head?.firstChild?.textContent ?? "";
}

/**
 * What identifies a cell when the table has been replaced.
 * @param {HTMLTableCellElement} cell
 */
function nameOf(cell) {
  return { row: rowKey(cell), slot: headOf(cell)?.dataset.slot ?? "" };
}

/** @param {{ row: string, slot: string }} name */
function cellCalled(name) {
  const table = grid();
  if (!table) return null;
  const head = [...(table.tHead?.rows[0]?.cells ?? [])].find((one) => (one.dataset.slot ?? "") === name.slot);
  const row = [...table.rows].find((one) => (one.dataset.row ?? "") === name.row);
  return row?.cells[head?.cellIndex ?? 0] ?? null;
}

/** @param {Element} link */
function meetingAt(link) {
  return link instanceof HTMLElement ? (link.dataset.meeting ?? "") : "";
}

/**
 * Both people of a meeting: said by the list, or put together from its cell and the name of its row.
 * @param {HTMLElement} link
 */
function whoOf(link) {
  if (link.dataset.who) return link.dataset.who;
  const words = link.firstChild?.textContent?.trim() ?? "";
  const name = link.closest("tr")?.querySelector("th a")?.textContent ?? "";
  return name ? `${name} – ${words}` : words;
}

/** @param {HTMLElement} link */
function pickUp(link) {
  const rows = link.dataset.rows?.split(" ").filter(Boolean) ?? [...board.querySelectorAll(`tr:has([data-meeting="${CSS.escape(meetingAt(link))}"])`)].map((row) => (row instanceof HTMLElement ? (row.dataset.row ?? "") : ""));
  const byTables = grid()?.dataset.by === "tables";
  carried = { meeting: meetingAt(link), who: whoOf(link), rows: byTables || rows.length === 0 ? null : rows, from: link };
  link.classList.add("is-carried");
}

function letGo() {
  carried?.from.classList.remove("is-carried");
  point(null);
  carried = null;
  if (missed) later();
}

/** @param {HTMLTableCellElement | null} cell */
function point(cell) {
  target?.classList.remove("is-target");
  target = cell;
  target?.classList.add("is-target");
}

function leaveIt() {
  if (!carried) return;
  const { who, from } = carried;
  letGo();
  from.focus();
  announce(say("sayLeft", { who }));
}

/** @param {HTMLTableCellElement} cell */
function drop(cell) {
  if (!carried) return;
  const { meeting, who, rows, from } = carried;
  const head = headOf(cell);
  const there = cell.querySelector("a[data-meeting]");
  const other = there ? meetingAt(there) : "";
  if (!head?.dataset.slot || other === meeting) return leaveIt();
  if (other) return offerSwap(/** @type {HTMLElement} */ (there), cell);
  if (rows && !rows.includes(rowKey(cell))) return announce(say("sayRow"));
  if (cell.classList.contains("is-past")) return announce(say("sayPast"));
  const table = grid()?.dataset.by === "tables" ? rowKey(cell) : "";
  letGo();
  void post("move", meeting, { slot: head.dataset.slot, table }, cell, from, who);
}

/**
 * Ask before two meetings change places.
 * @param {HTMLElement} there
 * @param {HTMLTableCellElement} cell
 */
function offerSwap(there, cell) {
  if (!carried) return;
  const { meeting, who, from } = carried;
  const text = swap.querySelector(".dialog-text");
  if (text) text.textContent = say("saySwap", { who, other: whoOf(there) });
  /** @param {boolean} yes */
  const answer = (yes) => {
    swap.onclose = null;
    swap.close();
    if (!yes) return leaveIt();
    letGo();
    void post("swap", meeting, { other: meetingAt(there) }, cell, from, who);
  };
  const button = (/** @type {string} */ name) => /** @type {HTMLButtonElement} */ (swap.querySelector(name));
  button("[data-yes]").onclick = () => answer(true);
  button("[data-no]").onclick = () => answer(false);
  swap.onclose = () => leaveIt();
  swap.showModal();
}

/**
 * The same POST as that of the meeting's page on the board. What has a field there that is to be looked at again is
 * sent once more as the form that it is, so that the page with the field comes.
 * @param {string} what
 * @param {string} meeting
 * @param {Record<string, string>} values
 * @param {HTMLTableCellElement} cell
 * @param {HTMLElement} from
 * @param {string} who
 */
async function post(what, meeting, values, cell, from, who) {
  if (sending) return;
  sending = true;
  form.action = `${board.dataset.meetings}${meeting}/${what}${board.dataset.view ?? ""}`;
  for (const field of form.querySelectorAll("input")) {
    if (["slot", "other", "table"].includes(field.name)) field.value = values[field.name] ?? "";
  }
  const fields = new FormData(form);
  fields.delete("key");
  const name = nameOf(cell);
  try {
    const answer = await fetch(form.action, { method: "POST", body: fields, headers: { accept: "application/json" }, credentials: "same-origin" });
    if (answer.status === 422) return form.submit();
    /** @type {{ ok?: boolean, message?: string }} */
    const result = await answer.json();
    if (!result.ok) {
      toast(`${result.message || say("sayFailed")} ${say("sayLeft", { who })}`, "problem");
      from.focus();
      return;
    }
    ownAt = Date.now();
    await refresh(name);
    toast(result.message ?? "", "ok");
  } catch {
    toast(say("sayFailed"), "problem");
    from.focus();
  } finally {
    sending = false;
  }
}

let asks = 0;

/**
 * Fetch what the board shows now. Neither the focus nor what is in sight moves.
 * @param {{ row: string, slot: string }} [goTo]
 */
async function refresh(goTo) {
  const ask = (asks += 1);
  const answer = await fetch(board.dataset.fragment ?? "", { credentials: "same-origin" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (ask !== asks) return; // An answer that was overtaken on its way.
  if (carried || swap.open) {
    missed = true;
    return;
  }
  missed = false;
  const held = document.activeElement instanceof HTMLElement && board.contains(document.activeElement) ? document.activeElement : null;
  const cell = cellOf(held);
  const name = goTo ?? (cell ? nameOf(cell) : null);
  const way = held?.getAttribute("href");
  const scroll = board.querySelector("[data-scroll]");
  const [left, top] = [scroll?.scrollLeft ?? 0, scroll?.scrollTop ?? 0];
  for (const part of board.querySelectorAll("[data-part]")) {
    const name = part instanceof HTMLElement ? part.dataset.part : "";
    const now = fresh.querySelector(`[data-part="${name}"]`);
    if (now && !(name === "filters" && board.dataset.counts)) part.replaceWith(document.adoptNode(now));
  }
  count();
  enhance(board);
  board.querySelector("[data-scroll]")?.scrollTo(left, top);
  begin();
  const again = (name && cellCalled(name)) || null;
  if (again) {
    const table = grid();
    if (table) settle(table, again);
    if (held || goTo) stopOf(again).focus({ preventScroll: !goTo });
  } else if (way) {
    const link = board.querySelector(`a[href="${CSS.escape(way)}"]`);
    if (link instanceof HTMLElement) link.focus({ preventScroll: true });
  }
}

/** Say beside each filter how many it finds: that takes longer than the board, and nobody waits for it. */
async function count() {
  if (!board.dataset.counts) return;
  try {
    const answer = await fetch(board.dataset.counts, { credentials: "same-origin" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector('[data-part="filters"]');
    const old = board.querySelector('[data-part="filters"]');
    if (!fresh || !old) return;
    const links = [...old.querySelectorAll("a")];
    // Only what the links say is replaced, so that the focus stays where it is.
    fresh.querySelectorAll("a").forEach((link, at) => links[at]?.replaceChildren(...link.childNodes));
  } catch {
    // Without a connection the filters work all the same, without their counts.
  }
}

/** Look again after a while: what happens in a moment comes together. */
function later() {
  timer ??= setTimeout(async () => {
    timer = undefined;
    if (document.visibilityState === "hidden" || carried || swap.open || still.checked) {
      missed = true;
      return;
    }
    await refresh();
    const now = Date.now();
    if (now - ownAt > AFTER_OWN && now - saidAt > SAY_EVERY) {
      saidAt = now;
      announce(say("sayChanged"));
    }
  }, PAUSE);
}

/** Make the table, which may be a new one, go by keys. */
function begin() {
  const table = grid();
  if (!table || table.dataset.grid === "ready") return;
  table.dataset.grid = "ready";
  rove(table, (cell) => {
    if (!carried) return;
    point(cell);
    const when = headOf(cell)?.dataset.when ?? "";
    announce(say("sayOver", { when: `${rowName(cell)}, ${when}` }));
  });
}

board.addEventListener("keydown", (event) => {
  const at = event.target instanceof HTMLElement ? event.target : null;
  if (!at || event.ctrlKey || event.altKey || event.metaKey) return;
  const cell = cellOf(at);
  if (event.key === "Escape" && carried) {
    event.preventDefault();
    leaveIt();
  } else if (carried && cell && (event.key === " " || event.key === "Enter")) {
    event.preventDefault();
    drop(cell);
  } else if (event.key === " " && at.matches("a[data-meeting]")) {
    event.preventDefault();
    pickUp(at);
    announce(say("sayUp", { who: carried?.who ?? "" }));
    if (!cell) stopOf(/** @type {HTMLTableCellElement} */ (grid()?.querySelector("tbody td")))?.focus();
  } else if (event.key === " " && at.matches("td a, th a")) {
    event.preventDefault(); // The page would scroll away under whoever wants to pick something up.
  }
});

board.addEventListener("dragstart", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[data-meeting]") : null;
  if (!(link instanceof HTMLElement) || !event.dataTransfer) return;
  if (carried) letGo();
  pickUp(link);
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", whoOf(link));
});
board.addEventListener("dragover", (event) => {
  const cell = cellOf(event.target);
  if (!carried || !cell || cell.localName !== "td") return point(null);
  event.preventDefault();
  point(cell);
});
board.addEventListener("drop", (event) => {
  const cell = cellOf(event.target);
  if (!carried || !cell) return;
  event.preventDefault();
  drop(cell);
});
board.addEventListener("dragend", () => {
  if (carried && !swap.open) letGo();
});

onFact((fact) => {
  if (fact.board === board.dataset.board) later();
});
still.addEventListener("change", () => {
  if (missed && !still.checked) later();
});
document.addEventListener("visibilitychange", () => {
  if (missed && document.visibilityState === "visible") later();
});

for (const part of document.querySelectorAll("[data-needs-script]")) part.removeAttribute("hidden");
begin();
count();

// Whoever comes back from a cell's page is where they were.
const KEY = `board ${board.dataset.board}`;
board.addEventListener("click", (event) => {
  const cell = cellOf(event.target);
  if (cell) sessionStorage.setItem(KEY, JSON.stringify(nameOf(cell)));
});
try {
  const kept = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  const cell = kept ? cellCalled(JSON.parse(kept)) : null;
  const table = grid();
  if (cell && table) {
    settle(table, cell);
    stopOf(cell).focus();
  }
} catch {
  // What is no place any more.
}
