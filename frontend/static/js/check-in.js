/**
 * The door on a phone: tickets by the camera, by their letters or by name. Each scan gets a name of its own and is kept
 * in the browser until the server has answered, so that the network may go away and scans may be sent twice. One that
 * was refused stands on the page until somebody dismisses it: who it was may be inside by now.
 */
import { refresh } from "./refresh.js";
import { isSignedOut } from "./signed-out.js";
import { announce } from "./toasts.js";

const AGAIN_AFTER = 5000;
const LOOK_EVERY = 300;
const SAME_AFTER = 4000;
const MOST_AT_ONCE = 50;
const MOST_SHOWN = 8;
const SHOWN_OF_CODE = 24;

/**
 * @typedef {{ id: string, at: number, code: string }} Scan
 * @typedef {{ id: string, name: string, about: string, short: string, there: boolean }} Person
 * @typedef {{ id: string, state: string, message: string }} Result
 * @typedef {{ id: string, at: number, who: string, why: string }} Refused
 */

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const door = byId("door");
const form = /** @type {HTMLFormElement} */ (document.getElementById("door-form"));
const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("code"));
const found = byId("door-found");
const answerLine = byId("door-answer");
const waitingLine = byId("door-waiting");
const refusedPart = byId("door-refused");
const KEY = `folkmoot door ${door.dataset.door}`;
const REFUSED = `folkmoot door refused ${door.dataset.door}`;

/** @type {Person[]} */
let people = [];
let sending = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/**
 * @param {string} name
 * @param {Record<string, string>} [values]
 */
function say(name, values = {}) {
  return (door.dataset[name] ?? "").replace(/\{(\w+)\}/g, (_all, key) => values[key] ?? "");
}

/** @param {string} key @returns {any[]} */
function stored(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "[]");
  } catch {
    return [];
  }
}

/** @param {string} key @param {unknown[]} values */
function store(key, values) {
  if (values.length) localStorage.setItem(key, JSON.stringify(values));
  else localStorage.removeItem(key);
}

/** @returns {Scan[]} */
function kept() {
  return stored(KEY);
}

/** @param {Scan[]} scans */
function keep(scans) {
  store(KEY, scans);
  waitingLine.hidden = scans.length === 0;
  waitingLine.textContent = say("sayWaiting", { count: String(scans.length) });
}

/** @param {Refused[]} found */
function keepRefused(found) {
  store(REFUSED, found);
  refusedPart.hidden = found.length === 0;
  /** @type {HTMLElement} */ (refusedPart.querySelector("ul")).replaceChildren(...found.map(refusedLine));
}

/** @param {Refused} one */
function refusedLine(one) {
  const [line, slot, button] = lineFrom("door-refused-one");
  slot("who").textContent = one.who;
  slot("why").textContent = one.why;
  slot("when").textContent = new Date(one.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  button.setAttribute("aria-label", `${button.textContent}: ${one.who}`);
  button.addEventListener("click", () => {
    keepRefused(stored(REFUSED).filter((each) => each.id !== one.id));
    field.focus();
  });
  return line;
}

/**
 * A line made from a template: itself, its places for words, its button.
 * @param {string} id
 * @returns {[HTMLElement, (name: string) => HTMLElement, HTMLButtonElement]}
 */
function lineFrom(id) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  const line = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
  return [line, (name) => /** @type {HTMLElement} */ (line.querySelector(`[data-slot=${name}]`)), /** @type {HTMLButtonElement} */ (line.querySelector("button"))];
}

/** A name for a scan that no other has. `crypto.randomUUID` is for https only. */
function newName() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {string} state
 * @param {string} text
 */
function show(state, text) {
  answerLine.hidden = false;
  answerLine.dataset.state = state;
  answerLine.textContent = text;
}

/** What letters are without what stands between them, and without what is misread. @param {string} text */
function letters(text) {
  return text.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
}

/** @param {string} text */
function isTicket(text) {
  return text.includes("/tickets/") || /^r_\w+\.\w+$/.test(text) || people.some((one) => letters(one.short) === letters(text));
}

/** Whose ticket this is, as far as this page knows. @param {string} code */
function ownerOf(code) {
  const id = code.split("/").pop()?.split(".")[0];
  return people.find((one) => one.id === id || letters(one.short) === letters(code));
}

/** @param {string} code */
function scan(code) {
  const owner = ownerOf(code);
  const one = { id: newName(), at: Date.now(), code };
  keep([...kept(), one]);
  if (owner) owner.there = true;
  void send(one.id, owner?.name ?? "");
}

/**
 * Send what is kept. `newest` is the scan that somebody waits for.
 * @param {string} [newest]
 * @param {string} [name]
 */
async function send(newest = "", name = "") {
  clearTimeout(timer);
  const batch = kept().slice(0, MOST_AT_ONCE);
  if (batch.length === 0) return;
  if (sending) {
    if (newest) wait(newest, name);
    return;
  }
  sending = true;
  const fields = new FormData();
  fields.set("csrf_token", String(new FormData(form).get("csrf_token")));
  for (const one of batch) fields.append("scan", `${one.id}|${one.at}|${one.code}`);
  try {
    const response = await fetch(door.dataset.send ?? "", { method: "POST", body: fields, headers: { accept: "application/json" }, credentials: "same-origin" });
    if (isSignedOut(response) || response.status === 409) {
      show("refused", say("saySignIn"));
      return;
    }
    if (!response.ok) throw new Error(`status ${response.status}`);
    /** @type {{ results: Result[] }} */
    const { results } = await response.json();
    const done = new Set(results.map((one) => one.id));
    keep(kept().filter((one) => !done.has(one.id)));
    const last = results.find((one) => one.id === newest) ?? results.at(-1);
    if (last) show(last.state, last.message);
    void refresh(byId("door-state"), false).catch(() => undefined); // What was told while the network was away was missed.
    note(results, batch);
  } catch {
    wait(newest, name);
  } finally {
    sending = false;
    if (kept().length) timer = setTimeout(() => void send(), AGAIN_AFTER);
  }
}

