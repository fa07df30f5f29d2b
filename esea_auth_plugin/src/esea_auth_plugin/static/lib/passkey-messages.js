/** Messages for a passkey request that the browser refused, by the name of its `DOMException`. */

const MESSAGES = new Map([
  ["NotAllowedError", "La demande a été annulée, ou a pris trop de temps. Réessayez."],
  ["InvalidStateError", "Cet appareil a déjà une clé pour votre compte : elle est prête à servir."],
  ["SecurityError", "L’adresse de cette page ne permet pas d’utiliser une clé d’accès. Vérifiez-la."],
  ["NotSupportedError", "Cet appareil ne sait pas créer de clé d’accès. Essayez avec votre téléphone."],
]);

/**
 * Return the message for a refused request.
 * @param {string | undefined} name `name` of the error
 * @returns {string} what happened and what to do next
 */
export function refusalMessage(name) {
  return MESSAGES.get(name ?? "") ?? "La clé d’accès n’a pas pu servir. Réessayez, ou changez de mode.";
}
