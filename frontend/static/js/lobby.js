/** A lobby: says that this window is here, and looks again when others come or go. */
import { onLobby } from "./live.js";
import { refresh } from "./refresh.js";
import { announce } from "./toasts.js";

const part = document.querySelector("[data-lobby]");

if (part instanceof HTMLElement) {
  const newest = () => part.querySelector("[data-newest]")?.getAttribute("data-newest") ?? "";
  let said = newest();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let looking;
  onLobby(part.dataset.lobby ?? "", () => {
    // Many come at once after a restart: each page looks a little later than the others.
    clearTimeout(looking);
    looking = setTimeout(() => void refresh(part, false).catch(() => undefined), 200 + Math.random() * 1500);
  });
  part.addEventListener("part:fresh", () => {
    if (newest() && newest() !== said) announce(newest());
    said = newest();
  });
}