/**
 * What became of scans: who is there, and what was refused.
 * @param {Result[]} results
 * @param {Scan[]} batch
 */
function note(results, batch) {
  /** @type {Refused[]} */
  const refused = stored(REFUSED);
  for (const one of results) {
    const sent = batch.find((each) => each.id === one.id);
    const owner = ownerOf(sent?.code ?? "");
    if (owner) owner.there = one.state !== "refused";
    if (one.state === "refused" && sent && !refused.some((each) => each.id === one.id)) {
      refused.push({ id: one.id, at: sent.at, who: owner?.name ?? named(sent.code), why: one.message });
    }
  }
  keepRefused(refused);
}

/** What was read, short enough to be compared with a ticket. @param {string} code */
function named(code) {
  const text = code.split("/").pop() ?? code;
  return text.length > SHOWN_OF_CODE ? `${text.slice(0, SHOWN_OF_CODE)}…` : text;
}

/**
 * Say that a scan is kept.
 * @param {string} newest
 * @param {string} name
 */
function wait(newest, name) {
  keep(kept());
  if (newest) show("kept", name ? say("sayKeptName", { name }) : say("sayKept"));
}

function lookForNames() {
  const words = field.value.trim().toLowerCase();
  const fitting = words.length < 2 ? [] : people.filter((one) => `${one.name} ${one.about}`.toLowerCase().includes(words)).slice(0, MOST_SHOWN);
  found.replaceChildren(...fitting.map(lineOf));
  found.hidden = fitting.length === 0;
}

/** @param {Person} person */
function lineOf(person) {
  const [line, slot, button] = lineFrom("door-person");
  slot("name").textContent = person.name;
  slot("about").textContent = person.there ? `${person.about} · ${say("sayThere")}` : person.about;
  button.setAttribute("aria-label", `${button.textContent}: ${person.name}`);
  button.addEventListener("click", () => {
    clear();
    scan(person.short);
    field.focus();
  });
  return line;
}

function clear() {
  field.value = "";
  found.replaceChildren();
  found.hidden = true;
}

field.addEventListener("input", lookForNames);
form.addEventListener("submit", (event) => {
  const typed = field.value.trim();
  event.preventDefault();
  if (!typed) return;
  const looksLikeLetters = /^[\w-]{8,9}$/.test(typed.replaceAll(" ", "")) && people.length === 0;
  if (isTicket(typed) || looksLikeLetters) {
    clear();
    scan(typed);
    field.focus();
  } else if (found.children.length === 1) {
    found.querySelector("button")?.click();
  } else if (found.children.length === 0) {
    show("refused", say("sayNobody"));
  } else {
    found.querySelector("button")?.focus();
  }
});

// A hand-held reader types like a keyboard, wherever the focus is.
document.addEventListener("keydown", (event) => {
  const nowhere = document.activeElement === document.body || document.activeElement === null;
  if (nowhere && event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey) field.focus();
});

async function learnNames() {
  try {
    const response = await fetch(door.dataset.list ?? "", { credentials: "same-origin" });
    if (response.ok) people = (await response.json()).people;
  } catch {
    // Away already: tickets work by their codes, and names once the list was read.
  }
}

// The camera

/** @typedef {{ detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]> }} Detector */
/** @type {{ new (options: { formats: string[] }): Detector } | undefined} */
const BarcodeDetector = /** @type {any} */ (window).BarcodeDetector;
const video = /** @type {HTMLVideoElement} */ (document.getElementById("door-video"));
const start = /** @type {HTMLButtonElement} */ (document.getElementById("door-start"));
const label = start.textContent ?? "";
/** @type {MediaStream | null} */
let stream = null;
let seen = { code: "", at: 0 };

function stopCamera() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  video.hidden = true;
  video.srcObject = null;
  start.textContent = label;
}

/** @param {Detector} detector */
async function look(detector) {
  if (!stream) return;
  try {
    const [code] = await detector.detect(video);
    if (code && (code.rawValue !== seen.code || Date.now() - seen.at > SAME_AFTER)) {
      seen = { code: code.rawValue, at: Date.now() };
      navigator.vibrate?.(80);
      scan(code.rawValue.slice(0, 300));
    } else if (code) {
      seen.at = Date.now();
    }
  } catch {
    // A picture that is not ready yet.
  }
  setTimeout(() => void look(detector), LOOK_EVERY);
}

async function startCamera() {
  if (!BarcodeDetector) return;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    start.textContent = start.dataset.stop ?? label;
    void look(new BarcodeDetector({ formats: ["qr_code"] }));
  } catch {
    stopCamera();
    show("refused", say("sayCamera"));
    announce(say("sayCamera"), true);
  }
}

byId(BarcodeDetector && navigator.mediaDevices ? "door-camera" : "door-no-camera").hidden = false;
start.addEventListener("click", () => (stream ? stopCamera() : void startCamera()));
window.addEventListener("pagehide", stopCamera);
window.addEventListener("online", () => void send());

for (const part of document.querySelectorAll("[data-without-script]")) part.setAttribute("hidden", "");
keep(kept());
keepRefused(stored(REFUSED));
void learnNames();
void send();
