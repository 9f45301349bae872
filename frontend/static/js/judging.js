/**
 * The forms of judges and of the audience: points by the keyboard, and nothing that was given is lost while the network
 * is away. What could not be sent waits in this browser, with the id that the page gave it, so that sending it twice
 * changes nothing. Whoever changes their mind meanwhile sends the next try of the same id: the first may have arrived.
 * For the same reason what is taken back while it waits leaves a next try behind, which takes back whatever arrived.
 */
import { announce } from "./toasts.js";

const AGAIN = 20000;

/**
 * One that waits: `key` tells forms with the same address apart, `page` is where it was typed.
 * @typedef {{ key: string, action: string, page: string, fields: [string, string][], refused?: string }} Waiting
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

/**
 * @param {HTMLFormElement} form
 * @returns {string} what tells this form from all others
 */
function keyOf(form) {
  const line = form.querySelector("[data-offline]");
  const thing = line instanceof HTMLElement ? (line.dataset.thing ?? "") : "";
  const action = form.getAttribute("action") ?? "";
  return thing ? `${action}#${thing}` : action;
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

/** @param {[string, string][]} fields */
function idOf(fields) {
  return fields.find(([name]) => name === "client_id")?.[1] ?? "";
}

/**
 * @param {string} key
 * @param {string} [id] only this try of it
 */
function forget(key, id) {
  const rest = waiting().filter((one) => one.key !== key || (id !== undefined && idOf(one.fields) !== id));
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
    const id = idOf(one.fields);
    const still = () => waiting().some((each) => each.key === one.key && idOf(each.fields) === id);
    if (!still()) continue; // Something else was given in its place meanwhile.
    try {
      const { status, answer } = await send(one.action, one.fields);
      if (!still()) continue;
      if (status < 400 && answer.ok) {
        forget(one.key, id);
        keep(draftName(one.action), null);
        taken(one.key, answer);
      } else {
        keep(QUEUE, waiting().map((each) => (each.key === one.key ? { ...each, refused: answer.message } : each)));
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
  for (const part of document.querySelectorAll("[data-undo][data-nothing]")) {
    if (part instanceof HTMLElement) part.hidden = !all.some((one) => one.action === part.dataset.undoes);
  }
  for (const button of document.querySelectorAll("[data-drop-refused]")) {
    if (button instanceof HTMLElement) button.hidden = !all.some((one) => one.refused);
  }
  for (const line of document.querySelectorAll("[data-offline]")) {
    const form = line.closest("form");
    const mine = all.find((one) => form && keyOf(form) === one.key);
    if (!mine || !(line instanceof HTMLElement)) continue;
    line.textContent = mine.refused ? `${line.dataset.refused} ${mine.refused}` : saidOf(mine, form, line);
    const drop = form?.querySelector("[data-drop]");
    if (drop instanceof HTMLElement) drop.hidden = !mine.refused;
  }
}

/**
 * @param {Waiting} one
 * @param {HTMLFormElement | null} form
 * @param {HTMLElement} line
 * @returns {string} that it is kept, or taken back, whatever arrives of it
 */
function saidOf(one, form, line) {
  const own = form?.getAttribute("action") === one.action;
  return (own ? line.dataset.kept : line.dataset.undone) ?? "";
}

/**
 * @param {string} key
 * @param {Answer} answer
 */
function taken(key, answer) {
  const form = [...document.forms].find((one) => keyOf(one) === key);
  const line = form?.querySelector("[data-offline]");
  if (!form || !(line instanceof HTMLElement)) return;
  if (line.dataset.goOn !== undefined && answer.then) {
    location.assign(answer.then);
    return;
  }
  setField(form, "seen", String(answer.seen ?? 0));
  setField(form, "client_id", answer.next_id ?? "");
  line.textContent = line.dataset.sent ?? "";
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
 * @param {HTMLElement | null} [button] by which it is sent
 * @returns {[string, string][]}
 */
function fieldsOf(form, button = null) {
  /** @type {[string, string][]} */
  const found = [];
  for (const [name, value] of new FormData(form)) {
    if (name !== "key" && name !== "csrf_token" && typeof value === "string") found.push([name, value]);
  }
  if (button instanceof HTMLButtonElement && button.name) found.push([button.name, button.value]);
  return found;
}

/**
 * Put what was typed back, but for what the page itself knows better.
 * @param {HTMLFormElement} form
 * @param {[string, string][]} fields
 */
function fill(form, fields) {
  for (const one of form.elements) {
    if (one instanceof HTMLInputElement && (one.type === "radio" || one.type === "checkbox")) {
      one.checked = fields.some(([name, value]) => name === one.name && value === one.value);
    } else if ((one instanceof HTMLInputElement && one.type !== "hidden") || one instanceof HTMLTextAreaElement) {
      const typed = fields.find(([name]) => name === one.name);
      if (typed) one.value = typed[1];
    }
  }
  form.dispatchEvent(new Event("restored"));
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement} line
 */
function keepTyped(form, line) {
  const action = form.getAttribute("action") ?? "";
  const name = draftName(action);
  const seen = () => String(new FormData(form).get("seen") ?? "");
  /** @type {Draft | null} */
  const draft = kept(name);
  const refused = waiting().find((one) => one.key === keyOf(form) && one.refused);
  if (refused) {
    fill(form, refused.fields);
    for (let at = line.parentElement; at; at = at.parentElement) {
      if (at instanceof HTMLDetailsElement) at.open = true; // It says why it was not taken.
    }
  } else if (draft && draft.seen === seen() && !form.querySelector("[aria-invalid]")) {
    fill(form, draft.fields);
    line.textContent = line.dataset.typed ?? "";
  } else if (draft) {
    keep(name, null);
  }
  form.querySelector("[data-drop]")?.addEventListener("click", () => {
    forget(keyOf(form));
    keep(name, null);
    location.reload();
  });
  form.addEventListener("input", () => keep(name, { seen: seen(), fields: fieldsOf(form) }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void give(form, line, event.submitter);
  });
}

/**
 * @param {[string, string][]} fields
 * @returns {string} all that is said, whichever try it is
 */
function wordsOf(fields) {
  return JSON.stringify(fields.filter(([name]) => name !== "client_id"));
}

/**
 * What is given now. Where other words of this form wait, which may have arrived without an answer, it is the next try.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} button
 */
function nextTry(form, button) {
  const fields = fieldsOf(form, button);
  const before = waiting().find((one) => one.key === keyOf(form) && !one.refused);
  if (!before || wordsOf(before.fields) === wordsOf(fields)) return fields;
  setField(form, "client_id", tryAfter(before.fields));
  return fieldsOf(form, button);
}

/** @param {[string, string][]} fields */
function tryAfter(fields) {
  const [page, tries] = idOf(fields).split(".");
  return `${page}.${Number(tries ?? "1") + 1}`;
}

/**
 * Put this behind all that waits, in place of what waited under its key.
 * @param {Waiting} one
 */
function keepWaiting(one) {
  keep(QUEUE, [...waiting().filter((each) => each.key !== one.key), one]);
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement} line
 * @param {HTMLElement | null} button
 */
async function give(form, line, button) {
  if (form.dataset.giving) return;
  form.dataset.giving = "yes";
  const before = takenBack(form);
  const [action, key] = [form.getAttribute("action") ?? "", before?.key ?? keyOf(form)];
  const fields = before ? undoing(before) : nextTry(form, button);
  const one = { key, action, page: location.pathname, fields };
  if (before) {
    keepWaiting(one); // From here on nothing sends what it takes back; what is on its way already arrives first.
    await sending;
  }
  try {
    const { status, answer } = await send(action, fields);
    if (status < 400 && answer.ok) {
      keep(draftName(action), null);
      forget(key);
      location.assign(answer.then ?? location.href);
      return;
    }
    if (before) {
      forget(key);
      for (const [name, value] of fields) setField(form, name, value);
    }
    sendPlainly(form, button); // Refused: the page says why, with everything that was typed.
  } catch {
    keepWaiting(one);
    show();
    announce(before ? besideIt(key) : (line.dataset.kept ?? ""), true);
  } finally {
    delete form.dataset.giving;
  }
}

/**
 * What this form takes back, where that still waits: the last that was given and perhaps never arrived.
 * @param {HTMLFormElement} form
 * @returns {Waiting | undefined}
 */
function takenBack(form) {
  const part = form.closest("[data-undo]");
  if (!(part instanceof HTMLElement)) return undefined;
  return waiting().filter((one) => one.action === part.dataset.undoes).at(-1);
}

/**
 * @param {Waiting} one
 * @returns {[string, string][]} the next try of it, which takes back what may have arrived
 */
function undoing(one) {
  return [
    ["client_id", tryAfter(one.fields)],
    ["of", idOf(one.fields)],
  ];
}

/** @param {string} key */
function besideIt(key) {
  const form = [...document.forms].find((one) => keyOf(one) === key);
  const line = form?.querySelector("[data-offline]");
  return line instanceof HTMLElement ? (line.textContent ?? "") : "";
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} button
 */
function sendPlainly(form, button) {
  if (button instanceof HTMLButtonElement && button.name) {
    const field = document.createElement("input");
    [field.type, field.name, field.value] = ["hidden", button.name, button.value];
    form.append(field);
  }
  form.submit();
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
    forget(one.key);
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
