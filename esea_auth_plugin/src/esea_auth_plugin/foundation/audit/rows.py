"""Reads the trail's tables without trusting them: what can't be read becomes a value that proves nothing.

Whoever can write the tables can store what the models would refuse (on SQLite any type in any column). Moments are
therefore read as text, and rows are plain tuples, streamed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, Text, cast, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from .models import AuditDigest, AuditEvent, AuditPersonal, AuditSeal

_PAGE = 500
#: Stands for a moment that can't be read; it equals no moment of a row that the portal wrote.
UNREADABLE = datetime.min.replace(tzinfo=UTC)


class UnreadableRows(Exception):
    """The database could not give a row: it holds what is no text or no moment."""


class SealPart(NamedTuple):
    """A seal as it stands in the table."""

    number: int
    event_id: str
    link: str


class DigestPart(NamedTuple):
    """A digest as it stands in the table."""

    event_id: str
    at: datetime
    digest: str
    origin: str
    mac: str


class EventPart(NamedTuple):
    """An event as it stands in the table."""

    id: str
    at: datetime
    action: str
    outcome: str
    actor: str | None
    target: str | None
    details: str
    personal_digest: str
    salt: str


class PersonalPart(NamedTuple):
    """A side row as it stands in the table."""

    event_id: str
    sealed: str
    erased_by: str
    erased_mac: str


class TrailRow(NamedTuple):
    """What belongs to one event; a part that is missing is ``None``."""

    seal: SealPart | None
    digest: DigestPart | None
    event: EventPart | None
    personal: PersonalPart | None


_DIGEST: tuple[Any, ...] = (
    AuditDigest.event_id,
    cast(AuditDigest.at, Text),
    AuditDigest.digest,
    AuditDigest.origin,
    AuditDigest.mac,
)
_PARTS: tuple[tuple[Any, ...], ...] = (
    (AuditSeal.number, AuditSeal.event_id, AuditSeal.link),
    _DIGEST,
    (
        AuditEvent.id,
        cast(AuditEvent.at, Text),
        AuditEvent.action,
        AuditEvent.outcome,
        AuditEvent.actor,
        AuditEvent.target,
        AuditEvent.details,
        AuditEvent.personal_digest,
        AuditEvent.salt,
    ),
    (AuditPersonal.event_id, AuditPersonal.sealed, AuditPersonal.erased_by, AuditPersonal.erased_mac),
)
_COLUMNS = [column.label(f"c{index}") for index, column in enumerate(column for part in _PARTS for column in part)]
_DIGEST_COLUMNS = [column.label(f"c{index}") for index, column in enumerate(_DIGEST)]


def sealed_rows(session: Session, *, after: int | None = None) -> Iterator[TrailRow]:
    """Yield every seal in the order of the numbers, and whatever is left of its event.

    :param after: yield only seals with a higher number.
    """
    query = (
        select(*_COLUMNS)
        .select_from(AuditSeal)
        .outerjoin(AuditDigest, AuditDigest.event_id == AuditSeal.event_id)
        .outerjoin(AuditEvent, AuditEvent.id == AuditSeal.event_id)
        .outerjoin(AuditPersonal, AuditPersonal.event_id == AuditSeal.event_id)
        .order_by(AuditSeal.number)
    )
    if after is not None:
        query = query.where(AuditSeal.number > after)
    return _trail_rows(session, query)


def unsealed_rows(session: Session) -> Iterator[TrailRow]:
    """Yield the events that have a digest and no seal at all; :func:`sealed_rows` yields all others."""
    query = (
        select(*_COLUMNS)
        .select_from(AuditDigest)
        .outerjoin(AuditSeal, AuditSeal.event_id == AuditDigest.event_id)
        .outerjoin(AuditEvent, AuditEvent.id == AuditDigest.event_id)
        .outerjoin(AuditPersonal, AuditPersonal.event_id == AuditDigest.event_id)
        .where(AuditSeal.number.is_(None))
        .order_by(AuditDigest.at, AuditDigest.event_id)
    )
    return _trail_rows(session, query)


def sealed_rows_of(session: Session, *actions: str) -> Iterator[TrailRow]:
    """Yield the sealed events of some actions in the order of the chain."""
    query = (
        select(*_COLUMNS)
        .select_from(AuditEvent)
        .join(AuditDigest, AuditDigest.event_id == AuditEvent.id)
        .join(AuditSeal, AuditSeal.event_id == AuditEvent.id)
        .outerjoin(AuditPersonal, AuditPersonal.event_id == AuditEvent.id)
        .where(AuditEvent.action.in_(actions), AuditSeal.number > 0)
        .order_by(AuditSeal.number)
    )
    return _trail_rows(session, query)


def rows_of_person(session: Session, subject: str) -> Iterator[TrailRow]:
    """Yield the events of a person whose side row is not erased."""
    query = (
        select(*_COLUMNS)
        .select_from(AuditEvent)
        .join(AuditPersonal, AuditPersonal.event_id == AuditEvent.id)
        .outerjoin(AuditDigest, AuditDigest.event_id == AuditEvent.id)
        .outerjoin(AuditSeal, AuditSeal.event_id == AuditEvent.id)
        .where((AuditEvent.actor == subject) | (AuditEvent.target == subject), AuditPersonal.sealed != "")
    )
    return _trail_rows(session, query)


def row_of_event(session: Session, event_id: str) -> TrailRow | None:
    """Return one event that has a digest."""
    query = (
        select(*_COLUMNS)
        .select_from(AuditEvent)
        .join(AuditDigest, AuditDigest.event_id == AuditEvent.id)
        .outerjoin(AuditSeal, AuditSeal.event_id == AuditEvent.id)
        .outerjoin(AuditPersonal, AuditPersonal.event_id == AuditEvent.id)
        .where(AuditEvent.id == event_id)
    )
    return next(_trail_rows(session, query), None)


def waiting_digests(session: Session, after: datetime | None) -> Iterator[DigestPart]:
    """Yield the digests without a seal, oldest first.

    :param after: moment before which none is looked for, so that the sealer does not read a trail of years each time.
    """
    query = (
        select(*_DIGEST_COLUMNS)
        .select_from(AuditDigest)
        .outerjoin(AuditSeal, AuditSeal.event_id == AuditDigest.event_id)
        .where(AuditSeal.number.is_(None))
        .order_by(AuditDigest.at, AuditDigest.event_id)
    )
    if after is not None:
        query = query.where(AuditDigest.at > after)
    return (_digest(tuple(row)) for row in _streamed(session, query))


def digest_of_event(session: Session, event_id: str) -> DigestPart | None:
    """Return the digest of one event."""
    query = select(*_DIGEST_COLUMNS).where(AuditDigest.event_id == event_id)
    return next((_digest(tuple(row)) for row in _streamed(session, query)), None)


def last_seal(session: Session) -> SealPart | None:
    """Return the newest seal."""
    columns: tuple[Any, ...] = (AuditSeal.number, AuditSeal.event_id, AuditSeal.link)
    query = select(*columns).where(AuditSeal.number > 0).order_by(AuditSeal.number.desc()).limit(1)
    return next((SealPart(*row) for row in _streamed(session, query)), None)


def seals_outside_chain(session: Session) -> Sequence[str]:
    """Return the events of seals whose number no sealer gives: the chain never passes through them."""
    query: Select[Any] = select(AuditSeal.event_id).where(AuditSeal.number < 1).order_by(AuditSeal.number)
    return [row[0] for row in _streamed(session, query)]


def _trail_rows(session: Session, query: Select[Any]) -> Iterator[TrailRow]:
    widths = [len(part) for part in _PARTS]
    starts = [sum(widths[:index]) for index in range(len(widths))]
    for row in _streamed(session, query):
        seal, digest, event, personal = (
            tuple(row[start : start + width]) for start, width in zip(starts, widths, strict=True)
        )
        yield TrailRow(
            SealPart(*seal) if seal[0] is not None else None,
            _digest(digest) if digest[0] is not None else None,
            EventPart(event[0], _moment(event[1]), *event[2:]) if event[0] is not None else None,
            PersonalPart(*personal) if personal[0] is not None else None,
        )


def _streamed(session: Session, query: Select[Any]) -> Iterator[Any]:
    try:
        with _lenient(session), session.execute(query.execution_options(yield_per=_PAGE)) as found:
            yield from found
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        raise UnreadableRows(type(error.orig).__name__) from error
    except (TypeError, ValueError) as error:
        raise UnreadableRows(type(error).__name__) from error


@contextmanager
def _lenient(session: Session) -> Iterator[None]:
    """Have the driver give every row: on SQLite a text that is not UTF-8 would end the walk."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL datestyle TO ISO"))
        yield
        return
    driver: Any = session.connection().connection.driver_connection
    former = driver.text_factory
    driver.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        yield
    finally:
        driver.text_factory = former


def _digest(row: tuple[Any, ...]) -> DigestPart:
    return DigestPart(row[0], _moment(row[1]), *row[2:])


def _moment(value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(value)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return UNREADABLE
