/** A pitch room, its control room and its big screen: fills what the server rendered with what has changed. */
import { serverNow, syncClock } from "./countdown.js";
import { sendInBackground } from "./live-forms.js";
import { onRoom } from "./live.js";
import { showBeside } from "./room-beside.js";
import { showChat } from "./room-chat.js";
import { showPolls } from "./room-polls.js";
import { showProgramme } from "./room-programme.js";
import { copyOf, each, fill, putInOrder, showState, slot, write } from "./room-rows.js";
import { findScores, showTurns } from "./room-turns.js";
import { announce, toast } from "./toasts.js";

/** @typedef {import("./live.js").Change} Change */
/** @typedef {import("./live.js").Pitch} Pitch */
/** @typedef {import("./live.js").Question} Question */
/** @typedef {import("./live.js").Running} Running */

const SAY_EVERY = 5000;
const LONG = 160; // characters of a question, above which the big screen writes it smaller

const marks = document.getElementById("room");
/** @type {Map<string, Question>} */
const questions = new Map();
/** @type {Map<string, string>} */
const people = new Map();
/** @type {Running | undefined} */
let running;
/** @type {Set<string>} what holds besides the running order: chat, slow */
const beside = new Set();

/** @param {string} name */
function words(name) {
  return marks?.dataset[`say${name}`] ?? "";
}

// --- What is said to screen readers: one sentence in five seconds at most, the newest news first

/** @type {string[]} */
const news = [];
let newQuestions = 0;
let lastSaid = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let saying;

/** @param {string} sentence */
function say(sentence) {
  if (sentence) news.push(sentence);
  saying ??= setTimeout(
    () => {
      saying = undefined;
      lastSaid = Date.now();
      if (newQuestions) news.push(words("Questions").replace("{number}", String(newQuestions)));
      newQuestions = 0;
      const sentence = news.splice(0).slice(-3).join(" ");
      if (sentence) announce(sentence);
    },
    Math.max(0, lastSaid + SAY_EVERY - Date.now()),
  );
}

// --- The stage and its clock

/** @param {Running} now */
function onStage(now) {
  return now.pitches.find((pitch) => pitch.state === "on stage");
}

/** @param {Running} now */
function nextUp(now) {
  return now.pitches.find((pitch) => pitch.state === "waiting");
}

/** @param {Running} now */
function showRunning(now) {
  running = now;
  showTurns(now.pitches);
  const on = onStage(now);
  const next = nextUp(now);
  fill("stage-team", on?.team ?? "");
  fill("stage-title", on?.title ?? "");
  fill("stage-challenge", on?.challenge ?? "");
  fill("next-team", next?.team ?? "");
  each("input[data-after]", (place) => place instanceof HTMLInputElement && (place.value = on?.id ?? ""));
  showClock();
  showQueue(now.pitches);
  showTop();
  showByState();
  warnBeforeEnd();
}

