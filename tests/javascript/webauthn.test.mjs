import assert from "node:assert/strict";
import { test } from "node:test";
import { creationOptions, credentialJson, decode, encode, refusalMessage, requestOptions } from "./modules.mjs";

const bytes = (...values) => Uint8Array.from(values);

// RFC 4648, section 10, without padding, and the two characters in which base64url differs from base64.
const VECTORS = [
  ["", ""],
  ["f", "Zg"],
  ["fo", "Zm8"],
  ["foo", "Zm9v"],
  ["foob", "Zm9vYg"],
  ["fooba", "Zm9vYmE"],
  ["foobar", "Zm9vYmFy"],
];

for (const [plain, encoded] of VECTORS) {
  test(`base64url of "${plain}" is "${encoded}"`, () => {
    assert.equal(encode(new TextEncoder().encode(plain)), encoded);
    assert.equal(new TextDecoder().decode(decode(encoded)), plain);
  });
}

test("base64url has no + and no /", () => {
  assert.equal(encode(bytes(0xfb, 0xff, 0xfe)), "-__-");
  assert.deepEqual(decode("-__-"), bytes(0xfb, 0xff, 0xfe));
});

test("base64url reads text with padding", () => {
  assert.deepEqual(decode("Zg=="), bytes(0x66));
});

test("base64url refuses what is not base64url", () => {
  assert.throws(() => decode("Z!"), { name: "InvalidCharacterError" });
});

test("every byte survives, also in an attestation of 200 kB", () => {
  const large = Uint8Array.from({ length: 200_000 }, (_, index) => index % 256);
  assert.deepEqual(decode(encode(large)), large);
  assert.equal(encode(large.buffer), encode(large));
});

test("the options of an authentication become binary and keep what else the server sent", () => {
  const options = requestOptions({
    challenge: "AQID",
    rpId: "portail.exemple.fr",
    userVerification: "required",
    allowCredentials: [{ id: "BAU", type: "public-key", transports: ["usb"] }],
  });
  assert.deepEqual(options, {
    challenge: bytes(1, 2, 3),
    rpId: "portail.exemple.fr",
    userVerification: "required",
    allowCredentials: [{ id: bytes(4, 5), type: "public-key", transports: ["usb"] }],
  });
});

test("an authentication without a list of passkeys allows any of them", () => {
  assert.deepEqual(requestOptions({ challenge: "AQID" }).allowCredentials, []);
});

test("the options of a registration become binary", () => {
  const given = {
    challenge: "AQID",
    rp: { id: "portail.exemple.fr", name: "Portail" },
    user: { id: "CQ", name: "p.nom", displayName: "P. Nom" },
    pubKeyCredParams: [{ type: "public-key", alg: -7 }],
    excludeCredentials: [{ id: "BAU", type: "public-key" }],
  };
  const options = creationOptions(given);
  assert.deepEqual(options.user, { id: bytes(9), name: "p.nom", displayName: "P. Nom" });
  assert.deepEqual(options.excludeCredentials, [{ id: bytes(4, 5), type: "public-key" }]);
  assert.equal(given.user.id, "CQ", "the given options are not changed");
});

const credential = (response, more = {}) => ({
  id: "BAU",
  rawId: bytes(4, 5).buffer,
  type: "public-key",
  response,
  getClientExtensionResults: () => ({ credProps: { rk: true } }),
  ...more,
});

test("a new passkey is written with its attestation and transports", () => {
  const response = {
    clientDataJSON: bytes(1).buffer,
    attestationObject: bytes(2).buffer,
    getTransports: () => ["internal"],
  };
  assert.deepEqual(credentialJson(credential(response, { authenticatorAttachment: "platform" })), {
    id: "BAU",
    rawId: "BAU",
    type: "public-key",
    response: { clientDataJSON: "AQ", attestationObject: "Ag", transports: ["internal"] },
    clientExtensionResults: { credProps: { rk: true } },
    authenticatorAttachment: "platform",
  });
});

test("a browser that knows no transports names none", () => {
  const response = { clientDataJSON: bytes(1).buffer, attestationObject: bytes(2).buffer };
  assert.deepEqual(credentialJson(credential(response)).response.transports, []);
});

test("a signature is written with the user handle, or null without one", () => {
  const response = {
    clientDataJSON: bytes(1).buffer,
    authenticatorData: bytes(2).buffer,
    signature: bytes(3).buffer,
    userHandle: bytes(9).buffer,
  };
  const expected = { clientDataJSON: "AQ", authenticatorData: "Ag", signature: "Aw", userHandle: "CQ" };
  assert.deepEqual(credentialJson(credential(response)).response, expected);
  const anonymous = credentialJson(credential({ ...response, userHandle: null }));
  assert.equal(anonymous.response.userHandle, null);
  assert.equal(anonymous.authenticatorAttachment, null);
});

test("a refusal says what to do next, whatever its name", () => {
  for (const name of ["NotAllowedError", "InvalidStateError", "SecurityError", "NotSupportedError"]) {
    assert.notEqual(refusalMessage(name), refusalMessage("AbortError"));
  }
  for (const name of [undefined, "", "constructor", "__proto__"]) {
    assert.equal(refusalMessage(name), "La clé d’accès n’a pas pu servir. Réessayez, ou changez de mode.");
  }
});
