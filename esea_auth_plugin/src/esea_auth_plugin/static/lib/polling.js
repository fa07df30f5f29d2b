/** Delays between two requests of a page that waits for the server. */

const MIN_SECONDS = 1;
const MAX_SECONDS = 30;
const MAX_DOUBLINGS = 4;

/**
 * Return the delay before the next request.
 * @param {number} seconds delay that the server asked for
 * @returns {number} milliseconds: 1 to 30 seconds, 30 if the server gave no number
 */
export function pollDelay(seconds) {
  // NaN would make setTimeout fire at once, again and again.
  return (Number.isNaN(Number(seconds)) ? MAX_SECONDS : Math.min(Math.max(seconds, MIN_SECONDS), MAX_SECONDS)) * 1000;
}

/**
 * Return the delay after failed requests: it doubles with each one.
 * @param {number} seconds usual delay
 * @param {number} failures consecutive failures, at least 1
 * @returns {number} milliseconds: 1 to 30 seconds
 */
export function retryDelay(seconds, failures) {
  return pollDelay(seconds * 2 ** Math.min(failures, MAX_DOUBLINGS));
}

/**
 * Return the delay before a displayed code is replaced.
 * @param {number} seconds time to live of the code
 * @returns {number | null} milliseconds, at least 1 second; `null` if the server gave no number
 */
export function renewalDelay(seconds) {
  return Number.isFinite(seconds) ? Math.max(seconds, MIN_SECONDS) * 1000 : null;
}
