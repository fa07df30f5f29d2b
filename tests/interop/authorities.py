"""Authorities of the throw-away IGC-Santé, read again from the folder that they were written to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from host_app.demo.cards import Authority

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa


def authority_of(folder: Path, short: str) -> Authority:
    """Return an authority that was written below ``folder``, by the name of its list (``ACI-FO-PP``)."""
    key = load_pem_private_key((folder / "autorites" / f"{short}.key").read_bytes(), None)
    certificate = x509.load_pem_x509_certificate((folder / "autorites" / f"{short}.pem").read_bytes())
    return Authority(short, certificate, cast("rsa.RSAPrivateKey", key))
