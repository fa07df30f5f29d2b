"""Verifies the trail: every seal in order, every event written by the portal, every loss explained.

One pass over the chain, streamed, whatever its length. A row that does not verify is reported and the walk goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ..security.sealing import SealBroken
from ..security.tokens import equal
from . import service, triggers
from .content import digest_of, personal_digest_of
from .explanations import Explanations, explanations
from .keys import ERASED_BEFORE_MARKS, TrailKeys
from .models import AuditDigest, AuditEvent
from .rows import DigestPart, EventPart, PersonalPart, TrailRow, UnreadableRows, sealed_rows, unsealed_rows
from .sealer import LATEST_COMMIT

#: Broken rows that a report names; all are counted.
MAX_NAMED = 20


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that does not verify. ``number`` is that of its seal, 0 if it has none."""

    number: int
    event_id: str
    why: str


@dataclass(slots=True)
class Report:
    """What a verification found.

    :ivar sealed: seals that verify. :ivar unsealed: events that wait for the sealer.
    :ivar oldest_unsealed: since when they wait. :ivar erased: contents gone by retention or erasure.
    :ivar erased_personal: side rows erased. :ivar head: ``number:link`` of the last seal, to be kept elsewhere.
    :ivar problems: the first rows that do not verify. :ivar problem_count: how many there are.
    :ivar missing_triggers: append-only triggers that somebody removed or replaced.
    :ivar foreign_triggers: triggers and rules on the tables that are not the portal's.
    """

    sealed: int = 0
    unsealed: int = 0
    oldest_unsealed: datetime | None = None
    erased: int = 0
    erased_personal: int = 0
    head: str = "0:"
    problems: list[Broken] = field(default_factory=list)
    problem_count: int = 0
    missing_triggers: Sequence[str] = ()
    foreign_triggers: Sequence[str] = ()

    @property
    def proven(self) -> bool:
        """Nothing is broken."""
        return not self.problem_count

    @property
    def broken(self) -> Broken | None:
        """The first row that does not verify."""
        return self.problems[0] if self.problems else None

    def add(self, number: int, event_id: object, why: str) -> None:
        """Report a row."""
        self.problem_count += 1
        if len(self.problems) < MAX_NAMED:
            self.problems.append(Broken(number, str(event_id)[:36], why))


def verify(
    session: Session,
    keys: TrailKeys,
    *,
    now: datetime,
    anchor: str = "",
    heads: Mapping[int, str] | None = None,
) -> Report:
    """Walk the whole trail in a reading transaction.

    :param now: an event dated later explains no loss.
    :param anchor: a head noted earlier, ``number:link``: the chain must still pass through it, which shows that its end
        was not cut off and written anew.
    :param heads: such heads, number and link, from a signed head file.
    """
    walk = _Walk(keys, explanations_of(session, keys, now), dict(heads or {}))
    report = walk.report
    if anchor:
        walk.add_anchor(anchor)
    try:
        for row in sealed_rows(session):
            walk.sealed(row)
        for row in unsealed_rows(session):
            walk.unsealed(row)
    except UnreadableRows as error:
        report.add(walk.number + 1, "", f"can't be read ({error}), nor can what follows")
    walk.end()
    for event_id in session.scalars(_strays().limit(MAX_NAMED)):
        report.add(0, event_id, "has no digest: it was not written by the portal")
    report.missing_triggers = triggers.missing(session.connection())
    report.foreign_triggers = triggers.foreign(session.connection())
    return report


def explanations_of(session: Session, keys: TrailKeys, now: datetime) -> Explanations:
    """Read what explains losses; rows that can't be read explain nothing, and the walk reports them."""
    try:
        return explanations(session, keys, now)
    except UnreadableRows:
        return Explanations()


