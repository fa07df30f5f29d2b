/** French typography and grammar of texts that scripts show. */

const APOSTROPHE = /(?<=\p{L})'(?=\p{L})(?!\S*@)(?<!@\S*)/gu;
const SPACE_BEFORE_SIGN = / (?=[:;!?»%])/g;
const SPACE_AFTER_QUOTE = /(?<=«) /g;
const NO_BREAK_SPACE = "\u00a0";

/**
 * Set no-break spaces around French punctuation and curve apostrophes, except in email addresses.
 * @param {string} text with plain spaces and either apostrophe
 * @returns {string} the text as it is displayed
 */
export function typeset(text) {
  return text
    .replace(APOSTROPHE, "’")
    .replace(SPACE_BEFORE_SIGN, NO_BREAK_SPACE)
    .replace(SPACE_AFTER_QUOTE, NO_BREAK_SPACE);
}

/**
 * Return a count with its noun; in French zero and one are singular.
 * @param {number} count not negative
 * @param {string} noun singular of a noun whose plural takes an s
 * @returns {string} for example « 2 minutes »
 */
export function counted(count, noun) {
  return `${count} ${noun}${count > 1 ? "s" : ""}`;
}
