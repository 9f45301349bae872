/**
 * The forms of judges and of the audience: points by the keyboard, and nothing that was given is lost while the network
 * is away. What could not be sent waits in this browser, with the id that the page gave it, so that sending it twice
 * changes nothing. Whoever changes their mind meanwhile sends the next try of the same id: the first may have arrived.
 * For the same reason what is taken back while it waits leaves a next try behind, which takes back whatever arrived.
 * Where nobody is signed in any more it waits for that in the same way.
 */
import { isSignedOut } from "./signed-out.js";
import { announce } from "./toasts.js";

const AGAIN = 20000;

/**
 * One that waits: `key` tells forms with the same address apart, `page` is where it was typed, `about` is the submission,
 * `typedAt` the address of the form in which it was typed, where that is another one: what takes it back.
 * @typedef {{ key: string, action: string, page: string, fields: [string, string][], refused?: string, about?: string, typedAt?: string }} Waiting
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

/**
 * @param {string} key
 * @returns {HTMLFormElement | undefined} where it stands on this page
 */
function formOf(key) {
  return [...document.forms].find((one) => keyOf(one) === key);
}

/** @param {string} action */
function draftName(action) {
  return `folkmoot-judging-${me}-draft-${action}`;
}

/**
 * @param {[string, string][]} fields
 * @returns {string} what somebody typed, in whichever order it stands there, without what the page knows by itself
 */
function typed(fields) {
  const words = fields.filter(([name]) => !["client_id", "seen", "read"].includes(name));
  return JSON.stringify(words.map(([name, value]) => `${name}=${value}`).sort());
}

/**
 * @param {Waiting} one
 * @returns {Draft | null} what was typed in its form since it was given
 */
function typedSince(one) {
  /** @type {Draft | null} */
  const draft = kept(draftName(one.typedAt ?? one.action));
  return draft && typed(draft.fields) !== typed(one.fields) ? draft : null;
}

/**
 * Drop the draft of what is in. What was typed since is kept as a draft on top of that.
 * @param {Waiting} one
 * @param {Answer} answer
 * @returns {boolean} whether anything was typed since
 */
function settleDraft(one, answer) {
  const since = typedSince(one);
  keep(draftName(one.typedAt ?? one.action), since && { ...since, seen: since.seen && String(answer.seen ?? 0) });
  return since !== null;
}

/** Whether the last answer was that nobody is signed in any more. */
let signedOut = false;

/**
 * @param {string} action
 * @param {[string, string][]} fields
 * @returns {Promise<{ status: number, answer: Answer }>} fails while the network is away, and while nobody is signed in
 */
async function send(action, fields) {
  const body = new FormData();
  for (const [name, value] of fields) body.append(name, value);
  const token = document.querySelector("input[name=csrf_token]");
  if (token instanceof HTMLInputElement) body.append("csrf_token", token.value);
  const found = await fetch(action, { method: "POST", body, credentials: "same-origin", redirect: "manual", headers: { accept: "application/json" } });
  signedOut = isSignedOut(found);
  if (signedOut) throw new Error("nobody is signed in");
  return { status: found.status, answer: await found.json() };
}

/**
 * @param {[string, string][]} fields
 * @param {string} name
 */
function valueOf(fields, name) {
  return fields.find(([each]) => each === name)?.[1] ?? "";
}

/** @param {[string, string][]} fields */
function idOf(fields) {
  return valueOf(fields, "client_id");
}

/** @param {Waiting[]} all */
function keepAll(all) {
  keep(QUEUE, all.length ? all : null);
}

/**
 * @param {string} key
 * @param {string} [id] only this try of it
 */
function forget(key, id) {
  keepAll(waiting().filter((one) => one.key !== key || (id !== undefined && idOf(one.fields) !== id)));
}

/**
 * What waits about the same submission was given on top of what is in now, by the same hand: it says that it knows it.
 * @param {Waiting} one
 * @param {Answer} answer
 */
function followIt(one, answer) {
  const seen = valueOf(one.fields, "seen");
  if (!one.about || !seen) return;
  /** @param {Waiting} each */
  const onTop = (each) => each.about === one.about && !each.refused && valueOf(each.fields, "seen") === seen;
  keepAll(waiting().map((each) => (onTop(each) ? { ...each, fields: withSeen(each.fields, answer) } : each)));
}

/**
 * @param {[string, string][]} fields
 * @param {Answer} answer
 * @returns {[string, string][]}
 */
