/**
 * The shared board of a review. What is written here goes into a document of Yjs, is sent by POST and kept in this browser
 * until the server has it; what others wrote is fetched by number and merged. Sockets carry none of it.
 */
import { bytesOf, spliceOf, textOf } from "./board-text.js";
// @ts-expect-error - served by the application from node_modules; its types are those of yjs
import * as served from "../vendor/yjs/yjs.js";

/** @type {typeof import("yjs")} */
const Y = served;

/** @typedef {import("yjs").Map<any>} Entry */

const SOON = 150;
const PAUSES = [1000, 2000, 4000, 8000];
const THEIRS = "server";

/** @param {HTMLElement} place */
export function startBoard(place) {
  const doc = new Y.Doc();
  const known = new Y.Doc(); // what the server has, as far as we know
  const entries = doc.getMap("entries");
  const kept = `board:${place.dataset.review}:${place.dataset.me}:`;
  const own = kept + doc.clientID;
  const list = /** @type {HTMLElement} */ (place.querySelector("[data-entries]"));
  const mould = /** @type {HTMLTemplateElement} */ (place.querySelector("#entry-mould"));
  const state = place.querySelector("[data-board-state]");
  let seen = 0;
  let dirty = false;
  let sending = false;
  let tries = 0;
  let refusals = 0;
  let over = false;
  let composing = false;
  let loaded = false;
  /** @type {Promise<void> | undefined} */
  let fetching;
  let again = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Map<string, { row: HTMLElement, shown: string }>} */
  const rows = new Map();

  /** @param {"saved" | "saving" | "offline" | "stopped" | "left"} what */
  const say = (what, more = "") => {
    const words = { saved: place.dataset.saySaved, saving: place.dataset.saySaving, offline: place.dataset.sayOffline, stopped: place.dataset.sayStopped, left: place.dataset.sayLeft }[what];
    const text = more ? `${more} ${words}` : (words ?? "");
    if (state && state.textContent !== text) state.textContent = text;
    place.dataset.state = what;
  };

  // --- What waits here

  const waiting = () => Y.encodeStateAsUpdate(doc, Y.encodeStateVector(known));

  const keep = () => {
    try {
      if (dirty || sending) localStorage.setItem(own, textOf(waiting()));
      else localStorage.removeItem(own);
    } catch {
      // A browser that keeps nothing: the page itself still does.
    }
  };

  /** @type {string[]} */
  const left = [];

  /** What an earlier page wrote and could not send any more. */
  const takeUpKept = () => {
    try {
      for (const name of Object.keys(localStorage).filter((one) => one.startsWith(kept) && one !== own)) {
        Y.applyUpdate(doc, bytesOf(localStorage.getItem(name) ?? ""));
        left.push(name);
      }
    } catch {
      // What cannot be read was not written by this page.
    }
  };
  doc.on("update", (/** @type {Uint8Array} */ _update, /** @type {unknown} */ origin) => {
    if (origin === THEIRS) return;
    dirty = true;
    keep();
    if (!over) say("saving");
    soon(SOON);
  });

  /** @param {number} pause */
  const soon = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(send, pause);
  };

  const send = async () => {
    if (sending || !dirty || over || !loaded) return;
    sending = true;
    dirty = false;
    const update = waiting();
    const body = new FormData();
    body.set("csrf_token", place.dataset.csrf ?? "");
    body.set("update", textOf(update));
    let pause = 0;
    try {
      const answer = await fetch(place.dataset.board ?? "", { method: "POST", body, headers: { accept: "application/json" }, credentials: "same-origin" });
      if (answer.ok) {
        const { number } = await answer.json();
        Y.applyUpdate(known, update);
        if (number === seen + 1) seen = number;
        else if (number > seen) void look();
        tries = refusals = 0;
        if (!dirty) say("saved");
        for (const name of left.splice(0)) localStorage.removeItem(name);
      } else if (answer.status === 403 || answer.status === 404 || answer.status === 401) {
        leave();
      } else if (answer.status < 500 && answer.status !== 429 && (answer.status !== 409 || ++refusals > 1)) {
        const { message } = await answer.json().catch(() => ({ message: "" }));
        stop(message);
      } else {
        dirty = true;
        pause = PAUSES[Math.min(tries++, PAUSES.length - 1)];
      }
    } catch {
      dirty = true;
      pause = PAUSES[Math.min(tries++, PAUSES.length - 1)];
      say("offline");
    } finally {
      sending = false;
      keep();
    }
    if (dirty && !over) soon(pause || SOON);
  };

  // --- What others wrote

  const read = async () => {
    const answer = await fetch(`${place.dataset.board}?since=${seen}`, { headers: { accept: "application/json" }, credentials: "same-origin" });
    if (answer.status === 403 || answer.status === 404) return leave();
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    /** @type {{ since: number, number: number, updates: string[], whole: string | null }} */
    const found = await answer.json();
    if (found.since > seen) return; // Something before it is still on its way.
    await quiet();
    for (const one of found.whole === null ? found.updates : [found.whole]) {
      Y.applyUpdate(known, bytesOf(one));
      Y.applyUpdate(doc, bytesOf(one), THEIRS);
    }
    seen = Math.max(seen, found.number);
  };

  /** Words that are being put together are not pulled from under anybody: what others wrote waits for them. */
  const quiet = () => new Promise((go) => {
    const wait = () => (composing ? setTimeout(wait, 100) : go(undefined));
    wait();
  });

  const look = () => {
    again = fetching !== undefined;
    fetching ??= read()
      .then(() => {
        if (loaded || over) return;
        loaded = true;
        takeUpKept();
        if (dirty) soon(0);
        else for (const name of left.splice(0)) localStorage.removeItem(name);
        draw();
      })
      .catch(() => setTimeout(look, 2000 + Math.random() * 2000))
      .then(() => {
        fetching = undefined;
        if (again && !over) look();
      });
    return fetching;
  };

  // --- What is shown

  const draw = () => {
    const all = [...entries.entries()]
      .map(([id, entry]) => ({ id, entry: /** @type {Entry} */ (entry) }))
      .filter(({ entry }) => entry instanceof Y.Map && entry.get("text") instanceof Y.Text && entry.get("gone") !== true)
      .sort((one, other) => Number(one.entry.get("question")) - Number(other.entry.get("question")) || Number(one.entry.get("at")) - Number(other.entry.get("at")) || (one.id < other.id ? -1 : 1));
    const wanted = new Set(all.map(({ id }) => id));
    for (const [id, { row }] of rows) {
      if (wanted.has(id)) continue;
      row.remove();
      rows.delete(id);
    }
    if (!rows.size) list.replaceChildren();
    let before = null;
    for (const { id, entry } of all) {
      const row = rows.get(id)?.row ?? make(id, entry);
      if (row.parentElement !== list || row.previousElementSibling !== before) list.insertBefore(row, before ? before.nextElementSibling : list.firstElementChild);
      before = row;
    }
    const none = place.querySelector("[data-no-entries]");
    if (none instanceof HTMLElement) none.hidden = all.length > 0;
  };

  /**
   * @param {string} id
   * @param {Entry} entry
   */
  const make = (id, entry) => {
    const row = /** @type {HTMLElement} */ (mould.content.firstElementChild?.cloneNode(true));
    row.dataset.entry = id;
    for (const mark of row.querySelectorAll("[data-kind]")) if (mark instanceof HTMLElement) mark.hidden = mark.dataset.kind !== entry.get("kind");
    const about = row.querySelector("[data-about]");
    if (about instanceof HTMLElement) about.hidden = !entry.get("question");
    const number = row.querySelector("[data-slot=question]");
    if (number) number.textContent = String(entry.get("question") || "");
    const link = row.querySelector("[data-to-finding]");
    if (link instanceof HTMLAnchorElement) link.href += encodeURIComponent(id);
    row.querySelector("[data-take-off]")?.addEventListener("click", () => entry.set("gone", true));
    const text = /** @type {import("yjs").Text} */ (entry.get("text"));
    const field = row.querySelector("textarea");
    const held = { row, shown: text.toString() };
    rows.set(id, held);
    if (field) bind(field, text, held);
    else show(row, held.shown);
    text.observe((event) => {
      const now = text.toString();
      if (field && held.shown !== now) follow(field, event.delta, now);
      else if (!field) show(row, now);
      held.shown = now;
    });
    return row;
  };

  /**
   * @param {HTMLElement} row
   * @param {string} text
   */
  const show = (row, text) => {
    const line = row.querySelector(".board-text");
    if (line) line.textContent = text;
  };

  /**
   * @param {HTMLTextAreaElement} field
   * @param {import("yjs").Text} text
   * @param {{ shown: string }} held
   */
  const bind = (field, text, held) => {
    field.value = held.shown;
    fit(field);
    field.addEventListener("compositionstart", () => (composing = true));
    field.addEventListener("compositionend", () => (composing = false));
    field.addEventListener("blur", () => (composing = false));
    field.addEventListener("input", () => {
      const now = field.value;
      const { at, gone, come } = spliceOf(held.shown, now, field.selectionEnd);
      held.shown = now;
      doc.transact(() => {
        if (gone) text.delete(at, gone);
        if (come) text.insert(at, come);
      });
      fit(field);
    });
  };

  /**
   * Show what others wrote, and leave the cursor with the words it stood at.
   * @param {HTMLTextAreaElement} field
   * @param {{ retain?: number, insert?: unknown, delete?: number }[]} delta
   * @param {string} now
   */
  const follow = (field, delta, now) => {
    let [from, to] = [field.selectionStart, field.selectionEnd];
    let at = 0;
    for (const step of delta) {
      if (step.retain) at += step.retain;
      if (typeof step.insert === "string") {
        const size = step.insert.length;
        if (at < from) from += size;
        if (at < to) to += size;
        at += size;
      }
      if (step.delete) {
        from -= Math.max(0, Math.min(step.delete, from - at));
        to -= Math.max(0, Math.min(step.delete, to - at));
      }
    }
    const here = document.activeElement === field;
    field.value = now;
    if (here) field.setSelectionRange(from, to);
    fit(field);
  };

  /** @param {HTMLTextAreaElement} field */
  const fit = (field) => {
    field.rows = Math.min(12, Math.max(2, field.value.split("\n").length, Math.ceil(field.value.length / 60)));
  };

  entries.observeDeep((events) => {
    if (events.some((event) => !(event.target instanceof Y.Text))) draw();
  });

  place.querySelector("[data-add-entry]")?.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !loaded || over) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const fields = new FormData(form);
    const id = "be_" + [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const entry = new Y.Map();
    const text = new Y.Text();
    text.insert(0, String(fields.get("text") ?? ""));
    for (const [name, value] of Object.entries({ kind: fields.get("kind"), question: Number(fields.get("question")), at: Date.now(), text, gone: false })) entry.set(name, value);
    entries.set(id, entry);
    form.reset();
    rows.get(id)?.row.querySelector("textarea")?.focus();
    queueMicrotask(() => delete form.dataset.sending);
  }, true);

  window.addEventListener("online", () => {
    tries = 0;
    if (dirty) soon(0);
    void look();
  });

  const close = () => {
    over = true;
    clearTimeout(timer);
    for (const field of place.querySelectorAll("textarea")) field.readOnly = true;
    const form = place.querySelector("[data-add-entry]");
    if (form instanceof HTMLElement) form.hidden = true;
  };

  /** @param {string} why */
  const stop = (why) => {
    close();
    say("stopped", why);
  };

  const leave = () => {
    close();
    list.replaceChildren();
    rows.clear();
    say("left");
  };

  void look();
  return { leave, news: (/** @type {number} */ number) => void (number > seen && !over && look()) };
}
