/** Which part of a chart the keyboard goes to, and where its tip stands. */

export const NONE = -1;

/**
 * Return the index of the part to go to; the present one when the key means nothing.
 * @param {string} key name of the key that was pressed
 * @param {number} present index of the part that is told now
 * @param {number} count how many parts there are
 * @returns {number} index of the part to tell
 */
export function nextSpot(key, present, count) {
  if (count === 0) return NONE;
  if (key === "ArrowRight" || key === "ArrowDown") return Math.min(present + 1, count - 1);
  if (key === "ArrowLeft" || key === "ArrowUp") return Math.max(present - 1, 0);
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return present;
}

/**
 * Return the left edge of a tip that is centred on a place and stays within the drawing.
 * @param {number} place middle of the tip if nothing is in its way
 * @param {number} tip width of the tip
 * @param {number} whole width of the drawing
 * @returns {number} left edge of the tip
 */
export function tipLeft(place, tip, whole) {
  return Math.max(0, Math.min(place - tip / 2, whole - tip));
}
