"""A passkey in software, for tests: makes and signs what a browser and an authenticator would send.

Everything that a test may want wrong can be given wrong: origin, relying party, flags, count, handle, ids.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from ..pyramid_types import Json

UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40
CHROMIUM = "b5397666-4885-aa6b-cebf-e52262a439a2"


@dataclass
class Key:
    """One discoverable credential."""

    credential_id: bytes
    private: ec.EllipticCurvePrivateKey
    user_handle: str
    rp_id: str
    count: int = 0


@dataclass
class Authenticator:
    """A device that holds passkeys. ``flags`` are those of its answers; ``counts``: its count grows with each use.

    :ivar attests: its maker's word for a new key: signs what it is given, returns a statement of the format `packed`.
    """

    origin: str
    flags: int = UP | UV
    counts: bool = True
    aaguid: str = CHROMIUM
    attests: Callable[[bytes], Json] | None = None
    keys: list[Key] = field(default_factory=list)

    def create(self, options: Json, **wrong: Any) -> str:
        """Return the credential that ``navigator.credentials.create`` would give, as JSON."""
        private = ec.generate_private_key(ec.SECP256R1())
        key = Key(os.urandom(32), private, options["user"]["id"], wrong.get("rp_id", options["rp"]["id"]))
        self.keys.append(key)
        numbers = private.public_key().public_numbers()
        point = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        identity = bytes.fromhex(self.aaguid.replace("-", "")) + len(key.credential_id).to_bytes(2, "big")
        data = self._data(key, wrong.get("flags", self.flags) | AT, key.count)
        data += identity + key.credential_id + cbor2.dumps(point)
        client = self._client("webauthn.create", options["challenge"], wrong)
        statement = self.attests(data + hashlib.sha256(client).digest()) if self.attests else None
        kind = {"fmt": "packed", "attStmt": statement} if statement else {"fmt": "none", "attStmt": {}}
        attestation = cbor2.dumps({**kind, "authData": data})
        answer = {
            "clientDataJSON": bytes_to_base64url(client),
            "attestationObject": bytes_to_base64url(attestation),
            "transports": ["internal"],
        }
        return self._credential(key, answer, wrong)

    def get(self, options: Json, key: Key | None = None, **wrong: Any) -> str:
        """Return what ``navigator.credentials.get`` would give, as JSON; the last key that the options allow."""
        allowed = {each["id"] for each in options.get("allowCredentials") or ()}
        usable = [each for each in self.keys if not allowed or bytes_to_base64url(each.credential_id) in allowed]
        key = key or usable[-1]
        key.count += 1 if self.counts else 0
        data = self._data(key, wrong.get("flags", self.flags), wrong.get("count", key.count), wrong.get("rp_id"))
        client = self._client("webauthn.get", options["challenge"], wrong)
        signed = data + hashlib.sha256(client).digest()
        answer = {
            "clientDataJSON": bytes_to_base64url(client),
            "authenticatorData": bytes_to_base64url(data),
            "signature": bytes_to_base64url(key.private.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": wrong.get("handle", key.user_handle),
        }
        return self._credential(key, answer, wrong)

    def _data(self, key: Key, flags: int, count: int, rp_id: str | None = None) -> bytes:
        return hashlib.sha256((rp_id or key.rp_id).encode()).digest() + bytes([flags]) + count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str, wrong: Json) -> bytes:
        said = {
            "type": wrong.get("type", kind),
            "challenge": wrong.get("challenge", challenge),
            "origin": wrong.get("origin", self.origin),
            "crossOrigin": wrong.get("cross_origin", False),
            **({"topOrigin": wrong["top_origin"]} if "top_origin" in wrong else {}),
        }
        return json.dumps(said).encode()

    def _credential(self, key: Key, answer: Json, wrong: Json) -> str:
        own = bytes_to_base64url(key.credential_id)
        return json.dumps(
            {
                "id": wrong.get("id", own),
                "rawId": wrong.get("raw_id", own),
                "type": "public-key",
                "response": dict(answer),
                "clientExtensionResults": {},
            }
        )


def copy_of(key: Key) -> Key:
    """Return a copy of a key, as a thief has it: with the count that it had when it was copied."""
    return Key(key.credential_id, key.private, key.user_handle, key.rp_id, key.count)


__all__ = ["BE", "BS", "UP", "UV", "Authenticator", "Key", "base64url_to_bytes", "copy_of"]
