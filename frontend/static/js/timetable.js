/**
 * The organisers' timetable: sessions are dragged or moved with the keyboard, by the same POSTs that their forms send.
 * Between those the page follows what others do, without taking the focus or what is in sight.
 */
import { onFact } from "./live.js";
import { enhance } from "./main.js";
import { cellOf, rove, settle, stopOf } from "./roving.js";
import { announce, toast } from "./toasts.js";

const PAUSE = 1200;

const timetable = /** @type {HTMLElement} */ (document.getElementById("timetable"));
const form = /** @type {HTMLFormElement} */ (document.getElementById("timetable-post"));

/** @type {{ session: string, title: string, revision: string, from: HTMLElement } | null} */
let carried = null;
/** @type {HTMLElement | null} */
let target = null;
let sending = false;
let missed = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/**
 * A sentence of the page with its values put in.
 * @param {string} name
 * @param {Record<string, string>} [values]
 */
function say(name, values = {}) {
  return (timetable.dataset[name] ?? "").replace(/\{(\w+)\}/g, (_all, key) => values[key] ?? "");
}

/** @returns {HTMLTableElement | null} */
function grid() {
  return timetable.querySelector("table[data-grid]");
}

/**
 * Where a cell is: its room and its time on the event's clock.
 * @param {HTMLTableCellElement} cell
 */
function placeOf(cell) {
  const head = grid()?.tHead?.rows[0]?.cells[cell.cellIndex];
  const row = cell.closest("tr");
  return { room: head?.dataset.room ?? "", at: row?.dataset.at ?? "", head, row };
}

/** @param {HTMLTableCellElement} cell */
function called(cell) {
  const { head, row } = placeOf(cell);
  return `${head?.firstChild?.textContent?.trim() ?? ""}, ${row?.cells[0]?.lastChild?.textContent?.trim() ?? ""}`;
}

/** @param {{ room: string, at: string }} place */
function cellAt(place) {
  const table = grid();
  const heads = [...(table?.tHead?.rows[0]?.cells ?? [])];
  const column = heads.findIndex((one) => (one.dataset.room ?? "") === place.room);
  const row = [...(table?.rows ?? [])].find((one) => (one.dataset.at ?? "") === place.at);
  return row?.cells[Math.max(column, 0)] ?? null;
}

/** @param {string} session */
function linkOf(session) {
  const link = timetable.querySelector(`a[data-session="${CSS.escape(session)}"]`);
  return link instanceof HTMLElement ? link : null;
}

/** @param {HTMLElement} link */
function pickUp(link) {
  carried = { session: link.dataset.session ?? "", title: link.dataset.title ?? "", revision: link.dataset.revision ?? "", from: link };
  link.classList.add("is-carried");
}

function letGo() {
  carried?.from.classList.remove("is-carried");
  point(null);
  carried = null;
  if (missed) later();
}

/** @param {HTMLElement | null} place */
function point(place) {
  target?.classList.remove("is-target");
  target = place;
  target?.classList.add("is-target");
}

function leaveIt() {
  if (!carried) return;
  const { title, from } = carried;
  letGo();
  from.focus();
  announce(say("sayLeft", { title }));
}

/** @param {HTMLTableCellElement} cell */
function drop(cell) {
  if (!carried) return;
  const { room, at } = placeOf(cell);
  if (!room || !at || cell.contains(carried.from)) return leaveIt();
  const other = otherIn(cell);
  if (other && carried.from.closest("td")) return swap(other);
  send({ room, starts_at: at });
}

/**
 * The session that begins in a cell, other than the one that is carried.
 * @param {HTMLElement} cell
 */
function otherIn(cell) {
  const found = [...cell.querySelectorAll("a[data-session]")].find((one) => one !== carried?.from);
  return found instanceof HTMLElement ? found : null;
}

/**
 * Dropped onto another session: the page that shows what a swap would bring, before anything is changed.
 * @param {HTMLElement} other
 */
function swap(other) {
  if (!carried) return;
  const going = carried.session;
  letGo();
  location.assign(`${timetable.dataset.sessions}${going}/swap?with=${other.dataset.session}`);
}

/** @param {{ room: string, starts_at: string }} place */
function send(place) {
  if (!carried) return;
  const going = carried;
  letGo();
  void post(going, place);
}

/**
 * @param {{ session: string, title: string, revision: string, from: HTMLElement }} going
 * @param {{ room: string, starts_at: string }} place
 */
async function post(going, place) {
  if (sending) return;
  sending = true;
  const values = { ...place, revision: going.revision };
  for (const field of form.querySelectorAll("input")) {
    if (field.name in values) field.value = values[/** @type {keyof typeof values} */ (field.name)];
  }
  const fields = new FormData(form);
  fields.delete("key");
  try {
    const answer = await fetch(`${timetable.dataset.sessions}${going.session}/place`, {
      method: "POST", body: fields, headers: { accept: "application/json" }, credentials: "same-origin",
    });
    /** @type {{ ok?: boolean, message?: string }} */
    const result = await answer.json();
    if (!result.ok) {
      toast(`${result.message || say("sayFailed")} ${say("sayLeft", { title: going.title })}`, "problem");
      await refresh();
      linkOf(going.session)?.focus();
      return;
    }
    await refresh();
    linkOf(going.session)?.focus();
    toast(result.message ?? "", "ok");
  } catch {
    toast(say("sayFailed"), "problem");
    going.from.focus();
  } finally {
    sending = false;
  }
}

