"""Reads a card's certificate: DER in, :class:`Card` out. It reads; whether the card is good is :mod:`.trust`'s to say.

Names are read attribute by attribute, never as text: the three parts of a person's name share one multi-valued RDN
whose order changes from person to person, and « the first CN of the text » has returned surnames elsewhere
(Keycloak issue 14280). Extensions are those read in published certificates of IGC-Santé.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID, ObjectIdentifier

from ...normalise.characters import composed, has_control, unsafe_in_line
from ...pyramid_types import JsonObject
from .national import NationalId, person_id, structure_id

#: A card's certificate takes about 2 KB.
MAX_BYTES = 8 * 1024
MAX_TEXT = 200

CATEGORY = ObjectIdentifier("1.2.250.1.71.1.2.5")
KIND = ObjectIdentifier("1.2.250.1.71.1.2.2")
NUMBER = ObjectIdentifier("1.2.250.1.71.1.2.3")
PROFESSION = ObjectIdentifier("1.2.250.1.71.1.2.7")
FUTURE_PROFESSION = ObjectIdentifier("1.2.250.1.71.1.2.8")
_OURS = frozenset({CATEGORY, KIND, NUMBER, PROFESSION, FUTURE_PROFESSION})

#: Types of card (list G02, read for CPE, inferred for the others).
KINDS: Mapping[int, str] = {0: "CPS", 1: "CPF", 2: "CPE", 3: "CPA"}

_OCTETS, _INTEGER, _PRINTABLE = 0x04, 0x02, 0x13


class Unreadable(ValueError):
    """These bytes are no certificate that we can read. ``reason`` is for the log: it quotes nothing of them."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Card:
    """What a certificate says, nothing of it proven yet.

    :ivar common_name: PS_IdNat on people's cards. :ivar unit: Struct_IdNat on employees'.
    :ivar category: list G01: 0 real, 3 software, 0x80 and more test. :ivar kind: list G02, see :data:`KINDS`.
    :ivar number: of the card, ten digits; ``issued_by`` is the number of its issuer.
    :ivar profession: code of G15. :ivar future_profession: code of G16.
    :ivar serial: hex. :ivar issuer: SHA-256 of the issuer's name, hex. :ivar fingerprint: SHA-256 of it all, hex.
    """

    common_name: str
    serial: str
    issuer: str
    issuer_name: str
    not_before: datetime
    not_after: datetime
    fingerprint: str
    surname: str = ""
    given_name: str = ""
    title: str = ""
    state: str = ""
    organisation: str = ""
    unit: str = ""
    category: int | None = None
    kind: int | None = None
    number: str = ""
    issued_by: str = ""
    profession: int | None = None
    future_profession: int | None = None
    policies: tuple[str, ...] = ()
    digital_signature: bool = False
    client_auth: bool = False
    is_authority: bool = False
    certificate: x509.Certificate | None = field(default=None, compare=False, repr=False)

    @property
    def kind_name(self) -> str:
        """``CPS``, ``CPF``, ``CPE``, ``CPA``, or ``""``."""
        return KINDS.get(self.kind, "") if self.kind is not None else ""

    @property
    def nominative(self) -> bool:
        """Tell whether it names a person."""
        return bool(self.surname and self.given_name)

    def person(self, *, relaxed: bool = False) -> NationalId | None:
        """Return the person's national identifier, ``None`` when the CN is none."""
        return person_id(self.common_name, relaxed=relaxed)

    def structure(self, *, relaxed: bool = False) -> NationalId | None:
        """Return the structure's national identifier, ``None`` without one."""
        return structure_id(self.unit, relaxed=relaxed) if self.unit else None


def read_der(der: bytes) -> Card:
    """Read a certificate.

    :raises Unreadable: for whatever is no certificate, or holds what can't be read; nothing else is ever raised.
    """
    if len(der) > MAX_BYTES:
        raise Unreadable("too long")
    try:
        return _read(x509.load_der_x509_certificate(der), der)
    except Unreadable:
        raise
    except Exception as error:  # a parser's own errors are many, and some are only found while reading a field
        raise Unreadable(type(error).__name__) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # Rust's, which is no Exception
            raise
        raise Unreadable("panic") from error


