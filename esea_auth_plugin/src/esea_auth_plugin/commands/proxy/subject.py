"""What a proxy's configuration is compared with: the portal's own settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: Headers that carry a certificate, or the word of our proxy: set by it alone, on the card host alone.
CARD_HEADERS = ("X-SSL-Client-Cert", "X-SSL-Client-Verify", "X-Portal-Proxy-Secret")
#: Further names that an application may read a certificate or an identity from: empty everywhere.
OTHER_HEADERS = ("X-SSL-Client-Refused-Cert", "Client-Cert", "Client-Cert-Chain", "X-Forwarded-Host")
#: Fewer than these links between a card and its root, and every card is refused; more, and nobody knows who signed.
DEPTHS = range(2, 4)


@dataclass(frozen=True, slots=True)
class Subject:
    """The portal whose proxy is examined.

    :ivar portal_host: name without port. :ivar card_host: the same of the card host, ``""`` when there is none.
    :ivar secret: what the proxy must send, ``""`` if it is not known here.
    """

    portal_host: str
    card_host: str = ""
    secret: str = ""


def findings_of(path: Path, subject: Subject) -> Iterator[str]:
    """Examine a proxy's configuration, nginx's or Apache's; yield one sentence a finding."""
    from .apache_rules import apache_findings
    from .nginx_rules import nginx_findings

    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        yield f"{path} can't be read ({error.strerror}): run doctor as a user who may, or name another file"
        return
    apache = any(word in text for word in ("<VirtualHost", "IncludeOptional", "ServerRoot", "LoadModule"))
    yield from (apache_findings if apache else nginx_findings)(path, subject)


def readable_by_all(path: Path) -> bool:
    """Tell whether any user of this machine may read the file."""
    try:
        return bool(path.stat().st_mode & 0o004)
    except OSError:
        return False


def missing_lists(crl: str, authorities: str) -> Iterator[str]:
    """Tell when a PEM file of revocation lists holds fewer of them than there are authorities."""
    if not (crl and authorities):
        return
    try:
        lists = Path(crl).read_bytes().count(b"BEGIN X509 CRL")
        signers = Path(authorities).read_bytes().count(b"BEGIN CERTIFICATE")
    except OSError as error:
        yield f"{error.filename} can't be read ({error.strerror})"
        return
    if lists < signers:
        yield f"{crl} holds {lists} revocation lists for {signers} authorities: cards of the others are all refused"
    elif lists > signers:
        more = "with an ORGANISATIONS authority's, servers' certificates pass the proxy"
        yield f"{crl} holds {lists} revocation lists for {signers} authorities: {more}"
