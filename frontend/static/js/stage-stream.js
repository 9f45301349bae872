/** The stream of a stage: the site it comes from is asked for nothing before somebody wants to watch. */
import { each } from "./room-rows.js";

const place = document.querySelector("[data-stream-place]");

/** @param {HTMLElement} place */
function show(place) {
  const frame = document.createElement("iframe");
  frame.title = place.dataset.title ?? "";
  frame.allow = "fullscreen; picture-in-picture";
  // YouTube plays nothing for pages that do not say where they are; it learns the site, and not which room.
  frame.referrerPolicy = "strict-origin";
  frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-popups allow-presentation");
  frame.src = place.dataset.address ?? "";
  place.replaceChildren(frame);
  place.hidden = false;
  frame.focus();
}

if (place instanceof HTMLElement) {
  each("button[data-stream]", (button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      show(place);
      button.hidden = true;
      each("button[data-stream-off]", (off) => (off.hidden = false));
    });
  });
  each("button[data-stream-off]", (button) => {
    button.addEventListener("click", () => {
      place.replaceChildren();
      place.hidden = button.hidden = true;
      each("button[data-stream]", (on) => {
        on.hidden = false;
        on.focus();
      });
    });
  });
}
