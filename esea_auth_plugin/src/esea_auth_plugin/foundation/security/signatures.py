"""Signatures of what other authorities signed (OCSP answers), and the small things that asking them takes."""

from __future__ import annotations

import secrets
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

_MIN_RSA_BITS = 2048


class _Encodable(Protocol):
    def public_bytes(self, encoding: Encoding) -> bytes: ...


def signed_by(key: object, signature: bytes, content: bytes, algorithm: HashAlgorithm) -> bool:
    """Tell whether the holder of a public key (RSA with PKCS#1 v1.5, or ECDSA) signed this content."""
    try:
        if isinstance(key, rsa.RSAPublicKey) and key.key_size >= _MIN_RSA_BITS:
            key.verify(signature, content, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, content, ec.ECDSA(algorithm))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def new_nonce() -> bytes:
    """Return 128 random bits that an answer must repeat."""
    return secrets.token_bytes(16)


def sha1_for_names() -> HashAlgorithm:
    """Return the hash by which OCSP names an authority (RFC 5019): it identifies, it protects nothing."""
    return SHA1()  # noqa: S303


def der_of(thing: _Encodable) -> bytes:
    """Return the DER of a request, a list or a certificate."""
    return thing.public_bytes(Encoding.DER)


def pem_of(thing: _Encodable) -> bytes:
    """Return the PEM of a list or a certificate."""
    return thing.public_bytes(Encoding.PEM)
