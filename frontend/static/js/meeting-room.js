/** The page of a meeting room: its clock, its notes, and the call with its check of devices and its buttons. */
import { startClock } from "./call-clock.js";
import { startCall } from "./call-page.js";
import { serverNow, syncClock } from "./countdown.js";
import { sendInBackground } from "./live-forms.js";
import { followClock } from "./live.js";
import { refresh } from "./refresh.js";

const place = document.querySelector("[data-room-clock]");
const clock = place instanceof HTMLElement ? startClock(place) : undefined;
const part = document.querySelector("[data-room-part]");
const region = document.getElementById("call");

/** @type {ReturnType<typeof setTimeout> | undefined} */
let looking;

function lookAgain() {
  clearTimeout(looking);
  looking = setTimeout(() => part instanceof HTMLElement && void refresh(part, false).catch(() => undefined), 150);
}

const A_DAY = 86_400_000;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let waiting;

/** The clock in the head keeps to what the part says, which is looked at again when time alone makes it another one. */
function keepTime() {
  const now = part?.querySelector("[data-room-state]");
  if (!(now instanceof HTMLElement)) return;
  const moment = (/** @type {string} */ name) => Date.parse(now.dataset[name] ?? "");
  syncClock(moment("now"));
  clock?.set({ starts: moment("starts"), ends: moment("ends"), closes: moment("closes") });
  clearTimeout(waiting);
  const pause = moment("changes") - serverNow();
  // A moment later, since no two clocks are the same; spread, since many meetings begin at once.
  if (pause < A_DAY) waiting = setTimeout(lookAgain, Math.max(0, pause) + 300 + Math.random() * 700);
}

part?.addEventListener("part:fresh", keepTime);
keepTime();
followClock();

// What is done in the room is sent in the background, so that a call goes on; but for what leads elsewhere anyway.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (form instanceof HTMLFormElement && /\/room\/(?!video$)/.test(form.action)) form.dataset.live = "";
  },
  true,
);

sendInBackground({
  look: async () => {
    for (const one of document.querySelectorAll("[data-refresh]")) if (one instanceof HTMLElement) await refresh(one, false);
  },
  sent: (form) => {
    if (form.dataset.clear !== undefined) form.reset();
    form.closest("dialog")?.close();
  },
  failed: region?.getAttribute("data-say-failed") ?? "",
});

if (region) startCall(region, { look: lookAgain, clock });
// Whoever looks at a room without video gets it as soon as somebody has chosen one, unless they are writing.
else {
  document.addEventListener("part:fresh", (event) => {
    const way = event.target instanceof Element ? event.target.querySelector("[data-room-way]")?.getAttribute("data-room-way") : "off";
    const note = document.getElementById("note-text");
    if (way && way !== "off" && !(note instanceof HTMLTextAreaElement && note.value)) location.reload();
  });
}
