/** Converts between bytes and base64url without padding (RFC 4648, section 5). */

/**
 * Decode base64url.
 * @param {string} text encoded bytes, with or without padding
 * @returns {Uint8Array<ArrayBuffer>} the bytes
 * @throws {DOMException} the text is not base64url
 */
export function decode(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

/**
 * Encode bytes.
 * @param {ArrayBuffer | Uint8Array} bytes of any length
 * @returns {string} base64url without padding
 */
export function encode(bytes) {
  // One character at a time: a spread argument list overflows the stack from about 100 kB on.
  const binary = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
