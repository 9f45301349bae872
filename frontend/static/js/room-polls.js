/** Polls of a live room: the choices, how many chose what as soon as that is for everybody, and one's own choice. */
import { copyOf, each, showState, slot } from "./room-rows.js";

/** @typedef {import("./live.js").Poll} Poll */

const runs = document.getElementById("room")?.dataset.runs !== undefined;

/**
 * @param {Poll[]} polls
 * @returns {string[]} what is said about them
 */
export function showPolls(polls) {
  const list = document.querySelector("[data-polls]");
  if (!(list instanceof HTMLElement)) return [];
  for (const poll of polls) {
    const row = list.querySelector(`[data-poll="${CSS.escape(poll.id)}"]`) ?? copyOf("poll-mould", poll.id);
    if (!(row instanceof HTMLElement)) continue;
    if (!row.isConnected) list.prepend(row);
    fillPoll(row, poll);
  }
  each("[data-no-polls]", (line) => (line.hidden = list.children.length > 0));
  return [];
}

/**
 * @param {HTMLElement} row
 * @param {Poll} poll
 */
function fillPoll(row, poll) {
  row.dataset.poll = poll.id;
  slot(row, "question", poll.question);
  slot(row, "voted", poll.voted);
  showState(row, poll.state);
  const list = row.querySelector("[data-choices]");
  if (!list) return;
  const most = Math.max(1, poll.voted);
  for (const choice of poll.choices) {
    const line = list.querySelector(`[data-choice="${CSS.escape(choice.id)}"]`) ?? copyOf("choice-mould", poll.id);
    if (!(line instanceof HTMLElement)) continue;
    if (!line.isConnected) list.append(line);
    line.dataset.choice = choice.id;
    slot(line, "text", choice.text);
    for (const field of line.querySelectorAll("input[name=choice]")) field.setAttribute("value", choice.id);
    for (const button of line.querySelectorAll("[data-choose]")) {
      if (button instanceof HTMLButtonElement) button.disabled = poll.state !== "open";
      if (poll.mine !== undefined) button.setAttribute("aria-pressed", String(poll.mine === choice.id));
    }
    // What travels to all is silent on a result that is held back; those who run the room keep what they were shown.
    if (choice.votes === null && runs) continue;
    each("[data-votes]", (part) => (part.hidden = choice.votes === null), line);
    if (choice.votes === null) continue;
    slot(line, "votes", choice.votes);
    const bar = line.querySelector("progress");
    if (bar) [bar.max, bar.value] = [most, choice.votes];
  }
}
