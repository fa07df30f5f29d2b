"""Gives a proxy of this machine the authorities and the revocation lists of the demo's throw-away IGC-Santé."""

from __future__ import annotations

import shutil
import ssl
from pathlib import Path

from .rendering import Location


def give_lists(place: Location, folder: Path) -> None:
    """Copy what the proxy trusts; ``folder`` is what :func:`host_app.demo.cards.write` wrote.

    Of the lists, those of the PERSONNES authorities and their roots alone: a certificate of an ORGANISATIONS authority
    leads to the same roots, and without that authority's list nginx refuses it as well.
    """
    shutil.copy(folder / "autorites" / "confiance.pem", place.folder / "cps" / "autorites.pem")
    lists = [path for path in sorted((folder / "crl").glob("AC*.crl")) if not path.stem.endswith("-ORG")]
    fresh = place.folder / "cps" / "crl" / "toutes.new"
    fresh.write_text("".join(_pem(path.read_bytes()) for path in lists), encoding="ascii")
    fresh.replace(place.folder / "cps" / "crl" / "toutes.pem")


def _pem(der: bytes) -> str:
    return ssl.DER_cert_to_PEM_cert(der).replace(" CERTIFICATE-", " X509 CRL-")
