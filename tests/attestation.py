"""Makers of authenticators in tests: a root, perhaps an authority below it, and certificates that attest for new keys.

A certificate is made as WebAuthn level 3, 8.2.1 asks; whatever a test wants wrong can be given wrong.
"""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

#: The extension that names the model (id-fido-gen-ce-aaguid).
MODEL = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")
#: Valid whenever the suite runs, and for the tests' own clock.
START, END = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2099, 1, 1, tzinfo=dt.UTC)
SUBJECT: Mapping[x509.ObjectIdentifier, str] = {
    NameOID.COUNTRY_NAME: "FR",
    NameOID.ORGANIZATION_NAME: "Fabrique d'essai",
    NameOID.ORGANIZATIONAL_UNIT_NAME: "Authenticator Attestation",
    NameOID.COMMON_NAME: "Clé d'essai, lot 1",
}
_ES256 = -7


@dataclass(frozen=True)
class Authority:
    """A certificate that signs others, and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    above: tuple[x509.Certificate, ...] = field(default=())

    @property
    def pem(self) -> bytes:
        """The certificate, as a portal's file of roots holds it."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def below(self, name: str = "Atelier") -> Authority:
        """Return an authority that this one signed; its certificates come with it."""
        made = _authority(name, self)
        return Authority(made.certificate, made.key, (made.certificate, *self.above))

    def attests(self, model: str, **wrong: Any) -> Callable[[bytes], Mapping[str, Any]]:
        """Return what a device of this model says of a new key (:attr:`Authenticator.attests`)."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._certificate(key, model, wrong)
        chain = [certificate, *wrong.get("above", self.above)]
        x5c = [each.public_bytes(serialization.Encoding.DER) for each in chain]
        signer = wrong.get("signed_by", key)

        def attests(data: bytes) -> Mapping[str, Any]:
            return {"alg": _ES256, "sig": signer.sign(data, ec.ECDSA(hashes.SHA256())), "x5c": wrong.get("x5c", x5c)}

        return attests

    def _certificate(self, key: ec.EllipticCurvePrivateKey, model: str, wrong: Mapping[str, Any]) -> x509.Certificate:
        subject = {**SUBJECT, **wrong.get("subject", {})}
        builder = _builder(
            _name(subject), self.certificate.subject, key, wrong.get("start", START), wrong.get("end", END)
        )
        if wrong.get("constraints", True):
            builder = builder.add_extension(x509.BasicConstraints(ca=wrong.get("ca", False), path_length=None), True)
        said = wrong.get("extension", b"\x04\x10" + bytes.fromhex(model.replace("-", "")))
        if said is not None:
            builder = builder.add_extension(x509.UnrecognizedExtension(MODEL, said), wrong.get("critical", False))
        return builder.sign(self.key, hashes.SHA256())


def root(name: str = "Racine d'essai") -> Authority:
    """Return a maker's root, that signs itself."""
    return _authority(name, None)


def _authority(name: str, by: Authority | None) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    own = _name({NameOID.COMMON_NAME: name})
    issuer, signer = (by.certificate.subject, by.key) if by else (own, key)
    builder = _builder(own, issuer, key, START, END)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return Authority(builder.sign(signer, hashes.SHA256()), key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, start: dt.datetime, end: dt.datetime
) -> x509.CertificateBuilder:
    named = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    return named.serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(end)


def _name(parts: Mapping[x509.ObjectIdentifier, str | None]) -> x509.Name:
    given: Sequence[tuple[x509.ObjectIdentifier, str]] = [
        (oid, text) for oid, text in parts.items() if text is not None
    ]
    with warnings.catch_warnings():  # names that no authority would sign, too
        warnings.simplefilter("ignore", UserWarning)
        return x509.Name([x509.NameAttribute(oid, text, _validate=False) for oid, text in given])
