"""Who attests for a new key, where a portal asks for it: the certificate behind it, beyond what `webauthn` verifies.

The library verifies the chain up to a root of ours, and the signature. It leaves to us what WebAuthn level 3 asks in
8.2 and 8.2.1: that the certificate was made to attest for authenticators, and names the model that the key claims; and
time by the portal's clock. A root may well sign other models, servers or people.
"""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from cryptography import x509
from cryptography.x509.oid import NameOID
from webauthn.helpers import parse_attestation_object
from webauthn.helpers.structs import AttestationFormat

from .errors import NotVerified

log = logging.getLogger(__name__)

#: id-fido-gen-ce-aaguid: the model, as an octet string of sixteen bytes.
_MODEL = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")
_OCTETS_OF_16 = b"\x04\x10"
_UNIT = "Authenticator Attestation"
_NAMES = (
    NameOID.COUNTRY_NAME,
    NameOID.ORGANIZATION_NAME,
    NameOID.ORGANIZATIONAL_UNIT_NAME,
    NameOID.COMMON_NAME,
)


def is_certificate(pem: bytes) -> bool:
    """Tell whether a part of a file of roots can be read: one that can't must not keep the others from being used."""
    try:
        x509.load_pem_x509_certificate(pem)
    except ValueError as error:
        log.warning("passkey: a root of the makers' file is left out (%s)", type(error).__name__)
        return False
    return True


def judge(attestation_object: bytes, aaguid: str, at: datetime, *, model_listed: bool) -> None:
    """Judge the certificates of an answer that the library has verified.

    :param aaguid: the model that the key claims. :param at: now. :param model_listed: the portal accepts a list of
        models: the certificate must then name its own, which one from a root of a single model need not.
    :raises NotVerified: nobody attests for the key, or not for this model, or not any more.
    """
    try:
        _judge(attestation_object, aaguid, at, model_listed)
    except NotVerified:
        raise
    except Exception as error:  # whatever a third party's bytes make a decoder raise, now or when a part is looked at
        raise NotVerified("passkey.attestation_certificate") from error


def _judge(attestation_object: bytes, aaguid: str, at: datetime, model_listed: bool) -> None:
    found = parse_attestation_object(attestation_object)
    if not found.att_stmt.x5c:  # `none`, or a key that attests for itself: the model is only what the browser says
        raise NotVerified("passkey.no_attestation")
    chain = [x509.load_der_x509_certificate(each) for each in found.att_stmt.x5c]
    if any(not each.not_valid_before_utc <= at <= each.not_valid_after_utc for each in chain):
        raise NotVerified("passkey.attestation_time")
    if found.fmt == AttestationFormat.PACKED and not _attests_for_authenticators(chain[0]):
        raise NotVerified("passkey.attestation_certificate")
    named = _model_of(chain[0])
    if (named is None and model_listed) or named not in {None, _OCTETS_OF_16 + UUID(aaguid).bytes}:
        raise NotVerified("passkey.attestation_model")


def _attests_for_authenticators(certificate: x509.Certificate) -> bool:
    """Tell whether the certificate is what 8.2.1 asks of one that attests: version, names, and no authority itself."""
    names = {oid: _only(certificate.subject, oid) for oid in _NAMES}
    return (
        certificate.version is x509.Version.v3
        and not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        and len(names[NameOID.COUNTRY_NAME]) == 2  # ISO 3166
        and names[NameOID.ORGANIZATIONAL_UNIT_NAME] == _UNIT
        and all(names.values())
    )


def _only(name: x509.Name, oid: x509.ObjectIdentifier) -> str:
    """Return the one value of an attribute, ``""`` without one or with several."""
    found = name.get_attributes_for_oid(oid)
    return str(found[0].value) if len(found) == 1 else ""


def _model_of(certificate: x509.Certificate) -> bytes | None:
    """Return the extension that names the model, as it stands; ``None`` without one."""
    try:
        extension = certificate.extensions.get_extension_for_oid(_MODEL)
    except x509.ExtensionNotFound:
        return None
    if extension.critical or not isinstance(extension.value, x509.UnrecognizedExtension):
        raise NotVerified("passkey.attestation_certificate")
    return extension.value.value