class _Walk:
    """Counts while walking."""

    def __init__(self, keys: TrailKeys, explained: Explanations, heads: dict[int, str]) -> None:
        self.report = Report()
        self.number = 0
        self._link = ""
        self._keys = keys
        self._explained = explained
        self._heads = heads
        self._head_at: datetime | None = None
        self._coded = False
        self._pruned = 0
        self._emptied: dict[str, int] = {}

    def add_anchor(self, anchor: str) -> None:
        """Have the chain pass through a head that somebody noted."""
        number, _, link = anchor.partition(":")
        if number.isascii() and number.isdigit() and self._heads.get(int(number), link) == link:
            self._heads[int(number)] = link
        else:
            self.report.add(0, "", "the head given is none, or contradicts the head file")

    def sealed(self, row: TrailRow) -> None:
        """Check one link and what it seals."""
        before = self.report.problem_count
        try:
            why = [*self._link_problems(row), *self._content_problems(row)]
        except Exception as error:  # whatever somebody stored there
            why = [f"can't be read ({type(error).__name__})"]
        for each in why:
            self.report.add(self.number, row.seal.event_id if row.seal else "", each)
        self.report.sealed += self.report.problem_count == before

    def unsealed(self, row: TrailRow) -> None:
        """Check what waits for its seal."""
        digest = row.digest
        if digest is None:
            return
        self.report.unsealed += 1
        self.report.oldest_unsealed = min(self.report.oldest_unsealed or digest.at, digest.at)
        try:
            why = [*self._unsealed_problems(digest), *self._content_problems(row)]
        except Exception as error:  # whatever somebody stored there
            why = [f"can't be read ({type(error).__name__})"]
        for each in why:
            self.report.add(0, digest.event_id, each)

    def end(self) -> None:
        """Check what only the whole shows."""
        self.report.head = f"{self.number}:{self._link}"
        for number in sorted(self._heads):
            if number > self.number:
                self.report.add(self.number + 1, "", f"is missing: the chain once had {number} seals")
                break
        stated = self._explained.pruning.total if self._explained.pruning else 0
        if self._pruned != stated:
            why = f"{self._pruned} contents are gone by retention, and the events that explain it tell of {stated}"
            self.report.add(0, "", why)
        for event_id, count in self._emptied.items():
            if event_id != ERASED_BEFORE_MARKS and count > self._explained.erased_personal[event_id].count:
                self.report.add(0, event_id, f"explains fewer erased side rows than the {count} that name it")

    def _link_problems(self, row: TrailRow) -> Iterator[str]:
        seal, digest = row.seal, row.digest
        if seal is None:
            return
        if seal.number < 1:
            yield f"has a seal with the number {seal.number}, which no sealer gives: it is outside the chain"
            return
        if seal.number != self.number + 1:
            missing = seal.number - self.number - 1
            several = f"{missing} seals in a row were" if missing > 1 else "a seal was"
            self.report.add(self.number + 1, "", f"is missing: {several} removed")
        previous, self.number, self._link = self._link, seal.number, seal.link
        if self._heads.get(seal.number, seal.link) != seal.link:
            yield "is not the head that was noted"
        if digest is None:
            yield "has no digest any more"
            return
        self._coded |= bool(digest.mac)
        old_after_new = self._coded and not digest.mac
        if old_after_new or not self._keys.follows(seal, digest, previous, seal.number):
            yield "does not follow from the seal before it"
        self._head_at = digest.at

    def _unsealed_problems(self, digest: DigestPart) -> Iterator[str]:
        if not digest.mac or not self._keys.is_own(digest.origin):
            yield "was not written by this portal"
        if self._head_at is not None and digest.at <= self._head_at - LATEST_COMMIT:
            yield "is too old for the sealer, and was not sealed in its time"

    def _content_problems(self, row: TrailRow) -> Iterator[str]:
        digest, event = row.digest, row.event
        if digest is None:
            return
        if digest.mac and not self._written_by_portal(digest):
            if self._keys.is_own(digest.origin):
                yield "was not written by the portal: its code is wrong, or made with a key that is not on the ring"
            else:
                yield "was written under an address that is neither portal.url nor one of portal.former_urls"
        if event is None:
            yield from self._loss_problems(digest)
        elif event.at != digest.at or not equal(digest.digest, digest_of(event)):
            yield "was changed after it was written"
        else:
            yield from self._personal_problems(event, row.personal)

    def _written_by_portal(self, digest: DigestPart) -> bool:
        try:
            return self._keys.event_mac_matches(digest.mac, digest.event_id, digest.at, digest.digest, digest.origin)
        except SealBroken:
            return False

    def _loss_problems(self, digest: DigestPart) -> Iterator[str]:
        self.report.erased += 1
        if digest.event_id in self._explained.erased:
            return
        pruning = self._explained.pruning
        if pruning is not None and digest.at < pruning.before:
            self._pruned += 1
        else:
            yield "has lost its content, and no retention or erasure tells why"

    def _personal_problems(self, event: EventPart, personal: PersonalPart | None) -> Iterator[str]:
        if personal is None:
            if event.personal_digest:
                yield "has lost its side row, and no erasure tells why"
        elif personal.sealed:
            yield from self._sealed_personal_problems(event, personal.sealed)
        elif self._is_marked(event, personal):
            self.report.erased_personal += 1
            self._emptied[personal.erased_by] = self._emptied.get(personal.erased_by, 0) + 1
        else:
            yield "has an emptied side row, and no erasure tells why"

    def _is_marked(self, event: EventPart, personal: PersonalPart) -> bool:
        erasure = self._explained.erased_personal.get(personal.erased_by)
        of_person = erasure is not None and erasure.subject in {event.actor, event.target}
        explained = of_person or personal.erased_by == ERASED_BEFORE_MARKS
        try:
            return explained and self._keys.erasure_mac_matches(
                personal.erased_mac, personal.event_id, personal.erased_by
            )
        except SealBroken:
            return False

    def _sealed_personal_problems(self, event: EventPart, sealed: str) -> Iterator[str]:
        try:
            clear = self._keys.sealer.open(sealed, purpose=service.PURPOSE, bound_to=event.id)
        except SealBroken as error:
            missing = isinstance(error.__cause__, KeyError)
            yield f"has a side row that {'names a key that is not on the ring' if missing else 'was changed'}"
            return
        if not equal(event.personal_digest, personal_digest_of(clear)):
            yield "has a side row that is not its own"


def _strays() -> Select[Any]:
    return (
        select(AuditEvent.id)
        .outerjoin(AuditDigest, AuditDigest.event_id == AuditEvent.id)
        .where(AuditDigest.event_id.is_(None))
        .order_by(AuditEvent.at)
    )
