"""The revocation lists at hand: read from a folder, each proven by its authority, read anew when a file changes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from .authorities import Authorities, common_name

logger = logging.getLogger(__name__)

#: The largest real list has some hundred thousand lines.
MAX_BYTES = 64 * 1024 * 1024
SUFFIX = ".crl"


class ListRefused(ValueError):
    """A list is none of ours, or not signed by its authority."""


@dataclass(frozen=True, slots=True)
class CrlStatus:
    """Where one authority's list stands. :ivar issued: ``None`` when there is no list."""

    authority: str
    issued: datetime | None
    next_update: datetime | None = None
    entries: int = 0

    def age(self, at: datetime) -> timedelta | None:
        """Return how old the list is."""
        return at - self.issued if self.issued is not None else None

    def stale(self, at: datetime, most: timedelta) -> bool:
        """Tell whether the list is missing, over, or older than the portal believes."""
        if self.issued is None or self.next_update is None:
            return True
        return at >= self.next_update or at - self.issued > most


@dataclass(frozen=True, slots=True)
class Lists:
    """The newest proven list of each authority, by the authority's name in DER. ``version`` changes with the files."""

    version: tuple[tuple[str, int, int], ...] = ()
    by_name: Mapping[bytes, x509.CertificateRevocationList] = field(default_factory=dict)

    def of(self, authority: x509.Certificate) -> x509.CertificateRevocationList | None:
        """Return an authority's list."""
        return self.by_name.get(authority.subject.public_bytes())

    def status_of(self, authority: x509.Certificate) -> CrlStatus:
        """Return where an authority's list stands."""
        found = self.of(authority)
        name = common_name(authority.subject)
        if found is None:
            return CrlStatus(name, None)
        return CrlStatus(name, found.last_update_utc, found.next_update_utc, len(found))


def parse(content: bytes) -> x509.CertificateRevocationList:
    """Read a list in DER or PEM.

    :raises ListRefused: it is none.
    """
    if len(content) > MAX_BYTES:
        raise ListRefused("is too long")
    try:
        if content.lstrip().startswith(b"-----BEGIN"):
            return x509.load_pem_x509_crl(content)
        return x509.load_der_x509_crl(content)
    except Exception as error:  # whatever somebody else's bytes make a parser raise
        raise ListRefused("is no revocation list") from error


def prove(crl: x509.CertificateRevocationList, authorities: Authorities) -> x509.Certificate:
    """Return the authority whose list this is, its signature proven.

    :raises ListRefused: it is of no authority of ours, or somebody else signed it.
    """
    try:
        # Fields are parsed when they are read: each may raise.
        issuer, next_update, _ = crl.issuer.public_bytes(), crl.next_update_utc, crl.last_update_utc
    except Exception as error:
        raise ListRefused("has a field that can't be read") from error
    authority = authorities.by_name(issuer)
    if authority is None:
        raise ListRefused("is of none of the configured authorities")
    try:
        signed = crl.is_signature_valid(authority.public_key())  # type: ignore[arg-type]  # whatever key it has
    except Exception as error:  # keys and algorithms that don't go together raise many things
        raise ListRefused("has a signature that can't be checked") from error
    if not signed:
        raise ListRefused("is not signed by its authority")
    if next_update is None:
        raise ListRefused("does not say when the next one comes")
    return authority


class ListFolder:
    """The folder's lists, kept in memory until a file of it changes."""

    def __init__(self, folder: Path, authorities: Authorities) -> None:
        self.folder = folder
        self._authorities = authorities
        self._lock = threading.Lock()
        self._kept: Lists | None = None

    def current(self) -> Lists:
        """Return the lists as they lie there now."""
        with self._lock:
            version = self._version()
            if self._kept is None or self._kept.version != version:
                self._kept = self._read(version)
            return self._kept

    def _version(self) -> tuple[tuple[str, int, int], ...]:
        found = []
        for path in sorted(self.folder.glob(f"*{SUFFIX}")) if self.folder.is_dir() else []:
            try:
                stat = path.stat()
            except OSError:  # swapped away between the two looks
                continue
            found.append((path.name, stat.st_mtime_ns, stat.st_size))
        return tuple(found)

    def _read(self, version: tuple[tuple[str, int, int], ...]) -> Lists:
        found: dict[bytes, x509.CertificateRevocationList] = {}
        for name, _, size in version:
            try:
                if size > MAX_BYTES:
                    raise ListRefused("is too long")
                crl = parse((self.folder / name).read_bytes())
                authority = prove(crl, self._authorities).subject.public_bytes()
            except (ListRefused, OSError) as error:
                # Left out: who depends on it is refused, and /healthz tells that the list is missing.
                logger.warning("revocation list %s left out: %s", name, error)
                continue
            if authority not in found or crl.last_update_utc > found[authority].last_update_utc:
                found[authority] = crl
        return Lists(version, found)
