/**
 * Converts WebAuthn options and credentials between their JSON and binary forms (WebAuthn Level 3, section 5.1.9).
 *
 * It stands in for `PublicKeyCredential.parseRequestOptionsFromJSON` and its siblings, which older browsers lack.
 */
import { decode, encode } from "./base64url.js";

/**
 * @typedef {{ id: string, type: "public-key", transports?: AuthenticatorTransport[] }} DescriptorJson
 * @typedef {{ challenge: string, allowCredentials?: DescriptorJson[] }} RequestJson
 * @typedef {{ id: string, name: string, displayName: string }} UserJson
 * @typedef {object} CreationJson
 * @property {string} challenge base64url
 * @property {UserJson} user account; its id is base64url
 * @property {PublicKeyCredentialRpEntity} rp relying party
 * @property {PublicKeyCredentialParameters[]} pubKeyCredParams accepted algorithms
 * @property {DescriptorJson[]} [excludeCredentials] passkeys that the account has
 */

/**
 * Convert credential descriptors.
 * @param {DescriptorJson[] | undefined} list descriptors as the server sent them
 * @returns {PublicKeyCredentialDescriptor[]} descriptors for the browser
 */
const descriptors = (list) => (list ?? []).map((each) => ({ ...each, id: decode(each.id) }));

/**
 * Convert the options of an authentication.
 * @param {RequestJson} options as the server sent them
 * @returns {PublicKeyCredentialRequestOptions} options for `navigator.credentials.get`
 */
export function requestOptions(options) {
  return {
    ...options,
    challenge: decode(options.challenge),
    allowCredentials: descriptors(options.allowCredentials),
  };
}

/**
 * Convert the options of a registration.
 * @param {CreationJson} options as the server sent them
 * @returns {PublicKeyCredentialCreationOptions} options for `navigator.credentials.create`
 */
export function creationOptions(options) {
  return {
    ...options,
    challenge: decode(options.challenge),
    user: { ...options.user, id: decode(options.user.id) },
    excludeCredentials: descriptors(options.excludeCredentials),
  };
}

/**
 * Convert the response of a registration.
 * @param {AuthenticatorAttestationResponse} response of the authenticator
 * @returns {Record<string, unknown>} its JSON form
 */
const attestation = (response) => ({
  clientDataJSON: encode(response.clientDataJSON),
  attestationObject: encode(response.attestationObject),
  transports: response.getTransports?.() ?? [],
});

/**
 * Convert the response of an authentication.
 * @param {AuthenticatorAssertionResponse} response of the authenticator
 * @returns {Record<string, unknown>} its JSON form
 */
const assertion = (response) => ({
  clientDataJSON: encode(response.clientDataJSON),
  authenticatorData: encode(response.authenticatorData),
  signature: encode(response.signature),
  userHandle: response.userHandle ? encode(response.userHandle) : null,
});

/**
 * Convert a credential for the server.
 * @param {PublicKeyCredential} credential from the browser
 * @returns {Record<string, unknown>} a value for `JSON.stringify`
 */
export function credentialJson(credential) {
  const { response } = credential;
  return {
    id: credential.id,
    rawId: encode(credential.rawId),
    type: credential.type,
    response: "attestationObject" in response
      ? attestation(/** @type {AuthenticatorAttestationResponse} */ (response))
      : assertion(/** @type {AuthenticatorAssertionResponse} */ (response)),
    clientExtensionResults: credential.getClientExtensionResults(),
    authenticatorAttachment: credential.authenticatorAttachment ?? null,
  };
}
