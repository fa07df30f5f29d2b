"""Requests to e-CPS applications, as rows: asked by a page, carried by the worker, told to the page that waits.

A request that PSC will never take (unknown, ineligible, asked too often) is a decoy: it waits like the others and ends
at the same moment, so that nobody finds out who has an e-CPS.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from ...authentication.contract import Poll
from ...foundation.database import IDatabase, new_id
from ...foundation.security import tokens
from ...interfaces import ISealer
from ...pyramid_types import Registry
from ...services import current_time, find
from .models import EcpsRequest

PURPOSE = "ecps.request"
#: Every request ends then, whatever PSC says of its own: a shorter or longer wait would tell a decoy from a real one.
TTL = timedelta(minutes=2)
#: A worker that dies gives its rows back after this; longer than one call to PSC ever takes.
LEASE = timedelta(seconds=30)
ASKED, RINGING, DECOY = "asked", "ringing", "decoy"
DONE, REFUSED, DOWN, INVALID, USED = "done", "refused", "down", "invalid", "used"
WAITING = (ASKED, RINGING, DECOY)
#: Seconds between two questions of the waiting page.
PACE = 2


@dataclass(frozen=True, slots=True)
class Due:
    """A request that a worker has leased. :ivar content: ``login_hint`` at first, ``auth_req_id`` then."""

    id: str
    state: str
    number: str
    content: Mapping[str, object]
    interval: int
    failures: int
    asked_at: datetime


class EcpsRequests:
    """Reads and writes :class:`EcpsRequest`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    # --- the page

    def ask(self, session: Session, attempt: str, national_id: str, at: datetime, *, decoy: bool) -> None:
        """Leave a request for the worker; the attempt's former one is over."""
        session.execute(delete(EcpsRequest).where(EcpsRequest.attempt == attempt))
        row = new_id()
        session.add(
            EcpsRequest(
                id=row,
                attempt=attempt,
                state=DECOY if decoy else ASKED,
                number=tokens.new_code(6)[-2:],
                sealed=self._sealed(row, {"login_hint": national_id}),
                asked_at=at,
                next_at=at,
                ends_at=at + TTL,
            )
        )
        session.flush()

    def of_attempt(self, session: Session, attempt: str) -> EcpsRequest | None:
        """Return the request of a sign-in."""
        return session.scalar(select(EcpsRequest).where(EcpsRequest.attempt == attempt))

    def take(self, session: Session, attempt: str, at: datetime) -> Mapping[str, object] | None:
        """Take who answered, once; ``None`` if nobody has, or somebody took it before."""
        taken = session.execute(
            update(EcpsRequest)
            .where(EcpsRequest.attempt == attempt, EcpsRequest.state == DONE, EcpsRequest.ends_at > at)
            .values(state=USED)
            .returning(EcpsRequest.id, EcpsRequest.sealed)
            .execution_options(synchronize_session=False)
        ).first()
        return self._opened(taken.id, taken.sealed) if taken is not None else None

    def drop(self, session: Session, attempt: str) -> None:
        """Forget the request of a sign-in."""
        session.execute(delete(EcpsRequest).where(EcpsRequest.attempt == attempt))

    def poll(self, session: Session, at: datetime, *which: ColumnElement[bool]) -> Poll | None:
        """Tell a page whether to go on; ``None`` if there is no such request. One query."""
        row = session.execute(select(EcpsRequest.state, EcpsRequest.ends_at).where(*which)).first()
        if row is None:
            return None
        return Poll(ready=row.state not in WAITING or row.ends_at <= at, seconds=PACE)

    # --- the worker

    def lease_due(self, most: int) -> Sequence[Due]:
        """Lease requests that must be asked about now; another worker gets others."""
        now = current_time(self._registry)
        free = or_(EcpsRequest.lease_until.is_(None), EcpsRequest.lease_until <= now)
        due = (EcpsRequest.state.in_((ASKED, RINGING)), EcpsRequest.next_at <= now, EcpsRequest.ends_at > now, free)
        database = find(self._registry, IDatabase)
        with database.reading() as session:
            ids = list(session.scalars(select(EcpsRequest.id).where(*due).order_by(EcpsRequest.next_at).limit(most)))
        if not ids:
            return ()
        with database.writing() as session:
            rows = session.execute(
                update(EcpsRequest)
                .where(EcpsRequest.id.in_(ids), *due)
                .values(lease_until=now + LEASE)
                .returning(
                    EcpsRequest.id,
                    EcpsRequest.state,
                    EcpsRequest.number,
                    EcpsRequest.sealed,
                    EcpsRequest.interval,
                    EcpsRequest.failures,
                    EcpsRequest.asked_at,
                )
            ).all()
        return [
            Due(
                row.id,
                row.state,
                row.number,
                self._opened(row.id, row.sealed),
                row.interval,
                row.failures,
                row.asked_at,
            )
            for row in rows
        ]

    def note(self, due: Due, *, content: Mapping[str, object] | None = None, **values: object) -> None:
        """Write what PSC said, if the request is still where the worker took it from."""
        if content is not None:
            values["sealed"] = self._sealed(due.id, content)
        with find(self._registry, IDatabase).writing() as session:
            session.execute(
                update(EcpsRequest)
                .where(EcpsRequest.id == due.id, EcpsRequest.state == due.state)
                .values(lease_until=None, **values)
            )

    def _sealed(self, row: str, content: Mapping[str, object]) -> str:
        text = json.dumps(dict(content)).encode()
        return find(self._registry, ISealer).seal(text, purpose=PURPOSE, bound_to=row)

    def _opened(self, row: str, sealed: str) -> Mapping[str, object]:
        found: Mapping[str, object] = json.loads(
            find(self._registry, ISealer).open(sealed, purpose=PURPOSE, bound_to=row)
        )
        return found
