/** Request and display of the password strength meter; the server computes the strength. */

export const EMPTY = { label: "–", score: 0, messages: [] };

/**
 * Build the body of a request to the meter.
 * @param {string} password as typed
 * @param {(string | undefined)[]} words identifier and names typed in the same form, which a password must not contain
 * @returns {string} JSON
 */
export function strengthRequest(password, words) {
  return JSON.stringify({ password, words: words.filter((word) => word) });
}

/**
 * Describe a score for assistive technologies.
 * @param {number} score 0 to 4
 * @returns {string} text content of the meter
 */
export function scoreText(score) {
  return `${score} sur 4`;
}
