"""The authorities of a throw-away IGC-Santé: three « gammes », a root each, PERSONNES and ORGANISATIONS below it.

Names, depth and CRL names are those of the real one (ANS, « IGC-Santé »), so that what works here works there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

#: Name of a gamme in the authorities' names, and in the names of their CRLs.
GAMMES = {"ELEMENTAIRE": "EL", "STANDARD": "ST", "FORT": "FO"}
PEOPLE, ORGANISATIONS = "PERSONNES", "ORGANISATIONS"
#: Where the certificates say that the CRLs are; a reserved name, nobody answers there.
PUBLISHED = "http://igc-sante.example"

#: What RFC 5280 (4.2.1.3) asks of an authority's own certificate.
SIGNS = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)

NewKey = Callable[[], rsa.RSAPrivateKey]


def new_key() -> rsa.RSAPrivateKey:
    """Return a key as the cards have: RSA 2048."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2048)


@dataclass(frozen=True, slots=True)
class Authority:
    """One certification authority with its key.

    :ivar short: name of its CRL without suffix: ``ACR-ST`` (root), ``ACI-ST-PP`` (PERSONNES), ``ACI-ST-ORG``.
    """

    short: str
    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def pem(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def crl(
        self, at: datetime, *, revoked: Iterable[int] = (), days: float = 7, signed_by: Authority | None = None
    ) -> x509.CertificateRevocationList:
        """Return its list of revoked serial numbers, good from ``at`` for ``days``.

        :param signed_by: somebody else's key under this authority's name: a forgery, for tests.
        """
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(at)
            .next_update(at + timedelta(days=days))
            .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
            .add_extension(key_identifier(self), critical=False)
        )
        for serial in sorted(set(revoked)):
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign((signed_by or self).key, hashes.SHA256())


@dataclass
class Igc:
    """A whole throw-away hierarchy; authorities and their keys are made when first asked for.

    :ivar not_before: start of validity of every authority. :ivar years: their validity.
    :ivar test: name it like the test hierarchy (« TEST AC … », OU « IGC-SANTE TEST »).
    """

    not_before: datetime
    years: int = 20
    test: bool = False
    new_key: NewKey = new_key
    _made: dict[str, Authority] = field(default_factory=dict, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def root(self, gamme: str) -> Authority:
        """Return the root of a gamme."""
        return self._once(f"ACR-{GAMMES[gamme]}", f"AC RACINE IGC-SANTE {gamme}", None, depth=1)

    def people(self, gamme: str) -> Authority:
        """Return the authority that signs people's cards in a gamme."""
        return self._once(f"ACI-{GAMMES[gamme]}-PP", f"AC IGC-SANTE {gamme} {PEOPLE}", self.root(gamme), depth=0)

    def organisations(self, gamme: str) -> Authority:
        """Return the authority that signs servers' and structures' certificates: it never lets a person in."""
        return self._once(
            f"ACI-{GAMMES[gamme]}-ORG", f"AC IGC-SANTE {gamme} {ORGANISATIONS}", self.root(gamme), depth=0
        )

    def trusted(self) -> list[Authority]:
        """Return what a portal is configured with: the three PERSONNES and their roots."""
        return [authority for gamme in GAMMES for authority in (self.people(gamme), self.root(gamme))]

    def all(self) -> list[Authority]:
        """Return the nine authorities."""
        return [each for gamme in GAMMES for each in (self.root(gamme), self.people(gamme), self.organisations(gamme))]

    def _once(self, short: str, common_name: str, issuer: Authority | None, *, depth: int) -> Authority:
        with self._lock:
            if short not in self._made:
                short_name = f"{short}-TEST" if self.test else short
                name = authority_name(common_name, test=self.test)
                end = self.not_before + timedelta(days=365 * self.years)
                self._made[short] = sign_authority(
                    short_name, name, issuer, self.new_key(), self.not_before, end, depth
                )
            return self._made[short]


def authority_name(common_name: str, *, test: bool = False) -> x509.Name:
    """Return an authority's name, in the order of the real ones."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "ASIP-SANTE"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "0002 187512751"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "IGC-SANTE TEST" if test else "IGC-SANTE"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"TEST {common_name}" if test else common_name),
        ]
    )


def sign_authority(
    short: str,
    name: x509.Name,
    issuer: Authority | None,
    key: rsa.RSAPrivateKey,
    not_before: datetime,
    not_after: datetime,
    depth: int,
) -> Authority:
    """Return an authority signed by ``issuer``, or by itself."""
    above = issuer.certificate.subject if issuer else name
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(above)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.BasicConstraints(ca=True, path_length=depth), critical=True)
        .add_extension(SIGNS, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if issuer is not None:
        builder = builder.add_extension(key_identifier(issuer), critical=False)
        builder = builder.add_extension(crl_place(issuer), critical=False)
    return Authority(short, builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def key_identifier(authority: Authority) -> x509.AuthorityKeyIdentifier:
    """Return the extension that names an authority's key in what it signs."""
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())


def crl_place(authority: Authority) -> x509.CRLDistributionPoints:
    """Return the extension that tells where an authority's CRL is."""
    address = x509.UniformResourceIdentifier(f"{PUBLISHED}/CRL/{authority.short}.crl")
    return x509.CRLDistributionPoints([x509.DistributionPoint([address], None, None, None)])


def information(authority: Authority) -> x509.AuthorityInformationAccess:
    """Return the extension that tells where an authority's certificate and its OCSP responder are."""
    issuer = x509.UniformResourceIdentifier(f"{PUBLISHED}/AC/{authority.short}.cer")
    responder = x509.UniformResourceIdentifier("http://ocsp.igc-sante.example")
    return x509.AuthorityInformationAccess(
        [
            x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, issuer),
            x509.AccessDescription(AuthorityInformationAccessOID.OCSP, responder),
        ]
    )


def ocsp_responder(authority: Authority, at: datetime, *, days: int = 365, key: NewKey = new_key) -> Authority:
    """Return a responder that ``authority`` empowers to answer by OCSP (RFC 6960, 4.2.2.2)."""
    made = key()
    name = authority_name(f"OCSP {authority.short}")
    usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(authority.certificate.subject)
        .public_key(made.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at)
        .not_valid_after(at + timedelta(days=days))
        .add_extension(usages, critical=False)
        .add_extension(x509.OCSPNoCheck(), critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    return Authority(f"OCSP-{authority.short}", certificate, made)
