/** Condition under which a part of a form is shown: `field=value` or `field=value|other value`. */

/**
 * Parse a condition.
 * @param {string} source content of a `data-shown-when` attribute
 * @returns {{ field: string, matches: (given: FormDataEntryValue[]) => boolean }} name of the field, and whether one of
 *   its current values fulfils the condition
 */
export function parseCondition(source) {
  const [field = "", wanted = ""] = source.split("=");
  const values = wanted.split("|");
  return { field, matches: (given) => given.some((value) => values.includes(String(value))) };
}
