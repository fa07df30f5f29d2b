"""Makes a card: the layouts of subjects and the extensions as read in published test certificates of IGC-Santé."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from .authority import Authority, Igc, NewKey, crl_place, information, key_identifier, new_key
from .kinds import CardKind, Layout, Use

CATEGORY = ObjectIdentifier("1.2.250.1.71.1.2.5")
KIND = ObjectIdentifier("1.2.250.1.71.1.2.2")
NUMBER = ObjectIdentifier("1.2.250.1.71.1.2.3")
PROFESSION = ObjectIdentifier("1.2.250.1.71.1.2.7")
FUTURE_PROFESSION = ObjectIdentifier("1.2.250.1.71.1.2.8")
UPN = ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")
POLICY = ObjectIdentifier("1.2.250.1.213.1.7.2.1.1.1.1")
#: First part of a card's number: its issuer.
ISSUER = "8025000001"


@dataclass(frozen=True, slots=True)
class Card:
    """A card, its key and the authority that signed it."""

    kind: CardKind
    certificate: x509.Certificate
    key: rsa.RSAPrivateKey
    authority: Authority

    @property
    def der(self) -> bytes:
        """The certificate, DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        """The certificate, PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def key_pem(self) -> bytes:
        """The private key, PEM without password: nothing here is worth one."""
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def pkcs12(self, password: str) -> bytes:
        """Key and certificate as browsers import them."""
        sealed = serialization.BestAvailableEncryption(password.encode())
        name = self.kind.slug.encode()
        return pkcs12.serialize_key_and_certificates(
            name, self.key, self.certificate, [self.authority.certificate], sealed
        )


def make_card(
    igc: Igc, kind: CardKind, now: datetime, *, key: NewKey = new_key, signed_by: Authority | None = None
) -> Card:
    """Return a card of ``kind`` as it is at ``now``.

    :param signed_by: another authority than the kind's own: a look-alike, for tests.
    """
    by = igc.organisations if kind.by_organisations else igc.people
    authority = signed_by or by(kind.gamme)
    made = key()
    begins = now - timedelta(days=kind.begins)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject(kind))
        .issuer_name(authority.certificate.subject)
        .public_key(made.public_key())
        .serial_number(x509.random_serial_number() >> 32)
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=kind.lasts))
    )
    for extension, critical in extensions(kind, authority):
        builder = builder.add_extension(extension, critical=critical)
    return Card(kind, builder.sign(authority.key, hashes.SHA256()), made, authority)


def look_alike(kind: CardKind, now: datetime, *, key: NewKey = new_key) -> Card:
    """Return a forged card: the same names, signed by an authority that somebody made at home."""
    return make_card(Igc(now - timedelta(days=3650), new_key=key), kind, now, key=key)


def self_signed(kind: CardKind, now: datetime, *, key: NewKey = new_key) -> Card:
    """Return a forged card that signs itself under the real subject's name."""
    made = key()
    forger = Authority("self", _bare(kind, now, made), made)
    return Card(kind, forger.certificate, made, forger)


def _bare(kind: CardKind, now: datetime, key: rsa.RSAPrivateKey) -> x509.Certificate:
    name = subject(kind)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=kind.begins))
        .not_valid_after(now + timedelta(days=kind.lasts))
    )
    for extension in _own_extensions(kind):
        builder = builder.add_extension(extension, critical=False)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    return builder.sign(key, hashes.SHA256())


def subject(kind: CardKind) -> x509.Name:
    """Return the subject: given name, number and surname share one multi-valued RDN on people's cards.

    DER sorts the members of that RDN by their encoding, so that their order changes from person to person.
    """
    return x509.Name([x509.RelativeDistinguishedName(list(rdn)) for rdn in _rdns(kind)])


def _rdns(kind: CardKind) -> Sequence[Sequence[x509.NameAttribute[str]]]:
    def plain(oid: ObjectIdentifier, value: str) -> Sequence[x509.NameAttribute[str]]:
        return (x509.NameAttribute(oid, value),)

    country = plain(NameOID.COUNTRY_NAME, "FR")
    name = plain(NameOID.COMMON_NAME, kind.common_name)
    person = (
        x509.NameAttribute(NameOID.GIVEN_NAME, kind.given_name or "-"),
        *name,
        x509.NameAttribute(NameOID.SURNAME, kind.surname or "-"),
    )
    title = plain(NameOID.TITLE, kind.title or "-")
    structure = (
        plain(NameOID.STATE_OR_PROVINCE_NAME, kind.state),
        plain(NameOID.ORGANIZATION_NAME, kind.organisation or "-"),
        plain(NameOID.ORGANIZATIONAL_UNIT_NAME, kind.unit or "-"),
    )
    if kind.layout is Layout.PROFESSIONAL:
        return (country, title, person)
    if kind.layout is Layout.EMPLOYEE:
        return (country, *structure, title, person)
    if kind.layout is Layout.SERVICE:
        return (country, *structure, title, name)
    if kind.layout is Layout.ORGANISATION:
        return (country, *structure, name)
    place = x509.NameAttribute(NameOID.LOCALITY_NAME, kind.state, _type=_ASN1Type.T61String)
    return (country, structure[1], (place,), structure[2], name)


def extensions(kind: CardKind, authority: Authority) -> list[tuple[x509.ExtensionType, bool]]:
    """Return the extensions of a card, each with whether it is critical."""
    signing = kind.use is not Use.SIGNATURE
    usage = x509.KeyUsage(
        digital_signature=signing,
        content_commitment=not signing,
        key_encipherment=kind.use is Use.SERVER,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    found: list[tuple[x509.ExtensionType, bool]] = [
        (usage, True),
        (key_identifier(authority), False),
        (crl_place(authority), False),
        (information(authority), False),
        (x509.CertificatePolicies([x509.PolicyInformation(POLICY, None)]), False),
    ]
    if kind.use is Use.SIGN_IN:
        smart_card = ObjectIdentifier("1.3.6.1.4.1.311.20.2.2")
        found.append((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, smart_card]), False))
    elif kind.use is Use.SERVER:
        found.append((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False))
    if kind.layout in {Layout.EMPLOYEE, Layout.SERVICE}:
        # Professionals' cards of the layouts read carry no SAN; employees' carry a Windows sign-in name.
        principal = f"{kind.common_name}@carte-cps.fr".encode()
        found.append((x509.SubjectAlternativeName([x509.OtherName(UPN, _der(0x0C, principal))]), False))
    return found + [(extension, False) for extension in _own_extensions(kind)]


def _own_extensions(kind: CardKind) -> list[x509.UnrecognizedExtension]:
    found = []
    if kind.category is not None:
        found.append(x509.UnrecognizedExtension(CATEGORY, _der(0x04, bytes([kind.category]))))
    if kind.kind is not None:
        found.append(x509.UnrecognizedExtension(KIND, _der(0x02, bytes([kind.kind]))))
        found.append(x509.UnrecognizedExtension(NUMBER, _der(0x13, f"{ISSUER}/{kind.number}".encode())))
    for oid, code in ((PROFESSION, kind.profession), (FUTURE_PROFESSION, kind.future_profession)):
        if code is not None:
            found.append(x509.UnrecognizedExtension(oid, _der(0x02, bytes([code]))))
    return found


def _der(tag: int, content: bytes) -> bytes:
    return bytes([tag, len(content)]) + content
