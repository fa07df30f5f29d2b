"""Proves the trail: every seal in order, every digest sealed or waiting, every content that is left unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..interfaces import ISealer
from ..security.sealing import SealBroken
from ..security.tokens import among, equal
from . import retention, service
from .content import digest_of, personal_digest_of
from .models import AuditDigest, AuditEvent, AuditPersonal, AuditSeal
from .sealer import PURPOSE, link_content

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Broken:
    """The first row that does not prove. ``number`` is that of its seal, 0 if it has none."""

    number: int
    event_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found.

    :ivar sealed: seals that prove. :ivar unsealed: digests that wait for the sealer (the tail).
    :ivar oldest_unsealed: since when the tail waits. :ivar erased: contents gone by retention or erasure.
    :ivar erased_personal: side rows gone. :ivar unreadable_personal: side rows whose key is not on the ring any more.
    :ivar head: ``number:link`` to be kept elsewhere and given as ``anchor`` next time.
    """

    sealed: int
    unsealed: int
    oldest_unsealed: datetime | None
    erased: int
    erased_personal: int
    unreadable_personal: int
    head: str
    broken: Broken | None = None

    @property
    def proven(self) -> bool:
        """Nothing is broken."""
        return self.broken is None


@dataclass(slots=True)
class _Progress:
    """Counts while walking, and what explains that a content is gone."""

    pruned_before: datetime | None = None
    erased_ids: frozenset[str] = frozenset()
    number: int = 0
    link: str = ""
    erased: int = 0
    erased_personal: int = 0
    unreadable_personal: int = 0
    broken: Broken | None = None


_Row = tuple[AuditSeal | None, AuditDigest | None, AuditEvent | None, AuditPersonal | None]


def verify(session: Session, sealer: ISealer, *, anchor: str = "") -> Report:
    """Walk the whole trail in a reading transaction; stops at the first broken row.

    :param anchor: a head noted earlier (``number:link``): the chain must still pass through it, which shows that its
        end was not cut off and written anew.
    """
    progress = _Progress(pruned_before=retention.pruned_before(session), erased_ids=retention.erased_ids(session))
    for row in _sealed(session):
        progress.broken = _check_seal(row, sealer, progress) or _check_content(row, sealer, progress)
        if progress.broken:
            break
        if anchor and anchor.partition(":")[0] == str(progress.number) and not equal(anchor, _head(progress)):
            progress.broken = Broken(progress.number, _event_id(row), "is not the head that was noted")
            break
    if not progress.broken:
        progress.broken = _check_anchor_reached(progress, anchor) or _check_tail(session, sealer, progress)
    return _report(session, progress)


def _sealed(session: Session) -> Iterator[_Row]:
    """Walk the chain page by page, in its order."""
    query = (
        select(AuditSeal, AuditDigest, AuditEvent, AuditPersonal)
        .outerjoin(AuditDigest, AuditDigest.event_id == AuditSeal.event_id)
        .outerjoin(AuditEvent, AuditEvent.id == AuditSeal.event_id)
        .outerjoin(AuditPersonal, AuditPersonal.event_id == AuditSeal.event_id)
        .order_by(AuditSeal.number)
        .limit(_PAGE)
    )
    after = 0
    while page := session.execute(query.where(AuditSeal.number > after)).all():
        yield from ((seal, digest, event, personal) for seal, digest, event, personal in page)
        after = page[-1][0].number


def _unsealed(session: Session) -> Iterator[_Row]:
    """Walk what waits for the sealer."""
    query = (
        select(AuditDigest, AuditEvent, AuditPersonal)
        .outerjoin(AuditSeal, AuditSeal.event_id == AuditDigest.event_id)
        .outerjoin(AuditEvent, AuditEvent.id == AuditDigest.event_id)
        .outerjoin(AuditPersonal, AuditPersonal.event_id == AuditDigest.event_id)
        .where(AuditSeal.number.is_(None))
        .order_by(AuditDigest.event_id)
        .limit(_PAGE)
    )
    after = ""
    while page := session.execute(query.where(AuditDigest.event_id > after)).all():
        yield from ((None, digest, event, personal) for digest, event, personal in page)
        after = page[-1][0].event_id


