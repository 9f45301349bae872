/** The page of the hall looks for news every few seconds: hundreds of phones without a sign-in need no sockets. */

const part = document.querySelector("[data-hall]");

/**
 * The question that somebody writes is not part of what is refreshed: it comes into sight when the room opens.
 * @param {HTMLElement} part
 */
function showAsking(part) {
  const ask = document.querySelector("[data-hall-ask]");
  const open = part.querySelector("[data-hall-open]") !== null;
  if (ask instanceof HTMLElement && !ask.contains(document.activeElement)) ask.hidden = !open;
}

async function look() {
  if (!(part instanceof HTMLElement) || document.hidden) return;
  const at = document.activeElement;
  if (at instanceof HTMLElement && part.contains(at)) return; // Nothing is taken out of anybody's hands.
  try {
    const answer = await fetch(part.dataset.hall ?? "", { credentials: "same-origin" });
    if (answer.status === 404) location.reload();
    if (answer.ok) {
      part.innerHTML = await answer.text();
      showAsking(part);
    }
  } catch {
    // Away for a moment: the next look may succeed.
  }
}

/** Spread, so that a full hall does not ask all at once. */
function next() {
  setTimeout(async () => {
    await look();
    next();
  }, 4000 + Math.random() * 3000);
}

if (part) next();
