/** `[data-tabs]` with links to `[data-panel]` sections of the same page: tabs with arrow keys. Without it, all panels stand below each other. */

/** @param {ParentNode} root */
export function startTabs(root) {
  for (const list of root.querySelectorAll(".tabs-list")) {
    const current = list.querySelector("[aria-current]");
    // scrollIntoView would move the page too.
    if (current instanceof HTMLElement) list.scrollLeft = current.offsetLeft - list.clientWidth / 3;
  }
  for (const list of root.querySelectorAll("[data-tabs]")) {
    if (!(list instanceof HTMLElement) || list.dataset.tabs === "ready") continue;
    list.dataset.tabs = "ready";
    const tabs = [...list.querySelectorAll("a")];
    list.setAttribute("role", "tablist");
    tabs.forEach((tab, at) => {
      tab.setAttribute("role", "tab");
      const panel = panelOf(tab);
      if (panel) {
        tab.setAttribute("aria-controls", panel.id);
        panel.setAttribute("role", "tabpanel");
        panel.tabIndex = 0;
      }
      tab.addEventListener("click", (event) => {
        event.preventDefault();
        choose(tabs, tab);
      });
      tab.addEventListener("keydown", (event) => {
        const next = target(event.key, at, tabs.length);
        if (next === undefined) return;
        event.preventDefault();
        choose(tabs, tabs[next]);
        tabs[next].focus();
      });
    });
    const asked = tabs.find((tab) => location.hash !== "" && tab.hash === location.hash);
    if (tabs.length) choose(tabs, asked ?? tabs[0]);
  }
}

/** @param {HTMLAnchorElement} tab */
function panelOf(tab) {
  return document.getElementById(tab.hash.slice(1));
}

/**
 * @param {HTMLAnchorElement[]} tabs
 * @param {HTMLAnchorElement} chosen
 */
function choose(tabs, chosen) {
  for (const tab of tabs) {
    const is = tab === chosen;
    tab.setAttribute("aria-selected", String(is));
    tab.tabIndex = is ? 0 : -1;
    const panel = panelOf(tab);
    if (panel) panel.hidden = !is;
  }
  chosen.dispatchEvent(new CustomEvent("tab:chosen", { bubbles: true }));
}

/**
 * @param {string} key
 * @param {number} at
 * @param {number} count
 * @returns {number | undefined}
 */
function target(key, at, count) {
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const step = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
  const way = document.dir === "rtl" ? -step : step;
  return step ? (at + way + count) % count : undefined;
}
