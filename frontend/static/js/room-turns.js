/** What can be done about the team on stage: one wishes to meet it and, as its judge, scores it. */
import { copyOf, each } from "./room-rows.js";
import { isSignedOut } from "./signed-out.js";

/** @typedef {import("./live.js").Pitch} Pitch */

/**
 * Teams come into the running order while the page is open: each has its button then too.
 * @param {Pitch[]} pitches
 */
export function showTurns(pitches) {
  const bar = document.querySelector("[data-turns]");
  for (const pitch of bar ? pitches : []) {
    if (bar?.querySelector(`[data-for-pitch="${CSS.escape(pitch.id)}"] [data-wish]`)) continue;
    const added = copyOf("wish-mould", pitch.id);
    if (!added) break;
    added.dataset.forPitch = pitch.id;
    bar?.prepend(added);
  }
  const on = pitches.find((pitch) => pitch.state === "on stage");
  each("[data-for-pitch]", (place) => (place.hidden = on?.id !== place.dataset.forPitch));
}

/**
 * Which pitches a judge scores, and where, only the server knows: the page as it is now says so. Judges are few.
 * @param {Pitch[]} pitches
 */
export async function findScores(pitches) {
  const bar = document.querySelector("[data-turns][data-judges]");
  if (!bar) return;
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (!answer.ok || isSignedOut(answer)) return;
  const now = new DOMParser().parseFromString(await answer.text(), "text/html");
  const known = new Set([...bar.querySelectorAll("a[data-for-pitch]")].map((one) => one.getAttribute("href")));
  for (const one of now.querySelectorAll("[data-turns] > a[data-for-pitch]")) {
    if (!known.has(one.getAttribute("href"))) bar.append(document.importNode(one, true));
  }
  showTurns(pitches);
}
