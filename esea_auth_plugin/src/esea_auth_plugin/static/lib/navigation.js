/** Tells which clicks on links lead away from the page. */

/**
 * Tell whether a click opens the link in this tab: main button, no modifier key.
 * @param {Pick<MouseEvent, "button" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">} event the click
 * @returns {boolean} false if it opens a tab, a window or a download
 */
export function opensInThisTab(event) {
  return event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
}

/**
 * Tell whether an address is another page of this site.
 * @param {Pick<URL, "origin" | "pathname">} target address of the link
 * @param {Pick<URL, "origin" | "pathname">} current address of the page
 * @returns {boolean} false for another site, which the browser handles, and for a fragment or query of this page
 */
export function isOtherPage(target, current) {
  return target.origin === current.origin && target.pathname !== current.pathname;
}
