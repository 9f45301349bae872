/** Forms of a live room: `<form data-live>` is sent in the background, so that nobody's page or draft goes away. */
import { readyAgain } from "./forms.js";
import { toast } from "./toasts.js";

/** @typedef {{ look: () => Promise<void>, sent: (form: HTMLFormElement) => void, failed: string }} Manner */

/**
 * The key of what is being sent, until there is an answer: where that was lost, the same is sent with the same key, and
 * nothing is done twice.
 * @type {WeakMap<HTMLFormElement, { key: string, said: string }>}
 */
const unanswered = new WeakMap();

/** @param {FormData} fields */
function wordsOf(fields) {
  return JSON.stringify([...fields].filter(([name, value]) => name !== "key" && typeof value === "string"));
}

/** A new key for each thing to send: the one in the form is spent with the first answer. */
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(18))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {HTMLFormElement} form
 * @param {Manner} manner
 */
async function send(form, { look, sent, failed }) {
  const fields = new FormData(form);
  const said = wordsOf(fields);
  const tried = unanswered.get(form);
  const key = tried?.said === said ? tried.key : newKey();
  unanswered.set(form, { key, said });
  fields.set("key", key);
  try {
    const answer = await fetch(form.action, { method: "POST", body: fields, headers: { accept: "application/json" }, credentials: "same-origin" });
    /** @type {{ ok?: boolean, message?: string, sent?: boolean }} */
    const result = await answer.json();
    if (answer.status < 500) unanswered.delete(form);
    if (result.ok || result.sent) {
      sent(form);
      if (result.ok && result.message) toast(result.message, "ok");
      await look();
    } else {
      toast(result.message || failed, "problem");
    }
  } catch {
    toast(failed, "problem");
  } finally {
    readyAgain(form);
  }
}

/** @param {Manner} manner */
export function sendInBackground(manner) {
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!(form instanceof HTMLFormElement) || form.dataset.live === undefined) return;
      event.preventDefault();
      if (form.dataset.sending === "live") return;
      form.dataset.sending = "live";
      send(form, manner);
    },
    true,
  );
}
