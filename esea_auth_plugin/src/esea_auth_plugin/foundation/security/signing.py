"""Ed25519 signatures by the portal, for what somebody without its other keys must be able to check (RFC 8032)."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

_PEM = re.compile(rb"-----BEGIN ([A-Z ]+)-----.*?-----END \1-----", re.DOTALL)


class SigningKeyError(Exception):
    """A PEM text holds no usable Ed25519 key; the message never quotes it."""


class VerifyingKey:
    """A public key. ``id`` is the start of the SHA-256 of its 32 bytes."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key
        self.id = hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]

    def verifies(self, signature: bytes, content: bytes) -> bool:
        """Tell whether the holder of the private key signed this content."""
        try:
            self._key.verify(signature, content)
        except InvalidSignature:
            return False
        return True

    def pem(self) -> str:
        """Return the key as PEM (SubjectPublicKeyInfo)."""
        return self._key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


class SigningKey:
    """A private key; it never shows in a representation."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = VerifyingKey(key.public_key())

    @classmethod
    def from_pem(cls, text: str) -> SigningKey:
        """Read an unencrypted PKCS#8 PEM, as ``openssl genpkey -algorithm ed25519`` writes it.

        :raises SigningKeyError: it is none.
        """
        try:
            key = load_pem_private_key(text.encode(), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise SigningKeyError("is no private key in PEM") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise SigningKeyError("is no Ed25519 key")
        return cls(key)

    def sign(self, content: bytes) -> bytes:
        """Return the signature of a content."""
        return self._key.sign(content)


def read_public_keys(text: str) -> Sequence[VerifyingKey]:
    """Read every public key of a PEM text, in its order.

    :raises SigningKeyError: there is none, or one of another kind.
    """
    found = []
    for match in _PEM.finditer(text.encode()):
        try:
            key = load_pem_public_key(match[0])
        except (ValueError, UnsupportedAlgorithm) as error:
            raise SigningKeyError("holds something else than public keys in PEM") from error
        if not isinstance(key, Ed25519PublicKey):
            raise SigningKeyError("holds a key that is no Ed25519 key")
        found.append(VerifyingKey(key))
    if not found:
        raise SigningKeyError("holds no public key in PEM")
    return found


def create_signing_key(path: Path) -> SigningKey:
    """Write a new private key, readable by its owner only.

    :raises FileExistsError: there is a file of that name, which is left as it is.
    """
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    return SigningKey(key)
