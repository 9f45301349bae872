/** The chat of a live room: new messages at its end, without moving whoever reads further up. */
import { copyOf, each, slot } from "./room-rows.js";

/** @typedef {import("./live.js").Message} Message */

const MOST = 200;

const chat = document.querySelector("[data-chat]");
if (chat instanceof HTMLElement) {
  // Whoever opens a chat begins where it is; as long as it is folded away there is nothing to scroll.
  new ResizeObserver((_sizes, watch) => {
    if (!chat.clientHeight) return;
    chat.scrollTop = chat.scrollHeight;
    watch.disconnect();
  }).observe(chat);
}

/**
 * @param {Message[]} messages
 * @returns {string[]} what is said about them
 */
export function showChat(messages) {
  const list = document.querySelector("[data-chat]");
  if (!(list instanceof HTMLElement) || !messages.length) return [];
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  let fresh = 0;
  for (const message of messages) {
    let row = list.querySelector(`[data-message="${CSS.escape(message.id)}"]`);
    if (message.state !== "said" && list.dataset.runs === undefined) {
      row?.remove();
      continue;
    }
    if (!row) {
      if (message.state !== "said" && !message.body) continue; // Its words come with the snapshot of those who run the room.
      row = copyOf("message-mould", message.id) ?? null;
      if (!(row instanceof HTMLElement)) continue;
      list.append(row);
      fresh += 1;
    }
    if (row instanceof HTMLElement) fillMessage(row, message);
  }
  while (list.children.length > MOST) list.firstElementChild?.remove();
  each("[data-no-chat]", (line) => (line.hidden = list.children.length > 0));
  if (atEnd && fresh) list.scrollTop = list.scrollHeight;
  const words = list.dataset.say ?? "";
  return fresh && list.offsetParent && list.dataset.filled ? [words.replace("{number}", String(fresh))] : ((list.dataset.filled = "yes"), []);
}

/**
 * @param {HTMLElement} row
 * @param {Message} message
 */
function fillMessage(row, message) {
  row.dataset.message = message.id;
  row.classList.toggle("is-hidden", message.state !== "said");
  if (message.body) {
    slot(row, "body", message.body);
    slot(row, "name", message.name);
  }
  for (const form of row.querySelectorAll("form")) form.action = form.action.replace("PERSON", message.person);
  each("[data-on]", (part) => (part.hidden = part.dataset.on !== message.state), row);
}
