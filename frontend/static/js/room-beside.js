/** Raised hands and reactions of a live room. */
import { copyOf, each, slot, write } from "./room-rows.js";

/** @typedef {import("./live.js").Change} Change */
/** @typedef {import("./live.js").Hand} Hand */

/** @type {Record<string, number>} */
let before = {};

/**
 * @param {Change} change
 * @returns {string[]} what is said about it
 */
export function showBeside(change) {
  if (change.reactions) showReactions(change.reactions);
  return change.hands ? showHands(change.hands) : [];
}

/** @param {Record<string, number>} counts */
function showReactions(counts) {
  for (const [kind, times] of Object.entries(counts)) {
    each(`[data-reaction="${kind}"]`, (place) => {
      slot(place, "times", times);
      // A short sign of life; the style sheet leaves it out for those who want no motion.
      if (times > (before[kind] ?? times)) {
        place.classList.remove("has-risen");
        void place.offsetWidth;
        place.classList.add("has-risen");
      }
    });
  }
  before = counts;
}

/**
 * @param {Hand[]} hands
 * @returns {string[]}
 */
function showHands(hands) {
  const list = document.querySelector("[data-hands]");
  each("[data-no-hands]", (line) => (line.hidden = hands.length > 0));
  each("[data-hands-count]", (place) => write(place, String(hands.length)));
  const speaking = hands.find((hand) => hand.state === "speaking");
  each("[data-speaking]", (place) => {
    place.hidden = !speaking;
    slot(place, "speaker", speaking?.name ?? "");
  });
  if (!(list instanceof HTMLElement)) return [];
  const me = list.dataset.me;
  const mine = hands.some((hand) => hand.person === me);
  each("[data-hand-up]", (form) => (form.hidden = mine || form.dataset.silenced !== undefined));
  each("[data-hand-down]", (form) => (form.hidden = !mine));
  const held = document.activeElement?.closest("[data-hand]")?.getAttribute("data-hand");
  const rows = hands.map((hand) => {
    const row = list.querySelector(`[data-hand="${CSS.escape(hand.id)}"]`) ?? copyOf("hand-mould", hand.id);
    if (row instanceof HTMLElement) {
      row.dataset.hand = hand.id;
      slot(row, "name", hand.name);
      each("[data-on]", (part) => (part.hidden = part.dataset.on !== hand.state), row);
    }
    return row;
  });
  list.replaceChildren(...rows.filter((row) => row instanceof Node));
  if (held) {
    const again = list.querySelector(`[data-hand="${CSS.escape(held)}"] button:not([hidden])`);
    if (again instanceof HTMLElement) again.focus();
  }
  return speaking && speaking.person === me && list.dataset.mineSaid !== speaking.id ? ((list.dataset.mineSaid = speaking.id), [list.dataset.sayFloor ?? ""]) : [];
}
