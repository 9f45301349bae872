/** What every page gets. Nothing here is needed for a page to work. */
import { startCopying } from "./copying.js";
import { startCountdowns } from "./countdown.js";
import { startDialogs } from "./dialogs.js";
import { startForms } from "./forms.js";
import { startMenus } from "./menus.js";
import { startTabs } from "./tabs.js";
import { startToasts } from "./toasts.js";

/**
 * Make a part of the page prompt; live modules call it for fragments that arrive later.
 * @param {ParentNode} root
 */
export function enhance(root) {
  startDialogs(root);
  startTabs(root);
  startForms(root);
  startToasts(root);
}

startMenus();
startCopying();
startCountdowns();
enhance(document);

document.addEventListener("htmx:load", (event) => {
  if (event.target instanceof HTMLElement && event.target !== document.body) enhance(event.target);
});
