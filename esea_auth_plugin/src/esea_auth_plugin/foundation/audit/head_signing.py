"""Signs the head of the chain into the head file, and reads the file that a portal is configured with."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...interfaces import IAuditTrail
from ...pyramid_types import Registry
from ...services import current_time, find
from ...settings import FoundationSettings
from ..database import IDatabase
from ..security.signing import SigningKey, VerifyingKey, read_public_keys
from .explanations import written_by_portal
from .heads import Head, HeadFile, HeadFileBroken, line_hash, new_line, read_heads
from .keys import TrailKeys
from .models import AuditSeal
from .rows import UnreadableRows, sealed_rows, sealed_rows_of
from .sealer import seal_in

HEAD_SIGNED = "audit.head_signed"
#: A head is signed each day; past this age the job that signs it does not work.
MAX_AGE = timedelta(days=2)


class HeadNotSigned(Exception):
    """The chain does not continue the heads signed before: signing its head would approve what was changed."""


@dataclass(frozen=True, slots=True)
class HeadConfig:
    """Where the heads of a portal are, and the keys that sign and check them."""

    path: Path
    key: SigningKey
    public_keys: Sequence[VerifyingKey]


def head_config(registry: Registry) -> HeadConfig | None:
    """Return the head file's settings, ``None`` when there is none."""
    own = find(registry, FoundationSettings)
    if not own.audit_head_file:
        return None
    key = SigningKey.from_pem(own.audit_head_key)
    former = Path(own.audit_head_former_keys).read_text(encoding="ascii") if own.audit_head_former_keys else ""
    return HeadConfig(
        Path(own.audit_head_file), key, [key.public, *(read_public_keys(former) if former.strip() else ())]
    )


def read_file(config: HeadConfig, path: Path | None = None) -> HeadFile:
    """Read and check a head file, the configured one by default; one that is not there yet is empty.

    :raises HeadFileBroken: it does not verify.
    """
    try:
        text = (path or config.path).read_text(encoding="ascii")
    except FileNotFoundError:
        if path is not None:
            raise
        return HeadFile()
    except UnicodeDecodeError as error:
        raise HeadFileBroken("holds something else than heads") from error
    return read_heads(text, config.public_keys)


def sign_head(registry: Registry, *, new_file: bool = False) -> Head | None:
    """Job: append the chain's head to the head file, and record that; ``None`` if there is nothing to sign.

    :param new_file: begin a file although heads were signed before (the operator moved the former one away).
    :raises HeadNotSigned: the chain is shorter than a head signed before, was changed since, or the file lost heads.
    """
    config = head_config(registry)
    if config is None:
        return None
    with _locked(config.path) as descriptor:
        former = read_file(config)
        with find(registry, IDatabase).reading() as session:
            signed = last_recorded(session, find(registry, TrailKeys))
            number, link = _verified_head(session, find(registry, TrailKeys), former.last)
        if number == 0:
            return None
        known = former.last.sequence if former.last else 0
        if signed > known and not (new_file and former.last is None):
            raise HeadNotSigned(
                f"the trail tells of {signed} heads, the head file of {known}: it lost heads, or is another portal's"
            )
        line = new_line(
            former,
            config.key,
            sequence=max(signed, known) + 1,
            at=current_time(registry),
            portal=find(registry, FoundationSettings).url,
            number=number,
            link=link,
        )
        os.write(descriptor, line.encode())
        os.fsync(descriptor)
        head = read_file(config).last
    if head is not None:
        with find(registry, IDatabase).writing() as session:
            details = {"sequence": head.sequence, "number": head.number, "line": line_hash(line)}
            find(registry, IAuditTrail).record(session, HEAD_SIGNED, details=details)
            seal_in(session, find(registry, TrailKeys), current_time(registry))
    return head


def last_recorded(session: Session, keys: TrailKeys) -> int:
    """Return the sequence of the last head that the trail itself tells of."""
    found = 0
    try:
        for row in sealed_rows_of(session, HEAD_SIGNED):
            if row.event is not None and written_by_portal(row, keys):
                found = max(found, int(json.loads(row.event.details)["sequence"]))
    except UnreadableRows:
        return found  # the walk over the chain says so
    return found


def _verified_head(session: Session, keys: TrailKeys, former: Head | None) -> tuple[int, str]:
    """Follow the chain from the last signed head to its end; only links that verify are signed."""
    number, link = (former.number, former.link) if former is not None else (0, "")
    if former is not None and session.scalar(select(AuditSeal.link).where(AuditSeal.number == number)) != link:
        raise HeadNotSigned(f"seal {number} is not what was signed on {former.at}: verify the trail")
    for row in sealed_rows(session, after=number or None):
        seal, digest = row.seal, row.digest
        if seal is None or digest is None or not keys.follows(seal, digest, link, number + 1):
            raise HeadNotSigned(f"seal {number + 1} does not verify: verify the trail")
        number, link = seal.number, seal.link
    return number, link


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """Open the file for appending, readable by its owner only, for one process at a time."""
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)
