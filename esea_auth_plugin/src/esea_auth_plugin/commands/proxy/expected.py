"""The settings of the portal that a proxy's configuration must match, and checks that both servers share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .config_tree import ConfigReadError, read_bounded

#: Upper limit of a PEM file of authorities or revocation lists, in bytes; those of IGC-Santé have some megabytes.
_MAX_PEM_BYTES = 256 * 1024 * 1024
#: Headers that carry a certificate, or the proxy's secret: only the proxy may set them, on the card host only.
CARD_HEADERS = ("X-SSL-Client-Cert", "X-SSL-Client-Verify", "X-Portal-Proxy-Secret")
#: Further names from which an application may read a certificate or an identity: empty everywhere.
OTHER_HEADERS = ("X-SSL-Client-Refused-Cert", "Client-Cert", "Client-Cert-Chain", "X-Forwarded-Host")
#: Accepted verification depths. Below, every card is refused (card, PERSONNES authority, root); above, unknown
#: intermediate authorities could sign.
VERIFY_DEPTHS = range(2, 4)
#: Levels of the error log that do not quote request lines.
QUIET_LOG_LEVELS = frozenset({"crit", "alert", "emerg"})


@dataclass(frozen=True, slots=True)
class ExpectedSettings:
    """What the proxy's configuration is compared with.

    :ivar portal_host: host name without port. :ivar card_host: the same of the card host, ``""`` when there is none.
    :ivar secret: the secret that the proxy must send, ``""`` if it is not known here.
    """

    portal_host: str
    card_host: str = ""
    secret: str = ""


def readable_by_all(path: Path) -> bool:
    """Tell whether every user of this machine may read the file."""
    try:
        return bool(path.stat().st_mode & 0o004)
    except OSError:
        return False


def revocation_list_findings(crl: str, authorities: str) -> Iterator[str]:
    """Yield a finding when a PEM file does not hold exactly one revocation list for each authority."""
    if not (crl and authorities):
        return
    try:
        lists = read_bounded(Path(crl), _MAX_PEM_BYTES).count(b"BEGIN X509 CRL")
        signers = read_bounded(Path(authorities), _MAX_PEM_BYTES).count(b"BEGIN CERTIFICATE")
    except ConfigReadError as error:
        yield f"can't be read: {error}"
        return
    if lists < signers:
        yield f"{crl} holds {lists} revocation lists for {signers} authorities: cards of the others are all refused"
    elif lists > signers:
        reason = "with the list of an ORGANISATIONS authority, server certificates pass the proxy"
        yield f"{crl} holds {lists} revocation lists for {signers} authorities: {reason}"
