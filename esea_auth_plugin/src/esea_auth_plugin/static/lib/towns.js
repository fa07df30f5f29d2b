/** What a postal code proposes for the other fields of an address. */

/**
 * Return the five digits of a French postal code.
 * @param {string} typed what stands in the field
 * @returns {string} `""` while it is none
 */
export function frenchCode(typed) {
  return /^\s*(\d{2})\s?(\d{3})\s*$/.exec(typed)?.slice(1).join("") ?? "";
}

/**
 * Return what to put into a field: nobody's own answer is replaced.
 * @param {string} present value of the field
 * @param {string} former value that was proposed before, `""` if none
 * @param {string} proposed value that is proposed now
 * @returns {string} value of the field
 */
export function proposal(present, former, proposed) {
  return present === "" || present === former ? proposed : present;
}

/**
 * Say what a postal code proposes.
 * @param {{ towns: string[], department_name: string }} found what the portal answered for the code
 * @returns {string} French, `""` when there is nothing to say
 */
export function proposedText({ towns, department_name: department }) {
  const where = department ? ` (${department})` : "";
  if (towns.length === 0) return department ? `Département : ${department}.` : "";
  if (towns.length === 1) return `${towns[0]}${where}.`;
  return `${towns.length} communes ont ce code${where} : choisissez la vôtre dans « Ville ».`;
}