let asks = 0;

/** Fetch what the timetable shows now. Neither the focus nor what is in sight moves. */
async function refresh() {
  const ask = (asks += 1);
  const answer = await fetch(timetable.dataset.fragment ?? "", { credentials: "same-origin" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (ask !== asks) return; // An answer that was overtaken on its way.
  if (carried) {
    missed = true;
    return;
  }
  missed = false;
  const held = document.activeElement instanceof HTMLElement && timetable.contains(document.activeElement) ? document.activeElement : null;
  const cell = cellOf(held);
  const place = cell ? placeOf(cell) : null;
  const session = held?.dataset.session ?? "";
  const scroll = timetable.querySelector("[data-scroll]");
  const [left, top] = [scroll?.scrollLeft ?? 0, scroll?.scrollTop ?? 0];
  for (const part of timetable.querySelectorAll("[data-part]")) {
    const name = part instanceof HTMLElement ? part.dataset.part : "";
    const now = fresh.querySelector(`[data-part="${name}"]`);
    if (now) part.replaceWith(document.adoptNode(now));
  }
  enhance(timetable);
  timetable.querySelector("[data-scroll]")?.scrollTo(left, top);
  begin();
  const again = (session && linkOf(session)) || (place && cellAt(place));
  if (!held || !again) return;
  const there = cellOf(again);
  const table = grid();
  if (table && there) settle(table, there);
  (again instanceof HTMLTableCellElement ? stopOf(again) : again).focus({ preventScroll: true });
}

/** Look again after a while: what happens in a moment comes together. */
function later() {
  timer ??= setTimeout(async () => {
    timer = undefined;
    if (document.visibilityState === "hidden" || carried || sending) {
      missed = true;
      return;
    }
    await refresh();
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
    const other = carried.from.closest("td") ? otherIn(cell) : null;
    announce(other ? say("saySwap", { where: called(cell), title: other.dataset.title ?? "" }) : say("sayOver", { where: called(cell) }));
  });
}

timetable.addEventListener("keydown", (event) => {
  const at = event.target instanceof HTMLElement ? event.target : null;
  if (!at || event.ctrlKey || event.altKey || event.metaKey) return;
  const cell = cellOf(at);
  if (event.key === "Escape" && carried) {
    event.preventDefault();
    leaveIt();
  } else if (event.key === "Delete" && at.matches("td a[data-session]")) {
    event.preventDefault();
    if (!carried) pickUp(at);
    send({ room: "", starts_at: "" });
  } else if (carried && cell && (event.key === " " || event.key === "Enter")) {
    event.preventDefault();
    drop(cell);
  } else if (event.key === " " && at.matches("a[data-session]")) {
    event.preventDefault();
    pickUp(at);
    announce(say("sayUp", { title: carried?.title ?? "" }));
    const first = grid()?.querySelector("tbody td");
    if (!cell && first instanceof HTMLTableCellElement) stopOf(first).focus();
  } else if (event.key === " " && at.matches("td a, th a")) {
    event.preventDefault(); // The page would scroll away under whoever wants to pick something up.
  }
});

timetable.addEventListener("dragstart", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[data-session]") : null;
  if (!(link instanceof HTMLElement) || !event.dataTransfer) return;
  if (carried) letGo();
  pickUp(link);
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", link.dataset.title ?? "");
});

/**
 * What something can be dropped on: a cell, or the list of those without a time.
 * @param {EventTarget | null} over
 * @returns {HTMLElement | null}
 */
function placeUnder(over) {
  const cell = cellOf(over);
  if (cell?.localName === "td") return cell;
  const list = over instanceof Element ? over.closest("[data-off]") : null;
  return list instanceof HTMLElement ? list : null;
}

timetable.addEventListener("dragover", (event) => {
  const place = placeUnder(event.target);
  if (!carried || !place) return point(null);
  event.preventDefault();
  point(place);
});
timetable.addEventListener("drop", (event) => {
  const place = placeUnder(event.target);
  if (!carried || !place) return;
  event.preventDefault();
  if (place instanceof HTMLTableCellElement) drop(place);
  else if (place.contains(carried.from)) leaveIt();
  else send({ room: "", starts_at: "" });
});
timetable.addEventListener("dragend", () => {
  if (carried) letGo();
});

onFact((fact) => {
  if (fact.timetable === timetable.dataset.timetable) later();
});
document.addEventListener("visibilitychange", () => {
  if (missed && document.visibilityState === "visible") later();
});

for (const part of document.querySelectorAll("[data-needs-script]")) part.removeAttribute("hidden");
begin();
