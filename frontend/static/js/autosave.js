/** Saves a form while somebody writes: after a pause, one request at a time. The page's own buttons work without it. */
import { isSignedOut } from "./signed-out.js";
import { announce } from "./toasts.js";

const PAUSE = 2000;
const RETRY = 10000;

/**
 * @typedef {object} Answer
 * @property {boolean} ok
 * @property {string} message
 * @property {number} [revision]
 */

/**
 * @param {HTMLElement} line says how it went; `data-autosave` is where to send the form
 * @param {HTMLFormElement} form
 */
function autosave(line, form) {
  let unsaved = false;
  let stopped = false;
  /** @type {number | undefined} */
  let timer;
  /** @type {Promise<void> | null} */
  let sending = null;

  /** @param {number} pause */
  const later = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(() => void save(), pause);
  };

  const send = async () => {
    const body = new FormData(form);
    body.delete("files");
    body.delete("key");
    unsaved = false;
    try {
      const answer = await fetch(line.dataset.autosave ?? "", { method: "POST", body, headers: { accept: "application/json" } });
      if (isSignedOut(answer)) {
        unsaved = true;
        if (line.textContent !== line.dataset.signedOut) announce(line.dataset.signedOut ?? "", true);
        line.textContent = line.dataset.signedOut ?? "";
        return;
      }
      /** @type {Answer} */
      const found = await answer.json();
      line.textContent = found.message;
      if (answer.ok && found.revision !== undefined) {
        const revision = form.elements.namedItem("revision");
        if (revision instanceof HTMLInputElement) revision.value = String(found.revision);
        return;
      }
      // What was refused stands in the form: the button says what to do about it.
      unsaved = true;
      stopped = answer.status !== 422;
      announce(found.message, true);
    } catch {
      unsaved = true;
      line.textContent = line.dataset.failed ?? "";
      later(RETRY);
    }
  };

  const save = async () => {
    if (stopped || sending || !unsaved) return;
    sending = send();
    await sending;
    sending = null;
    if (unsaved && !stopped) later(RETRY);
  };

  form.addEventListener("input", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.type === "file") return;
    unsaved = true;
    if (!stopped) later(PAUSE);
  });

  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (!sending) {
      unsaved = false;
      return;
    }
    // The answer on its way brings the revision that this one has to name.
    event.preventDefault();
    const button = event.submitter;
    void sending.then(() => form.requestSubmit(button));
  });

  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
}

for (const line of document.querySelectorAll("[data-autosave]")) {
  const form = line.closest("form");
  if (line instanceof HTMLElement && form) autosave(line, form);
}