function withSeen(fields, answer) {
  return fields.map(([name, value]) => [name, name === "seen" ? String(answer.seen ?? 0) : value]);
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
  for (const { key, fields } of waiting()) {
    const id = idOf(fields);
    const still = () => waiting().find((each) => each.key === key && idOf(each.fields) === id);
    const one = still();
    if (!one) continue; // Something else was given in its place meanwhile.
    try {
      const { status, answer } = await send(one.action, one.fields);
      if (!still()) continue;
      if (status < 400 && answer.ok) {
        forget(key, id);
        followIt(one, answer);
        taken(one, answer, settleDraft(one, answer));
      } else {
        keepAll(waiting().map((each) => (each.key === key ? { ...each, refused: answer.message } : each)));
      }
    } catch {
      return; // Still away, or nobody is signed in: it stays where it is.
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
    } else if (signedOut) {
      line.replaceChildren(...toTheDoor(line));
    } else {
      line.textContent = all.length === 1 ? (line.dataset.one ?? "") : (line.dataset.many ?? "").replace("{count}", String(all.length));
    }
  }
  for (const part of document.querySelectorAll("[data-undo][data-nothing]")) {
    if (part instanceof HTMLElement) part.hidden = !all.some((one) => undoes(part, one));
  }
  for (const button of document.querySelectorAll("[data-drop-refused]")) {
    if (button instanceof HTMLElement) button.hidden = !all.some((one) => one.refused);
  }
  for (const line of document.querySelectorAll("[data-offline]")) {
    const form = line.closest("form");
    const mine = all.find((one) => form && keyOf(form) === one.key);
    if (!mine || !(line instanceof HTMLElement)) continue;
    if (mine.refused) line.textContent = `${line.dataset.refused} ${mine.refused}`;
    else if (signedOut) line.replaceChildren(...toTheDoor(line));
    else line.textContent = saidOf(mine, form, line);
    const drop = form?.querySelector("[data-drop]");
    if (drop instanceof HTMLElement) drop.hidden = !mine.refused;
  }
}

/**
 * @param {HTMLElement} line
 * @returns {(string | HTMLElement)[]} that what was given is kept until somebody has signed in again, and the way there
 */
function toTheDoor(line) {
  const way = document.createElement("a");
  way.href = `${line.dataset.door}?next=${encodeURIComponent(location.pathname)}`;
  way.textContent = line.dataset.signIn ?? "";
  return [`${line.dataset.signedOut} `, way];
}

/**
 * @param {HTMLElement} part a form that takes back, with what is around it
 * @param {Waiting} one
 */
function undoes(part, one) {
  return (part.dataset.undoes ?? "").split(" ").includes(one.action);
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
 * Show that it is in: by the next page, or here, where more was typed since or the page stays.
 * @param {Waiting} one
 * @param {Answer} answer
 * @param {boolean} since whether anything was typed since
 */
function taken(one, answer, since) {
  const form = formOf(one.key);
  const line = form?.querySelector("[data-offline]");
  if (!form || !(line instanceof HTMLElement)) return;
  const takenBack = form.getAttribute("action") !== one.action;
  if ((line.dataset.goOn !== undefined || takenBack) && answer.then && !since) {
    location.assign(answer.then);
    return;
  }
  for (const each of form.elements.namedItem("seen") ? sameWork(form, line) : []) setField(each, "seen", String(answer.seen ?? 0));
  setField(form, "client_id", answer.next_id ?? "");
  line.textContent = (since ? line.dataset.since : line.dataset.sent) ?? "";
  for (const part of document.querySelectorAll("[data-undo][data-nothing]")) {
    if (!(part instanceof HTMLElement) || !undoes(part, one)) continue;
    delete part.dataset.nothing; // It has arrived: there is something to take back.
    part.hidden = false;
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement} line
 * @returns {HTMLFormElement[]} the forms of this page about the same submission
 */
function sameWork(form, line) {
  const { about } = line.dataset;
  return about ? [...document.forms].filter((one) => one.querySelector(`[data-offline][data-about="${CSS.escape(about)}"]`)) : [form];
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
    if (refused.action === action) fill(form, (typedSince(refused) ?? refused).fields);
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
  /** @type {Waiting} */
  const one = { key, action, page: location.pathname, fields, about: before?.about ?? line.dataset.about };
  if (before) {
    one.typedAt = before.typedAt ?? before.action;
    if (!typedSince(before)) keep(draftName(one.typedAt), null);
    keepWaiting(one); // From here on nothing sends what it takes back; what is on its way already arrives first.
    await sending;
  }
  try {
    const { status, answer } = await send(action, fields);
    if (status < 400 && answer.ok) {
      settleDraft(one, answer);
      forget(key);
      followIt(one, answer);
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
    announce(before ? besideIt(key) : ((signedOut ? line.dataset.signedOut : line.dataset.kept) ?? ""), true);
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
  return waiting().filter((one) => undoes(part, one)).at(-1);
}

/**
 * @param {Waiting} one
 * @returns {[string, string][]} the next try of it, which takes back what may have arrived
 */
function undoing(one) {
  const seen = one.fields.filter(([name]) => name === "seen");
  return [["client_id", tryAfter(one.fields)], ["of", idOf(one.fields)], ...seen];
}

/** @param {string} key */
function besideIt(key) {
  const line = formOf(key)?.querySelector("[data-offline]");
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
    keep(draftName(one.typedAt ?? one.action), null);
  }
  show();
});
show();
if (waiting().length) void sendWaiting();
window.addEventListener("online", () => void sendWaiting());
setInterval(() => {
  if (waiting().some((one) => !one.refused)) void sendWaiting();
}, AGAIN);
