/** The moderation page of a live room: what is reported, said and who is silenced comes in sight when it happens. */
import { onRoom } from "./live.js";
import { refresh } from "./refresh.js";
import { toast } from "./toasts.js";

const CONCERNS = new Set(["reported", "chat", "hands", "question hidden", "question open"]);
const WAIT = 500;

const part = document.querySelector("[data-moderation]");

/** @param {HTMLElement} part */
function reports(part) {
  return Number(part.querySelector("[data-reports]")?.getAttribute("data-reports"));
}

/** @param {HTMLElement} part */
function follow(part) {
  const { room: stage = "", number, changes = "", snapshot = "", say = "" } = part.dataset;
  let told = reports(part);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let looking;
  /** @param {number} tries */
  const look = (tries) => {
    looking ??= setTimeout(() => {
      looking = undefined;
      refresh(part, false).catch(() => tries > 1 && look(tries - 1));
    }, WAIT * (1 + Math.random()));
  };
  part.addEventListener("part:fresh", () => {
    if (reports(part) > told) toast(say, "info");
    told = reports(part);
  });
  onRoom(
    { stage, number: Number(number), changes, snapshot },
    {
      // Without kinds it is the whole room, after much has happened.
      change: (change) => (change.kinds ?? ["reported"]).some((kind) => CONCERNS.has(kind)) && look(5),
      presence: () => undefined,
      connected: () => undefined,
      left: () => location.reload(),
    },
  );
}

if (part instanceof HTMLElement) follow(part);
