/** How a page that refreshes itself tells when it last could. */

/**
 * Return the sentence of a page's freshness.
 * @param {Date} last moment of the last successful refresh
 * @param {boolean} succeeded whether the refresh that has just ended succeeded
 * @returns {string} French, for the status line
 */
export function freshness(last, succeeded) {
  const hours = String(last.getHours());
  const minutes = String(last.getMinutes()).padStart(2, "0");
  const at = `${hours}\u00a0h\u00a0${minutes}`;
  return succeeded ? `À jour à ${at}` : `Impossible de rafraîchir : la liste date de ${at}`;
}
