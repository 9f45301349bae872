/**
 * A judge's forms: points by the keyboard, and nothing typed is lost while the network is away. What could not be sent
 * waits in this browser, with the id that the page gave it, so that sending it twice changes nothing.
 */
import { announce } from "./toasts.js";

const AGAIN = 20000;

/**
 * @typedef {{ action: string, page: string, fields: [string, string][], refused?: string }} Waiting
 * @typedef {{ ok: boolean, message: string, seen?: number, next_id?: string, then?: string }} Answer
 * @typedef {{ seen: string, fields: [string, string][] }} Draft
 */

/**
 * @param {string} name
 * @returns {any} what is kept under this name, or null
 */
function kept(name) {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "null");
  } catch {
    return null;
  }
}

/**
 * @param {string} name
 * @param {unknown} value null takes it away
 */
function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing: the form itself still works.
  }
}

const holder = document.querySelector("[data-me]");
const me = holder instanceof HTMLElement ? (holder.dataset.me ?? "") : "";
const QUEUE = `folkmoot-judging-${me}-waiting`;

/** @returns {Waiting[]} */
function waiting() {
  return kept(QUEUE) ?? [];
}

/** @param {string} action */
function draftName(action) {
  return `folkmoot-judging-${me}-draft-${action}`;
}

/**
 * @param {string} action
 * @param {[string, string][]} fields
 * @returns {Promise<{ status: number, answer: Answer }>}
 */
async function send(action, fields) {
  const body = new FormData();
  for (const [name, value] of fields) body.append(name, value);
  const token = document.querySelector("input[name=csrf_token]");
  if (token instanceof HTMLInputElement) body.append("csrf_token", token.value);
  const found = await fetch(action, { method: "POST", body, credentials: "same-origin", redirect: "error", headers: { accept: "application/json" } });
  return { status: found.status, answer: await found.json() };
}

/** @param {string} action */
function forget(action) {
  const rest = waiting().filter((one) => one.action !== action);
  keep(QUEUE, rest.length ? rest : null);
}

/** @type {Promise<void> | undefined} */
let sending;

function sendWaiting() {
  sending ??= sendAll().finally(() => {
    sending = undefined;
    show();
  });
  return sending;
}

async function sendAll() {
  for (const one of waiting()) {
    try {
      const { status, answer } = await send(one.action, one.fields);
      if (status < 400 && answer.ok) {
        forget(one.action);
        keep(draftName(one.action), null);
        taken(one.action, answer);
      } else {
        keep(QUEUE, waiting().map((each) => (each.action === one.action ? { ...each, refused: answer.message } : each)));
      }
    } catch {
      return; // Still away: it stays where it is.
    }
  }
}

/** Say how many wait, and show what was not taken beside its form. */
function show() {
  const all = waiting();
  for (const line of document.querySelectorAll("[data-waiting-votes]")) {
    if (!(line instanceof HTMLElement)) continue;
    line.hidden = all.length === 0;
    const refused = all.find((one) => one.refused);
    if (refused) {
      const way = document.createElement("a");
      way.href = refused.page;
      way.textContent = line.dataset.see ?? "";
      line.replaceChildren(`${line.dataset.refused} ${refused.refused} `, way);
    } else {
      line.textContent = all.length === 1 ? (line.dataset.one ?? "") : (line.dataset.many ?? "").replace("{count}", String(all.length));
    }
  }
  for (const button of document.querySelectorAll("[data-drop-refused]")) {
    if (button instanceof HTMLElement) button.hidden = !all.some((one) => one.refused);
  }
  for (const line of document.querySelectorAll("[data-offline]")) {
    const form = line.closest("form");
    const mine = all.find((one) => form?.getAttribute("action") === one.action);
    if (!mine || !(line instanceof HTMLElement)) continue;
    line.textContent = mine.refused ? `${line.dataset.refused} ${mine.refused}` : (line.dataset.kept ?? "");
    const drop = form?.querySelector("[data-drop]");
    if (drop instanceof HTMLElement) drop.hidden = !mine.refused;
  }
}

/**
 * @param {string} action
 * @param {Answer} answer
 */
function taken(action, answer) {
  const form = document.querySelector(`form[action="${CSS.escape(action)}"]`);
  if (!(form instanceof HTMLFormElement)) return;
  setField(form, "seen", String(answer.seen ?? 0));
  setField(form, "client_id", answer.next_id ?? "");
  const line = form.querySelector("[data-offline]");
  if (line instanceof HTMLElement) line.textContent = line.dataset.sent ?? "";
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 * @param {string} value
 */
function setField(form, name, value) {
  const field = form.elements.namedItem(name);
  if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof RadioNodeList) field.value = value;
}

