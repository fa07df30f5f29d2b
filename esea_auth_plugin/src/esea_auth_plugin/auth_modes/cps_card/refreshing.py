"""Fetches the revocation lists, proves each against its authority, and puts it in place by one rename."""

from __future__ import annotations

import logging
import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from cryptography import x509

from ...errors import PortalError
from ...foundation.security import signatures
from ...interfaces import IOutbound
from ...pyramid_types import Registry
from ...services import current_time, find
from .authorities import common_name
from .revocation import MAX_BYTES, SUFFIX, ListRefused, parse, prove
from .settings import CardSettings
from .trust import Trust

logger = logging.getLogger(__name__)

_BUDGET = timedelta(seconds=60)
_RELOAD_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What became of one list. :ivar problem: ``""`` when it is in place or was there already."""

    url: str
    authority: str = ""
    changed: bool = False
    problem: str = ""


def refresh(registry: Registry) -> Sequence[Refreshed]:
    """Fetch every configured list; tell the proxy if one changed. One that fails leaves the former in place."""
    settings = find(registry, CardSettings)
    found = [_refresh_one(registry, settings, url) for url in settings.crl_urls]
    bundle_changed = _write_bundle(registry, settings)
    if settings.reload_command and (bundle_changed or any(one.changed for one in found)):
        _reload(settings.reload_command)
    return found


def refresh_job(registry: Registry) -> None:
    """Job: the same, every hour; what fails is in the log, and the lists' age in ``/healthz``."""
    for one in refresh(registry):
        if one.problem:
            logger.warning("revocation list %s: %s", one.url, one.problem)


def _refresh_one(registry: Registry, settings: CardSettings, url: str) -> Refreshed:
    trust = find(registry, Trust)
    try:
        answer = find(registry, IOutbound).fetch("GET", url, budget=_BUDGET, most_bytes=MAX_BYTES, signed_content=True)
        if answer.status != 200:
            return Refreshed(url, problem=f"status {answer.status}")
        crl = parse(answer.body)
        authority = prove(crl, trust.authorities)
        return _put(registry, settings, url, crl, authority)
    except PortalError as error:
        return Refreshed(url, problem=error.code)
    except ListRefused as error:
        return Refreshed(url, problem=str(error))
    except OSError as error:  # the other lists are still fetched
        return Refreshed(url, problem=f"can't be written ({type(error).__name__})")


def _put(
    registry: Registry,
    settings: CardSettings,
    url: str,
    crl: x509.CertificateRevocationList,
    authority: x509.Certificate,
) -> Refreshed:
    name = common_name(authority.subject)
    trust = find(registry, Trust)
    present = trust.folder.current().of(authority)
    if present is not None and crl.last_update_utc < present.last_update_utc:
        # An attacker on the way gives last month's list, properly signed, to bring a revoked card back.
        return Refreshed(url, name, problem="is older than the list at hand")
    now = current_time(registry)
    if crl.next_update_utc is None or crl.next_update_utc <= now:
        return Refreshed(url, name, problem="is over already")
    if crl == present:
        return Refreshed(url, name)
    path = Path(settings.crl_folder) / f"{_file_name(url)}{SUFFIX}"
    write_whole(path, signatures.der_of(crl))
    return Refreshed(url, name, changed=True)


def _file_name(url: str) -> str:
    """Return a plain file name for what an address of our own settings names."""
    stem = PurePosixPath(urlsplit(url).path).stem
    return "".join(sign for sign in stem if sign.isalnum() or sign in "-_") or "liste"


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that whoever reads sees the former or the new one, whole: beside it, then one rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".nouveau-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary = Path(name)
        temporary.chmod(0o644)  # the proxy reads it too, and a revocation list is public
        temporary.replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _write_bundle(registry: Registry, settings: CardSettings) -> bool:
    if not settings.crl_bundle:
        return False
    lists = find(registry, Trust).folder.current()
    content = b"".join(signatures.pem_of(crl) for _, crl in sorted(lists.by_name.items()))
    path = Path(settings.crl_bundle)
    if path.is_file() and path.read_bytes() == content:
        return False
    write_whole(path, content)
    return True


def _reload(command: Sequence[str]) -> None:
    try:
        # The operator's own words, from the ini file, without a shell.
        done = subprocess.run(list(command), check=False, timeout=_RELOAD_SECONDS, capture_output=True)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        logger.warning("esea_auth.cps_card.reload_command failed: %s", type(error).__name__)
        return
    if done.returncode:
        logger.warning("esea_auth.cps_card.reload_command ended with status %d", done.returncode)
