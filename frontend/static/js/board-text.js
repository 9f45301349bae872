/** Small calculations for the board: what was typed, as a change of a text, and bytes as text. */

/**
 * What was changed between two texts, as one splice; where letters repeat, the one at the cursor.
 * @param {string} before
 * @param {string} now
 * @param {number} cursor where the cursor stands in `now`
 * @returns {{ at: number, gone: number, come: string }}
 */
export function spliceOf(before, now, cursor) {
  const most = Math.min(before.length, now.length);
  const tail = now.length - cursor;
  let end = 0;
  while (end < Math.min(most, tail) && before[before.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  let at = 0;
  while (at < most - end && before[at] === now[at]) at += 1;
  while (end < most - at && before[before.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  // Half of a letter of two units is none: the whole of it is changed.
  if (at > 0 && /[\uD800-\uDBFF]/.test(before[at - 1] ?? "")) at -= 1;
  if (end > 0 && /[\uDC00-\uDFFF]/.test(before[before.length - end] ?? "")) end -= 1;
  return { at, gone: before.length - end - at, come: now.slice(at, now.length - end) };
}

/**
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function textOf(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

/**
 * @param {string} text
 * @returns {Uint8Array}
 */
export function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
