/** Search in a long list of choices, and choices that depend on another answer. */

/**
 * Fold a text for a search: no accents, no case.
 * @param {string} text what is shown or typed
 * @returns {string} the same without accents, in lower case
 */
export function folded(text) {
  return text.normalize("NFD").replaceAll(/\p{Diacritic}/gu, "").toLowerCase().replaceAll("œ", "oe").trim();
}

/**
 * Tell whether a choice answers a search: each word begins a word of the label.
 * @param {string} label text of the choice
 * @param {string} typed what is searched for
 * @returns {boolean} whether it is shown
 */
export function answersSearch(label, typed) {
  const words = folded(label).split(/[^a-z0-9]+/);
  return folded(typed).split(/\s+/).every((word) => words.some((one) => one.startsWith(word)));
}

/**
 * Tell which groups of a list are offered for an answer.
 * @param {(string | undefined)[]} groups answer that each group belongs to, `undefined` for any answer
 * @param {string} answer value of the other field, `""` while nothing is answered
 * @returns {boolean[]} all groups while nothing is answered
 */
export function groupsOffered(groups, answer) {
  return groups.map((group) => !answer || group === undefined || group === answer);
}

/**
 * Say how many choices a search found.
 * @param {number} count how many were found
 * @returns {string} French
 */
export function foundText(count) {
  if (count === 0) return "Aucun choix ne correspond.";
  return count === 1 ? "1 choix correspond." : `${count} choix correspondent.`;
}