def _check_seal(row: _Row, sealer: ISealer, progress: _Progress) -> Broken | None:
    seal, digest, _, _ = row
    if seal is None:
        return None
    if seal.number != progress.number + 1:
        return Broken(progress.number + 1, "", "is missing: a seal was removed")
    progress.number = seal.number
    if digest is None:
        return Broken(seal.number, seal.event_id, "has no digest any more")
    content = link_content(progress.link, seal.number, digest.event_id, digest.digest, digest.at)
    if not among(seal.link, sealer.digests(content, purpose=PURPOSE)):
        return Broken(seal.number, seal.event_id, "does not follow from the seal before it")
    progress.link = seal.link
    return None


def _check_content(row: _Row, sealer: ISealer, progress: _Progress) -> Broken | None:
    seal, digest, event, personal = row
    number = seal.number if seal else 0
    if digest is None:
        return None
    if event is None:
        progress.erased += 1
        pruned = progress.pruned_before is not None and digest.at < progress.pruned_before
        if pruned or digest.event_id in progress.erased_ids:
            return None
        return Broken(number, digest.event_id, "has lost its content, and no retention or erasure tells why")
    if event.at != digest.at or not equal(digest.digest, digest_of(event)):
        return Broken(number, event.id, "was changed after it was written")
    if personal is None:
        progress.erased_personal += bool(event.personal_digest)
        return None
    try:
        clear = sealer.open(personal.sealed, purpose=service.PURPOSE, bound_to=event.id)
    except SealBroken as error:
        if isinstance(error.__cause__, KeyError):
            progress.unreadable_personal += 1
            return None
        return Broken(number, event.id, "has a side row that was changed")
    if not equal(event.personal_digest, personal_digest_of(clear)):
        return Broken(number, event.id, "has a side row that is not its own")
    return None


def _check_anchor_reached(progress: _Progress, anchor: str) -> Broken | None:
    wanted = anchor.partition(":")[0]
    if anchor and not (wanted.isdigit() and int(wanted) <= progress.number):
        return Broken(progress.number + 1, "", "is missing: the chain once was longer")
    return None


def _check_tail(session: Session, sealer: ISealer, progress: _Progress) -> Broken | None:
    """Contents that wait for their seal prove by their digest alone; a content without any digest proves nothing."""
    for row in _unsealed(session):
        broken = _check_content(row, sealer, progress)
        if broken:
            return broken
    stray = session.scalar(
        select(AuditEvent.id)
        .outerjoin(AuditDigest, AuditDigest.event_id == AuditEvent.id)
        .where(AuditDigest.event_id.is_(None))
        .order_by(AuditEvent.at)
        .limit(1)
    )
    return Broken(0, stray, "has no digest: it was not written by the portal") if stray else None


def _report(session: Session, progress: _Progress) -> Report:
    unsealed, oldest = session.execute(
        select(func.count(AuditDigest.event_id), func.min(AuditDigest.at))
        .outerjoin(AuditSeal, AuditSeal.event_id == AuditDigest.event_id)
        .where(AuditSeal.number.is_(None))
    ).one()
    return Report(
        sealed=progress.number - (1 if progress.broken and progress.broken.number == progress.number else 0),
        unsealed=unsealed,
        oldest_unsealed=oldest,
        erased=progress.erased,
        erased_personal=progress.erased_personal,
        unreadable_personal=progress.unreadable_personal,
        head=_head(progress),
        broken=progress.broken,
    )


def _head(progress: _Progress) -> str:
    return f"{progress.number}:{progress.link}"


def _event_id(row: _Row) -> str:
    return row[0].event_id if row[0] else ""
