"""Writes the throw-away authority and its cards into a folder, the way a portal and a proxy are configured.

::

    autorites/  NAME.pem of each, confiance.pem (three PERSONNES and their roots, what the portal trusts)
    crl/        NAME.crl (DER) of each, toutes.pem (what a proxy reads)
    cartes/     SLUG.p12 (PIN below), SLUG.pem, SLUG.der, SLUG.key
    ocsp/       repondeur.pem, repondeur.key, index.txt of the PERSONNES of the gamme FORT, for `openssl ocsp`
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .authority import Authority, Igc, ocsp_responder
from .kinds import CARDS
from .making import Card, make_card

#: Password of every PKCS#12 file: the stand-in of a card's PIN.
PIN = "1234"
_PEM = serialization.Encoding.PEM
_DER = serialization.Encoding.DER


def write(folder: Path, now: datetime) -> dict[str, Card]:
    """Make everything anew in ``folder`` as it is at ``now``; return the cards by slug."""
    igc = Igc(now - timedelta(days=10 * 365))
    test = Igc(now - timedelta(days=10 * 365), test=True)
    cards = {kind.slug: make_card(test if kind.test_hierarchy else igc, kind, now) for kind in CARDS}
    for name in ("autorites", "crl", "cartes", "ocsp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for authority in (*igc.all(), test.people("FORT"), test.root("FORT")):
        (folder / "autorites" / f"{authority.short}.pem").write_bytes(authority.pem)
        # The demo's own refresh, so that whoever leaves it running keeps CRLs that are good.
        (folder / "autorites" / f"{authority.short}.key").write_bytes(_key(authority.key))
    trust = b"".join(authority.pem for authority in igc.trusted())
    (folder / "autorites" / "confiance.pem").write_bytes(trust)
    write_crls(folder / "crl", igc, cards.values(), now)
    for slug, card in cards.items():
        (folder / "cartes" / f"{slug}.p12").write_bytes(card.pkcs12(PIN))
        (folder / "cartes" / f"{slug}.pem").write_bytes(card.pem)
        (folder / "cartes" / f"{slug}.der").write_bytes(card.der)
        (folder / "cartes" / f"{slug}.key").write_bytes(card.key_pem())
    _write_ocsp(folder / "ocsp", igc, cards.values(), now)
    return cards


def write_crls(folder: Path, igc: Igc, cards: Iterable[Card], now: datetime, *, days: float = 7) -> None:
    """Write the CRL of every authority that a portal trusts, good for ``days`` from ``now``."""
    all_of_them = list(cards)
    together = b""
    for authority in igc.trusted():
        serials = [
            card.certificate.serial_number for card in all_of_them if card.kind.revoked and card.authority == authority
        ]
        crl = authority.crl(now, revoked=serials, days=days)
        (folder / f"{authority.short}.crl").write_bytes(crl.public_bytes(_DER))
        together += crl.public_bytes(_PEM)
    (folder / "toutes.pem").write_bytes(together)


def _write_ocsp(folder: Path, igc: Igc, cards: Iterable[Card], now: datetime) -> None:
    authority = igc.people("FORT")
    responder = ocsp_responder(authority, now - timedelta(days=1))
    (folder / "repondeur.pem").write_bytes(responder.pem)
    (folder / "repondeur.key").write_bytes(_key(responder.key))
    lines = [_index_line(card, now) for card in cards if card.authority == authority]
    (folder / "index.txt").write_text("".join(lines), encoding="ascii")


def _index_line(card: Card, now: datetime) -> str:
    """Return a line of the file that ``openssl ocsp -index`` reads: status, end, revoked on, serial, file, name."""
    ends = card.certificate.not_valid_after_utc
    status = "R" if card.kind.revoked else "E" if ends <= now else "V"
    revoked = f"{now:%y%m%d%H%M%S}Z" if card.kind.revoked else ""
    serial = f"{card.certificate.serial_number:X}"
    fields = (status, f"{ends:%y%m%d%H%M%S}Z", revoked, serial.zfill(len(serial) + len(serial) % 2), "unknown")
    return "\t".join((*fields, f"/CN={card.kind.slug}")) + "\n"


def _key(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def ensure(folder: Path, now: datetime) -> None:
    """Make authority and cards at the first start, and give the lists of whoever kept a former one a new week."""
    if (folder / "autorites" / "confiance.pem").is_file():
        renew_lists(folder, now)
    else:
        write(folder, now)


def renew_lists(folder: Path, now: datetime) -> None:
    """Sign the lists anew, from the authorities' keys that lie beside their certificates."""
    revoked = [_certificate(folder / "cartes" / f"{kind.slug}.pem") for kind in CARDS if kind.revoked]
    together = b""
    for path in sorted((folder / "autorites").glob("AC*.key")):
        if not (folder / "crl" / f"{path.stem}.crl").is_file():
            continue  # an authority that portals don't trust has no list there
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError(f"{path} holds another kind of key than the demo made")
        authority = Authority(path.stem, _certificate(path.with_suffix(".pem")), key)
        serials = [one.serial_number for one in revoked if one.issuer == authority.certificate.subject]
        crl = authority.crl(now, revoked=serials)
        (folder / "crl" / f"{path.stem}.crl").write_bytes(crl.public_bytes(_DER))
        together += crl.public_bytes(_PEM)
    (folder / "crl" / "toutes.pem").write_bytes(together)


def _certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())
