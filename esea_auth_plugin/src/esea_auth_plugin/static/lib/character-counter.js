/** State of the counter beside a text area with a maximum length. */
import { counted } from "./french.js";

/**
 * Count what is left. Characters are Unicode code points without surrounding spaces, as on the server.
 * @param {string} value content of the text area
 * @param {number} limit maximum number of characters
 * @returns {{ text: string, isOver: boolean, announcement: string }} text to show; announcement for screen readers,
 *   which is empty until a tenth of the limit is left
 */
export function counterState(value, limit) {
  const left = limit - [...value.trim()].length;
  const text = left >= 0 ? `Il reste ${counted(left, "caractère")}.` : `${counted(-left, "caractère")} de trop.`;
  return { text, isOver: left < 0, announcement: left < limit / 10 ? text : "" };
}
