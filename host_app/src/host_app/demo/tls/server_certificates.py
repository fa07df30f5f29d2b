"""A throw-away authority for the two hosts' own certificates, made anew when a name changes or an end comes near."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ..cards.authority import SIGNS

_PEM = serialization.Encoding.PEM
_DAYS = 30


def write_server_certificates(folder: Path, portal: str, card: str, now: datetime) -> Path:
    """Write ``autorite.pem``, ``portail.pem``/``.key`` and ``carte.pem``/``.key``; return the authority's file.

    Two certificates, one name each: with both names in one, browsers carry both hosts over one connection.
    """
    folder.mkdir(parents=True, exist_ok=True)
    authority = folder / "autorite.pem"
    if _still_good(folder / "portail.pem", portal, now) and _still_good(folder / "carte.pem", card, now):
        return authority
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Autorité jetable de la démonstration (aucune valeur)")
    issuer = (
        _builder(name, name, key, now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(SIGNS, critical=True)
        .sign(key, hashes.SHA256())
    )
    authority.write_bytes(issuer.public_bytes(_PEM))
    for file, host in (("portail", portal), ("carte", card)):
        own = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _builder(_name(host), name, own, now)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )
        (folder / f"{file}.pem").write_bytes(certificate.public_bytes(_PEM))
        secret = folder / f"{file}.key"
        secret.touch(mode=0o600)
        secret.write_bytes(own.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return authority


def _still_good(file: Path, host: str, now: datetime) -> bool:
    if not file.exists():
        return False
    found = x509.load_pem_x509_certificate(file.read_bytes())
    try:
        # Python 3.13 takes no certificate without it (RFC 5280, 4.2.1.1): one of a former demo is made anew.
        found.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    except x509.ExtensionNotFound:
        return False
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return names.get_values_for_type(x509.DNSName) == [host] and now + timedelta(days=2) < found.not_valid_after_utc


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=_DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
