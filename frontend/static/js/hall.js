/** The page of the hall looks for news every few seconds: hundreds of phones without a sign-in need no sockets. */

const part = document.querySelector("[data-hall]");

async function look() {
  if (!(part instanceof HTMLElement) || document.hidden) return;
  const at = document.activeElement;
  if (at instanceof HTMLElement && part.contains(at)) return; // Nothing is taken out of anybody's hands.
  try {
    const answer = await fetch(part.dataset.hall ?? "", { credentials: "same-origin" });
    if (answer.status === 404) location.reload();
    if (answer.ok) part.innerHTML = await answer.text();
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