/**
 * @param {HTMLFormElement} form
 * @returns {[string, string][]}
 */
function fieldsOf(form) {
  /** @type {[string, string][]} */
  const found = [];
  for (const [name, value] of new FormData(form)) {
    if (name !== "key" && name !== "csrf_token" && typeof value === "string") found.push([name, value]);
  }
  return found;
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement} line
 */
function keepTyped(form, line) {
  const action = form.getAttribute("action") ?? "";
  const name = draftName(action);
  const seen = () => String(new FormData(form).get("seen") ?? "");
  const fill = (/** @type {[string, string][]} */ fields) => {
    for (const [field, value] of fields) {
      if (field !== "seen" && field !== "client_id") setField(form, field, value);
    }
    form.dispatchEvent(new Event("restored"));
  };
  /** @type {Draft | null} */
  const draft = kept(name);
  const refused = waiting().find((one) => one.action === action && one.refused);
  if (refused) {
    fill(refused.fields);
  } else if (draft && draft.seen === seen() && !form.querySelector("[aria-invalid]")) {
    fill(draft.fields);
    line.textContent = line.dataset.typed ?? "";
  } else if (draft) {
    keep(name, null);
  }
  form.querySelector("[data-drop]")?.addEventListener("click", () => {
    forget(action);
    keep(name, null);
    location.reload();
  });
  form.addEventListener("input", () => keep(name, { seen: seen(), fields: fieldsOf(form) }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void give(form, line, action);
  });
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement} line
 * @param {string} action
 */
async function give(form, line, action) {
  if (form.dataset.giving) return;
  form.dataset.giving = "yes";
  const fields = fieldsOf(form);
  try {
    const { status, answer } = await send(action, fields);
    if (status < 400 && answer.ok) {
      keep(draftName(action), null);
      forget(action);
      location.assign(answer.then ?? location.href);
      return;
    }
    form.submit(); // Refused: the page says why, with everything that was typed.
  } catch {
    const rest = waiting().filter((one) => one.action !== action);
    keep(QUEUE, [...rest, { action, page: location.pathname, fields }]);
    line.textContent = line.dataset.kept ?? "";
    announce(line.dataset.kept ?? "", true);
    show();
  } finally {
    delete form.dataset.giving;
  }
}

/** @param {HTMLFormElement} form */
function scoreByKeys(form) {
  const groups = [...form.querySelectorAll("[data-criterion]")];
  form.addEventListener("keydown", (event) => {
    const at = event.target;
    if (!(at instanceof HTMLInputElement) || at.type !== "radio" || event.ctrlKey || event.metaKey || event.altKey) return;
    const group = at.closest("[data-criterion]");
    if (!group) return;
    const radios = [...group.querySelectorAll("input[type=radio]")].filter((one) => one instanceof HTMLInputElement);
    const now = radios.find((one) => one instanceof HTMLInputElement && one.checked);
    /** @type {string | undefined} */
    let wanted;
    if (/^[0-9]$/.test(event.key)) wanted = event.key;
    else if (event.key === "." || event.key === ",") wanted = String(Number(now instanceof HTMLInputElement ? now.value : "0") + 0.5);
    if (wanted !== undefined) {
      const chosen = radios.find((one) => one instanceof HTMLInputElement && one.value === wanted);
      if (chosen instanceof HTMLInputElement) {
        chosen.checked = true;
        chosen.focus();
        chosen.dispatchEvent(new Event("input", { bubbles: true }));
      }
      event.preventDefault();
    } else if (event.key === "Enter") {
      const after = groups[groups.indexOf(group) + 1];
      const target = after?.querySelector("input:checked") ?? after?.querySelector("input") ?? form.querySelector("textarea");
      if (target instanceof HTMLElement) target.focus();
      event.preventDefault();
    }
  });
}

for (const line of document.querySelectorAll("[data-offline]")) {
  const form = line.closest("form");
  if (!(line instanceof HTMLElement) || !form) continue;
  keepTyped(form, line);
  scoreByKeys(form);
}
document.querySelector("[data-drop-refused]")?.addEventListener("click", () => {
  for (const one of waiting().filter((each) => each.refused)) {
    forget(one.action);
    keep(draftName(one.action), null);
  }
  show();
});
show();
if (waiting().length) void sendWaiting();
window.addEventListener("online", () => void sendWaiting());
setInterval(() => {
  if (waiting().some((one) => !one.refused)) void sendWaiting();
}, AGAIN);