def _read(certificate: x509.Certificate, der: bytes) -> Card:
    if certificate.version is not x509.Version.v3 or certificate.serial_number <= 0:
        raise Unreadable("version or serial number")
    names = _names(certificate.subject)
    own = _own_extensions(certificate.extensions)
    issued_by, number = _card_number(own.get(NUMBER))
    return Card(
        common_name=names.get(NameOID.COMMON_NAME, ""),
        surname=names.get(NameOID.SURNAME, ""),
        given_name=names.get(NameOID.GIVEN_NAME, ""),
        title=names.get(NameOID.TITLE, ""),
        state=names.get(NameOID.STATE_OR_PROVINCE_NAME, ""),
        organisation=names.get(NameOID.ORGANIZATION_NAME, ""),
        unit=names.get(NameOID.ORGANIZATIONAL_UNIT_NAME, ""),
        serial=f"{certificate.serial_number:x}",
        issuer=hashlib.sha256(certificate.issuer.public_bytes()).hexdigest(),
        issuer_name=_names(certificate.issuer, repeated=True).get(NameOID.COMMON_NAME, ""),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        fingerprint=hashlib.sha256(der).hexdigest(),
        category=_octet(own.get(CATEGORY)),
        kind=_integer(own.get(KIND)),
        number=number,
        issued_by=issued_by,
        profession=_integer(own.get(PROFESSION)),
        future_profession=_integer(own.get(FUTURE_PROFESSION)),
        certificate=certificate,
        **_usages(certificate.extensions),
    )


def _names(name: x509.Name, *, repeated: bool = False) -> dict[ObjectIdentifier, str]:
    """Return the attributes by type.

    One given twice is refused: which of two identifiers is meant would be anybody's guess. Issuers repeat OU.
    """
    found: dict[ObjectIdentifier, str] = {}
    for attribute in name:
        if attribute.oid in found and not repeated:
            raise Unreadable("an attribute of the name is given twice")
        found[attribute.oid] = _text(attribute.value)
    return found


def _text(value: str | bytes) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise Unreadable("a name that is no text, or too long")
    folded = composed(value).strip(" ")
    # Control and format characters: line ends forge lines of logs, direction marks forge what is read (row 32).
    if unsafe_in_line(folded) or has_control(folded):
        raise Unreadable("a name with signs that are no text")
    return folded


def _usages(extensions: x509.Extensions) -> JsonObject:
    usage = _extension(extensions, ExtensionOID.KEY_USAGE)
    extended = _extension(extensions, ExtensionOID.EXTENDED_KEY_USAGE)
    constraints = _extension(extensions, ExtensionOID.BASIC_CONSTRAINTS)
    policies = _extension(extensions, ExtensionOID.CERTIFICATE_POLICIES)
    named = policies if isinstance(policies, x509.CertificatePolicies) else ()
    return {
        "digital_signature": isinstance(usage, x509.KeyUsage) and usage.digital_signature,
        "client_auth": isinstance(extended, x509.ExtendedKeyUsage) and ExtendedKeyUsageOID.CLIENT_AUTH in extended,
        "is_authority": isinstance(constraints, x509.BasicConstraints) and constraints.ca,
        "policies": tuple(policy.policy_identifier.dotted_string for policy in named),
    }


def _extension(extensions: x509.Extensions, oid: ObjectIdentifier) -> x509.ExtensionType | None:
    return next((extension.value for extension in extensions if extension.oid == oid), None)


def _own_extensions(extensions: x509.Extensions) -> dict[ObjectIdentifier, bytes]:
    """Return the raw values of the cards' own extensions; ``cryptography`` refuses one that is given twice."""
    return {
        extension.oid: extension.value.value
        for extension in extensions
        if extension.oid in _OURS and isinstance(extension.value, x509.UnrecognizedExtension)
    }


def _primitive(raw: bytes, tag: int) -> bytes:
    """Return the content of one short DER value that fills ``raw``; these extensions hold nothing longer."""
    if len(raw) < 3 or raw[0] != tag or raw[1] > 0x7F or raw[1] != len(raw) - 2:
        raise Unreadable("an extension of another shape")
    return raw[2:]


def _octet(raw: bytes | None) -> int | None:
    if raw is None:
        return None
    content = _primitive(raw, _OCTETS)
    if len(content) != 1:
        raise Unreadable("a category of more than one byte")
    return content[0]


def _integer(raw: bytes | None) -> int | None:
    if raw is None:
        return None
    content = _primitive(raw, _INTEGER)
    padded = len(content) == 2 and content[0] == 0 and content[1] >= 0x80
    if content[0] >= 0x80 or len(content) > 2 or (len(content) == 2 and content[0] == 0 and not padded):
        raise Unreadable("a code that is no small whole number in DER")
    return int.from_bytes(content)


def _card_number(raw: bytes | None) -> tuple[str, str]:
    if raw is None:
        return "", ""
    text = _primitive(raw, _PRINTABLE).decode("ascii")
    issuer, slash, number = text.partition("/")
    if not slash or not issuer.isdigit() or len(issuer) != 10 or not number.isdigit() or len(number) != 10:
        raise Unreadable("a card number of another shape")
    return issuer, number
