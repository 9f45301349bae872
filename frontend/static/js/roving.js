/**
 * One tab stop for a whole table: arrow keys, Home and End (with Ctrl: of the table) go from cell to cell. What has the
 * focus is a cell's link or button, or the cell itself where it has none.
 */

/**
 * What takes the focus in a cell.
 * @param {HTMLTableCellElement} cell
 * @returns {HTMLElement}
 */
export function stopOf(cell) {
  const inside = cell.querySelector("a, button");
  return inside instanceof HTMLElement ? inside : cell;
}

/**
 * The cell that something is in.
 * @param {EventTarget | null} target
 * @returns {HTMLTableCellElement | null}
 */
export function cellOf(target) {
  const cell = target instanceof Element ? target.closest("td, th") : null;
  return cell instanceof HTMLTableCellElement ? cell : null;
}

/**
 * Make a cell the one at which the tab key enters the table.
 * @param {HTMLTableElement} table
 * @param {HTMLTableCellElement | null | undefined} cell
 */
export function settle(table, cell) {
  const chosen = cell && table.contains(cell) ? cell : (table.tBodies[0]?.rows[0]?.cells[1] ?? table.rows[0]?.cells[0]);
  for (const row of table.rows) {
    for (const one of row.cells) stopOf(one).tabIndex = -1;
  }
  if (chosen) stopOf(chosen).tabIndex = 0;
}

/**
 * Where a key leads from a cell, undefined for keys that lead nowhere.
 * @param {KeyboardEvent} event
 * @param {HTMLTableElement} table
 * @param {HTMLTableCellElement} cell
 * @returns {HTMLTableCellElement | undefined}
 */
function next(event, table, cell) {
  const row = /** @type {HTMLTableRowElement} */ (cell.parentElement);
  const [at, line, last] = [cell.cellIndex, row.rowIndex, table.rows.length - 1];
  const way = document.dir === "rtl" ? -1 : 1;
  switch (event.key) {
    case "ArrowRight":
      return row.cells[at + way] ?? cell;
    case "ArrowLeft":
      return row.cells[at - way] ?? cell;
    case "ArrowDown":
      return table.rows[Math.min(line + 1, last)]?.cells[at];
    case "ArrowUp":
      return table.rows[Math.max(line - 1, 0)]?.cells[at];
    case "PageDown":
      return table.rows[Math.min(line + 10, last)]?.cells[at];
    case "PageUp":
      return table.rows[Math.max(line - 10, 1)]?.cells[at];
    case "Home":
      return (event.ctrlKey ? table.rows[1] : row)?.cells[0];
    case "End": {
      const end = event.ctrlKey ? table.rows[last] : row;
      return end?.cells[end.cells.length - 1];
    }
  }
  return undefined;
}

/**
 * Let keys move the focus within a table. `gone` hears of each move.
 * @param {HTMLTableElement} table
 * @param {(cell: HTMLTableCellElement) => void} [gone]
 */
export function rove(table, gone) {
  settle(table, null);
  table.addEventListener("keydown", (event) => {
    const cell = cellOf(event.target);
    if (!cell || event.altKey || event.metaKey) return;
    const to = next(event, table, cell);
    if (!to) return;
    event.preventDefault();
    if (to === cell) return;
    stopOf(cell).tabIndex = -1;
    stopOf(to).tabIndex = 0;
    stopOf(to).focus();
    gone?.(to);
  });
  table.addEventListener("focusin", (event) => {
    const cell = cellOf(event.target);
    if (!cell) return;
    const before = table.querySelector("[tabindex='0']");
    if (before instanceof HTMLElement && before !== stopOf(cell)) before.tabIndex = -1;
    stopOf(cell).tabIndex = 0;
  });
}
