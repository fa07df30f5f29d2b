"""Sends what the outbox holds: takes a row by a lease, sends outside any transaction, then marks and wipes it.

A worker killed in mid-send leaves a lease that ends; the next one sends the same mail under the same Message-ID.
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from ...interfaces import Backlog, IAuditTrail, IClock, IMailboxes, ISealer
from ...pyramid_types import Registry
from ...services import current_time, find, offers
from ...settings import FoundationSettings
from ..database import IDatabase
from .content import open_recipient, open_values
from .declared import proves_mailbox
from .message import build
from .models import Delivery
from .rendering import EmailRenderer
from .transport import MailRefused, SmtpTransport, transport_of

log = logging.getLogger(__name__)

#: Waits after the first, second… failed try; after the last one the email is given up (about a day in all).
BACK_OFF = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 28_800))
_BATCH = 100


@dataclass(frozen=True, slots=True)
class _Taken:
    """A delivery that this worker alone may send until the lease ends."""

    id: str
    name: str
    recipient: str
    content: str
    message_id: str
    attempt: int


class MailWorker:
    """:class:`~esea_auth_plugin.interfaces.IMailWorker`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._database = find(registry, IDatabase)
        self._clock = find(registry, IClock)
        self._sealer = find(registry, ISealer)
        self._settings = find(registry, FoundationSettings)
        # Longer than the slowest SMTP dialogue: some nine answers, each within the timeout.
        self._lease = max(timedelta(minutes=5), 12 * self._settings.mail_timeout)

    def deliver_due(self) -> int:
        """See :class:`~esea_auth_plugin.interfaces.IMailWorker`."""
        with self._database.reading() as session:
            due = session.execute(
                select(Delivery.id, Delivery.attempts)
                .where(_due(self._clock.now()))
                .order_by(Delivery.next_at, Delivery.id)
                .limit(_BATCH)
            ).all()
        if not due:
            return 0
        with self._batch():
            return sum(self._deliver_one(row, attempts) for row, attempts in due)

    def _batch(self) -> AbstractContextManager[None]:
        """Keep one connection for the batch, where the transport can."""
        transport = transport_of(self._registry)
        return transport.batch() if isinstance(transport, SmtpTransport) else nullcontext()

    def _deliver_one(self, row: str, attempts: int) -> bool:
        """Keep one email that can't even be taken from stopping those behind it."""
        try:
            return self._deliver(row, attempts)
        except Exception:
            log.exception("delivery %s can't be handled", row)
            return False

    def backlog(self, session: Session) -> Backlog:
        """See :class:`~esea_auth_plugin.interfaces.IMailWorker`."""
        now = self._clock.now()
        open_states = Delivery.state.in_(("waiting", "sending"))
        waiting = session.scalar(select(func.count()).select_from(Delivery).where(open_states))
        oldest: datetime | None = session.scalar(select(func.min(Delivery.created_at)).where(open_states))
        lost = and_(Delivery.state.in_(("given_up", "expired")), Delivery.ended_at > now - timedelta(days=1))
        given_up = session.scalar(select(func.count()).select_from(Delivery).where(lost))
        return Backlog(waiting or 0, None if oldest is None else now - oldest, given_up or 0)

    def _deliver(self, row: str, attempts: int) -> bool:
        taken = self._take(row, attempts)
        if taken is None:
            return False
        try:
            self._send(taken)
        except MailRefused as error:
            self._give_up(taken, error)
        except Exception as error:  # a server down, a template broken: told, tried again
            self._failed(taken, error)
        else:
            self._end(taken, "sent")
            log.info("sent %s as %s", taken.name, taken.message_id)
            return True
        return False

    def _take(self, row: str, attempts: int) -> _Taken | None:
        """Lease one row, or end it if what it carries is not valid any more."""
        now = self._clock.now()
        with self._database.writing() as session:
            found = session.execute(
                update(Delivery)
                .where(Delivery.id == row, Delivery.attempts == attempts, _due(now))
                .values(state="sending", attempts=attempts + 1, next_at=now + self._lease)
                .returning(
                    Delivery.name, Delivery.recipient, Delivery.content, Delivery.message_id, Delivery.valid_until
                )
            ).one_or_none()
            if found is None:  # another worker was faster
                return None
            name, recipient, content, message_id, valid_until = found
            if valid_until is not None and valid_until <= now:
                self._lose(session, row, attempts + 1, name, "expired", "expired")
                return None
            if not self._believed(session, row, name, recipient or ""):
                self._withhold(session, row, name)
                return None
        return _Taken(row, name, recipient or "", content or "", message_id, attempts + 1)

    def _believed(self, session: Session, row: str, name: str, recipient: str) -> bool:
        """Tell whether the email may go where it is addressed.

        Asked at the last moment and for every email: whoever bought the lapsed domain of a colleague would read codes,
        links and names. A portal without accounts has nothing to ask.
        """
        if not offers(self._registry, IMailboxes) or proves_mailbox(self._registry, name):
            return True
        address = open_recipient(self._sealer, recipient, row=row)
        believed: bool = find(self._registry, IMailboxes).believed(session, address)
        return believed

    def _withhold(self, session: Session, row: str, name: str) -> None:
        session.execute(update(Delivery).where(Delivery.id == row).values(**_wiped("withheld", self._clock.now())))
        find(self._registry, IAuditTrail).record(session, "mail.withheld", target=row, details={"letter": name})

    def _send(self, taken: _Taken) -> None:
        values = open_values(self._sealer, taken.content, row=taken.id)
        recipient = open_recipient(self._sealer, taken.recipient, row=taken.id)
        own = self._settings
        message = build(
            find(self._registry, EmailRenderer).render(taken.name, values),
            sender=own.mail_from,
            sender_name=own.mail_from_name or own.name,
            recipient=recipient,
            message_id=taken.message_id,
            at=self._clock.now(),
        )
        sender = own.mail_envelope_from or own.mail_from
        transport_of(self._registry).send(message, sender=sender, recipient=recipient)

    def _failed(self, taken: _Taken, error: Exception) -> None:
        if taken.attempt > len(BACK_OFF):
            self._give_up(taken, error)
            return
        wait = BACK_OFF[taken.attempt - 1]
        # The error's text may quote the recipient or a value: only its class is told.
        log.warning("%s not sent (%s), next try in %s", taken.name, type(error).__name__, wait)
        with self._database.writing() as session:
            session.execute(
                update(Delivery)
                .where(_still(taken))
                .values(state="waiting", next_at=self._clock.now() + wait, error=type(error).__name__)
            )

    def _give_up(self, taken: _Taken, error: Exception) -> None:
        with self._database.writing() as session:
            self._lose(session, taken.id, taken.attempt, taken.name, "given_up", type(error).__name__)

    def _end(self, taken: _Taken, state: str) -> None:
        with self._database.writing() as session:
            session.execute(update(Delivery).where(_still(taken)).values(**_wiped(state, self._clock.now())))

    def _lose(self, session: Session, row: str, attempt: int, name: str, state: str, error: str) -> None:
        """End an email that never left: in the log, in the trail, and in ``/healthz`` for a day."""
        lost = session.execute(
            update(Delivery)
            .where(Delivery.id == row, Delivery.attempts == attempt, Delivery.state == "sending")
            .values(error=error, **_wiped(state, self._clock.now()))
            .returning(Delivery.id)
        )
        if lost.one_or_none() is None:
            return
        log.error("letter %s (%s) %s after %d tries: %s", name, row, state.replace("_", " "), attempt, error)
        details = {"letter": name, "error": error, "attempts": attempt}
        find(self._registry, IAuditTrail).record(session, f"mail.{state}", outcome="error", target=row, details=details)


def purge(registry: Registry) -> None:
    """Job: forget deliveries that ended more than 30 days ago."""
    before = current_time(registry) - timedelta(days=30)
    with find(registry, IDatabase).writing() as session:
        session.execute(delete(Delivery).where(Delivery.ended_at < before))


def _due(now: datetime) -> Any:
    """Ready to be taken: its time has come, its lease has run out, or what it carries has just expired."""
    return or_(
        and_(Delivery.state.in_(("waiting", "sending")), Delivery.next_at <= now),
        and_(Delivery.state == "waiting", Delivery.valid_until <= now),
    )


def _still(taken: _Taken) -> Any:
    """Nobody took it again since."""
    return and_(Delivery.id == taken.id, Delivery.attempts == taken.attempt, Delivery.state == "sending")


def _wiped(state: str, now: datetime) -> dict[str, object]:
    return {"state": state, "ended_at": now, "recipient": None, "content": None}