function showClock() {
  const clock = document.getElementById("clock");
  if (!clock || !running) return;
  const on = onStage(running);
  const starts = on?.started_at ? Date.parse(on.started_at) : undefined;
  const ends = starts === undefined ? undefined : starts + (on?.seconds ?? 0) * 1000;
  const now = on?.paused_at ? Date.parse(on.paused_at) : serverNow();
  const asking = ends !== undefined && now >= ends && running.question_seconds > 0;
  const seconds = asking ? running.question_seconds : (on?.seconds ?? nextUp(running)?.seconds ?? 0);
  const from = asking ? ends : starts;
  each("[data-confidence]", (place) => (place.dataset.clock = asking ? "questions" : "pitch"));
  clock.dataset.countdownSeconds = String(seconds);
  if (on?.paused_at) clock.dataset.countdownPaused = on.paused_at;
  else delete clock.dataset.countdownPaused;
  if (from === undefined) {
    delete clock.dataset.countdownFrom;
    delete clock.dataset.state;
    write(clock, `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
  } else {
    clock.dataset.countdownFrom = new Date(from).toISOString();
  }
  each("[data-clock]", (label) => (label.hidden = (label.dataset.clock === "questions") !== asking));
  syncClock(serverNow(), Infinity);
}

function showByState() {
  const now = new Set([running?.state ?? ""]);
  if (running && onStage(running)) now.add("stage");
  if (running && nextUp(running)) now.add("next");
  if (running && onStage(running)?.paused_at) now.add("paused");
  for (const word of beside) now.add(word);
  if ([...questions.values()].some((question) => question.state === "open" || question.state === "answered")) now.add("asked");
  each("[data-when]", (place) => {
    const asked = (place.dataset.when ?? "").split(" ");
    place.hidden = asked.some((word) => (word.startsWith("!") ? now.has(word.slice(1)) : !now.has(word)));
  });
}

/** @param {Pitch[]} pitches */
function showQueue(pitches) {
  const list = document.querySelector("[data-queue]");
  if (!(list instanceof HTMLElement)) return;
  const rows = pitches.map((pitch) => {
    const row = list.querySelector(`[data-pitch="${CSS.escape(pitch.id)}"]`) ?? copyOf("pitch-mould", pitch.id);
    if (row instanceof HTMLElement) fillPitch(row, pitch);
    return row;
  });
  const kept = new Set(rows);
  for (const row of [...list.children]) {
    if (kept.has(row)) continue;
    if (row.contains(document.activeElement)) document.getElementById("main")?.focus({ preventScroll: true });
    row.remove();
  }
  putInOrder(list, /** @type {HTMLElement[]} */ (rows.filter((row) => row instanceof HTMLElement)));
  each("[data-no-queue]", (line) => (line.hidden = pitches.length > 0));
}

/**
 * @param {HTMLElement} row
 * @param {Pitch} pitch
 */
function fillPitch(row, pitch) {
  row.dataset.pitch = pitch.id;
  row.classList.toggle("is-now", pitch.state === "on stage");
  row.classList.toggle("is-over", pitch.state === "done");
  row.classList.toggle("is-next", pitch.state === "waiting");
  if (pitch.state === "on stage") row.setAttribute("aria-current", "step");
  else row.removeAttribute("aria-current");
  slot(row, "team", pitch.team);
  slot(row, "title", pitch.title);
  each("[data-at]", (part) => (part.hidden = pitch.state !== "waiting"), row);
  each("time[data-slot=at]", (time) => {
    if (time.getAttribute("datetime") === pitch.planned_at) return;
    time.setAttribute("datetime", pitch.planned_at);
    write(time, inZone(pitch.planned_at));
  }, row);
  showState(row, pitch.state);
}

/** @param {string} moment */
function inZone(moment) {
  const zone = marks?.dataset.zone;
  return new Intl.DateTimeFormat(document.documentElement.lang || "en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone || undefined }).format(new Date(moment));
}

/** @param {Question[]} changed */
function showQuestions(changed) {
  const list = document.querySelector("[data-questions]");
  for (const question of changed) {
    if (!questions.has(question.id) && question.state === "open") newQuestions += 1;
    questions.set(question.id, question);
    if (list instanceof HTMLElement) showQuestion(list, question);
  }
  // Nothing moves under a pointer or a focus; the order follows when both have gone.
  if (list instanceof HTMLElement && !list.matches(":hover, :focus-within")) sortQuestions(list);
  showTop();
  showByState();
}

/**
 * @param {HTMLElement} list
 * @param {Question} question
 */
function showQuestion(list, question) {
  let row = list.querySelector(`[data-question="${CSS.escape(question.id)}"]`);
  if ((question.state === "hidden" || question.state === "waiting") && marks?.dataset.runs === undefined) {
    row?.remove();
    return;
  }
  if (!row) {
    row = copyOf("question-mould", question.id) ?? null;
    if (row) list.append(row);
  }
  if (!(row instanceof HTMLElement)) return;
  row.dataset.question = question.id;
  row.dataset.votes = String(question.votes);
  row.dataset.pinned = question.pinned ? "yes" : "";
  each("[data-pinned-mark]", (mark) => (mark.hidden = !question.pinned), row);
  for (const pin of row.querySelectorAll("[data-pin]")) if (pin instanceof HTMLInputElement) pin.value = question.pinned ? "yes" : "";
  for (const state of ["open", "answered", "hidden", "waiting"]) row.classList.toggle(`is-${state}`, question.state === state);
  showState(row, question.state);
  if (question.state === "hidden") return; // Its words stay with those who saw them.
  if (question.state === "waiting" && !question.body) return; // Its words come with the snapshot of those who run the room.
  slot(row, "body", question.body);
  slot(row, "votes", question.votes);
  if (question.name) slot(row, "name", question.name);
  slot(row, "team", question.team);
  each("[data-to]", (part) => (part.hidden = !question.team), row);
  if (question.mine !== undefined) showMine(row, question.mine);
  const { own, pitch } = question;
  if (own !== undefined) each("[data-wish-of]", (part) => showWishOf(part, own ? pitch : ""), row);
}

/**
 * Whoever asked a team something can say there that they want to meet it.
 * @param {HTMLElement} part
 * @param {string} pitch
 */
function showWishOf(part, pitch) {
  part.hidden = !pitch;
  const form = part.querySelector("form");
  if (!pitch || !form || part.dataset.wishOf) return;
  part.dataset.wishOf = pitch;
  form.setAttribute("action", (form.getAttribute("action") ?? "").replace("/PITCH/", `/${pitch}/`));
  const other = document.querySelector(`[data-for-pitch="${CSS.escape(pitch)}"] [data-wish]`);
  showWished(form, other?.getAttribute("aria-pressed") === "true");
}

/**
 * @param {HTMLFormElement} form
 * @param {boolean} wished
 */
function showWished(form, wished) {
  form.querySelector("[data-wish]")?.setAttribute("aria-pressed", String(wished));
  const back = form.querySelector("[data-back]");
  if (back instanceof HTMLInputElement) back.value = wished ? "yes" : "";
}

/**
 * @param {HTMLElement} row
 * @param {boolean} mine
 */
function showMine(row, mine) {
  row.querySelector("[data-vote]")?.setAttribute("aria-pressed", String(mine));
  const back = row.querySelector("[data-back]");
  if (back instanceof HTMLInputElement) back.value = mine ? "yes" : "";
}

/** @param {HTMLElement} list */
function sortQuestions(list) {
  const rows = /** @type {HTMLElement[]} */ ([...list.children]);
  const place = (/** @type {HTMLElement} */ row) => (row.dataset.pinned ? -1 : row.dataset.state === "waiting" ? 0 : row.dataset.state === "open" ? 1 : 2);
  const sorted = rows
    .map((row, at) => ({ row, at }))
    .sort((one, other) => place(one.row) - place(other.row) || Number(other.row.dataset.votes) - Number(one.row.dataset.votes) || one.at - other.at);
  putInOrder(list, sorted.map(({ row }) => row));
}

function showTop() {
  const shown = document.querySelector("[data-top]");
  if (!(shown instanceof HTMLElement)) return;
  const on = running && onStage(running)?.id;
  // While a team is on, its own questions come before those to the room, and those to other teams wait for a pin.
  const place = (/** @type {Question} */ one) => (one.pinned ? 0 : !on || one.pitch === on ? 1 : one.pitch ? 3 : 2);
  const [top] = [...questions.values()]
    .filter((question) => question.state === "open" && place(question) < 3)
    .sort((one, other) => place(one) - place(other) || other.votes - one.votes);
  shown.hidden = !top;
  if (!top) return;
  shown.toggleAttribute("data-long", top.body.length > LONG);
  fill("top-body", top.body);
  fill("top-name", top.name);
  fill("top-votes", top.votes);
}

// --- People

/** @param {import("./live.js").Presence} presence */
function showPeople(presence) {
  each("[data-here]", (place) => write(place, String(presence.here)));
  if (presence.people) people.clear();
  for (const one of [...(presence.people ?? []), ...(presence.came ?? [])]) people.set(one.id, one.name);
  for (const id of presence.went ?? []) people.delete(id);
  const list = document.querySelector("[data-people]");
  const mould = document.getElementById("person-mould");
  if (!(list instanceof HTMLElement) || !(mould instanceof HTMLTemplateElement)) return;
  const rows = [...people].map(([id, name]) => {
    const row = list.querySelector(`[data-person="${CSS.escape(id)}"]`) ?? mould.content.firstElementChild?.cloneNode(true);
    if (row instanceof HTMLElement) {
      row.dataset.person = id;
      each("div > p", (line) => write(line, name), row);
      each(".avatar", (face) => write(face, initials(name)), row);
      slot(row, "name", name);
      each("a", (way) => {
        way.setAttribute("href", (way.getAttribute("href") ?? "").replace("PERSON", id));
        way.hidden = id === list.dataset.me;
      }, row);
    }
    return row;
  });
  list.replaceChildren(...rows.filter((row) => row instanceof Node));
}

/** @param {string} name */
function initials(name) {
  const parts = name.split(/\s+/).filter(Boolean);
  return parts.length ? (parts[0][0] + (parts.length > 1 ? parts[parts.length - 1][0] : "")).toUpperCase() : "";
}

// --- Changes

/** @type {Record<string, string>} */
const SENTENCES = {
  opened: "Opened", closed: "Closed", "pitch ended": "Ended", "time added": "Time", "order changed": "Order", paused: "Paused", resumed: "Resumed",
  "poll open": "Poll", "poll closed": "PollClosed",
};

/**
 * The whole room, after too much has happened to tell it piece by piece: what is not in it was taken off meanwhile.
 * @param {Change} whole
 */
function takeOffOthers(whole) {
  const there = new Set([...whole.questions, ...whole.chat].map((one) => one.id));
  for (const id of questions.keys()) if (!there.has(id)) questions.delete(id);
  each("[data-questions] [data-question], [data-chat] [data-message]", (row) => {
    if (!there.has(row.dataset.question ?? row.dataset.message ?? "")) row.remove();
  });
}

/** @param {Change} change */
function apply(change) {
  syncClock(Date.parse(change.now), change.unsure);
  if (change.running) showRunning(change.running);
  if (change.since === undefined) takeOffOthers(change);
  showQuestions(change.questions);
  news.push(...showChat(change.chat), ...showPolls(change.polls));
  for (const word of showBeside(change)) news.push(word);
  if (change.programme) showProgramme(change.programme, inZone);
  if (change.manners) {
    beside.clear();
    if (change.manners.chat) beside.add("chat");
    if (change.manners.slow_seconds) beside.add("slow");
    fill("slow-seconds", change.manners.slow_seconds);
    tellOfStream(change.manners.stream);
    showByState();
  }
  if (change.reports !== undefined) showReports(change.reports);
  if (change.called_off) showCalledOff(change.called_off);
  const kinds = new Set(change.kinds ?? []);
  if (kinds.has("pitch started")) {
    kinds.delete("pitch ended");
    const team = running && onStage(running)?.team;
    if (team) news.push(words("Started").replace("{team}", team));
  }
  for (const kind of kinds) if (SENTENCES[kind]) news.push(words(SENTENCES[kind]));
  if (running && (kinds.has("order changed") || kinds.has("pitch started"))) findScores(running.pitches).catch(() => undefined);
  if (news.length || newQuestions) say("");
  if (NEEDS_HOST.some((kind) => kinds.has(kind)) && marks?.dataset.runs !== undefined) lookAgain();
}

/**
 * How many reports wait, for those who run the room; a new one is said and shown at once.
 * @param {number} waiting
 */
function showReports(waiting) {
  each("[data-reports]", (place) => {
    if (waiting > Number(place.dataset.reports)) toast(place.dataset.say ?? "", "info");
    place.dataset.reports = String(waiting);
    place.hidden = waiting === 0;
    slot(place, "reports", waiting);
  });
}

/** @param {NonNullable<Change["called_off"]>} off */
function showCalledOff(off) {
  each("[data-called-off]", (part) => {
    part.hidden = off.length === 0;
    const rows = off.map((one) => {
      const row = part.querySelector(`[data-called-off-pitch="${CSS.escape(one.id)}"]`) ?? copyOf("called-off-mould", one.id);
      if (row instanceof HTMLElement) {
        row.dataset.calledOffPitch = one.id;
        slot(row, "team", one.team);
        slot(row, "title", one.title);
        slot(row, "reason", one.reason);
      }
      return row;
    });
    part.querySelector("ul")?.replaceChildren(...rows.filter((row) => row instanceof Node));
  });
  showByState();
}

/**
 * A page may show the stream that it was loaded with and no other; the big screen, where nobody writes, is loaded anew.
 * @param {string} stream
 */
function tellOfStream(stream) {
  each("[data-watch]", (place) => {
    if (place.dataset.watch === stream) return;
    place.dataset.watch = stream;
    if (place.dataset.watchReload !== undefined) location.reload();
    else toast(place.dataset.say ?? "", "info");
  });
}

// What only those who run the room may read does not travel in messages to all: they look at it themselves.
const NEEDS_HOST = ["question waits", "poll votes", "reported", "order changed"];
let looking = false;

function lookAgain() {
  if (looking) return;
  looking = true;
  setTimeout(() => {
    looking = false;
    reload().catch(() => undefined);
  }, 1000);
}

let reload = () => Promise.resolve();

/** @type {ReturnType<typeof setTimeout> | undefined} */
let warning;

function warnBeforeEnd() {
  clearTimeout(warning);
  const on = running && onStage(running);
  if (!on?.started_at || on.paused_at) return;
  const left = Date.parse(on.started_at) + on.seconds * 1000 - serverNow();
  if (left > 60000) warning = setTimeout(() => say(words("Minute")), left - 60000);
}

// --- Beginning

/** @param {"on" | "away" | "looking"} state */
function showLine(state) {
  const before = marks?.dataset.line;
  if (marks) marks.dataset.line = state;
  each("[data-connection]", (place) => {
    place.dataset.state = state;
    slot(place, "text", place.dataset[state] ?? "");
  });
  if (state === "looking") say(words("Looking"));
  if (state === "on" && before === "looking") say(words("Line"));
}

/** @param {HTMLFormElement} form */
function afterSending(form) {
  const row = form.closest("[data-question]");
  const back = form.querySelector("[data-back]");
  const choice = form.closest("[data-choice]");
  if (choice) for (const one of choice.parentElement?.querySelectorAll("[data-choose]") ?? []) one.setAttribute("aria-pressed", String(choice.contains(one)));
  if (form.querySelector("[data-wish]") && back instanceof HTMLInputElement) {
    const wished = back.value === "";
    for (const one of document.forms) if (one.action === form.action && one.querySelector("[data-wish]")) showWished(one, wished);
  } else if (row instanceof HTMLElement && back instanceof HTMLInputElement) showMine(row, back.value === "");
  if (form.dataset.asks !== undefined) void reload().catch(() => undefined); // Which question is one's own is told to nobody else.
  if (form.dataset.clear !== undefined) form.reset();
  form.closest("dialog")?.close();
}

function start() {
  if (!marks) return;
  const { room: stage = "", changes = "", snapshot = "" } = marks.dataset;
  syncClock(Date.parse(marks.dataset.now ?? ""), 3000);
  const room = onRoom(
    { stage, number: Number(marks.dataset.number), changes, snapshot },
    {
      change: apply,
      presence: showPeople,
      connected: showLine,
      left: () => toast(words("Left"), "warn"),
    },
  );
  reload = room.snapshot;
  sendInBackground({ look: room.look, sent: afterSending, failed: words("Failed") });
  each("[data-pause]", (button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      const still = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(still));
      room.hold(still);
    });
  });
  document.addEventListener("countdown:over", showClock);
  // Everything the page does not hold in itself, such as the order of all questions, comes once in one piece.
  room.snapshot().then(() => (newQuestions = 0)).catch(() => undefined);
}

start();
