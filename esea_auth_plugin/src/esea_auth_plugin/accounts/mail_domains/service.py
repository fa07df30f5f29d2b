"""What the support sees of mail domains, and decides of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...interfaces import DomainHeld, IAuditTrail, IMailboxes
from ...pyramid_types import Registry
from ...services import current_time, find
from .checks import keep, known_of
from .models import MailDomainRow
from .policy import Known, State


@dataclass(frozen=True, slots=True)
class DomainStatus:
    """One domain on the page. ``looked_at``: ``None`` before the first look; ``problem``: see the row."""

    held: DomainHeld
    known: Known
    looked_at: datetime | None
    problem: str

    @property
    def calls(self) -> bool:
        """The support has something to decide, or somebody to help."""
        return self.known.state is not State.SOUND or self.held.doubted > 0


class MailDomains:
    """Domains, for the support's page."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def statuses(self, session: Session) -> Sequence[DomainStatus]:
        """Return every domain of accounts, those that call first; two queries."""
        rows = {row.domain: row for row in session.scalars(select(MailDomainRow))}
        now = current_time(self._registry)
        found = [self._standing(held, rows.get(held.domain), now) for held in self._held(session)]
        return sorted(found, key=lambda one: (not one.calls, one.held.domain))

    def one(self, session: Session, domain: str) -> DomainStatus | None:
        """Return one domain that accounts have."""
        now = current_time(self._registry)
        row = session.get(MailDomainRow, domain)
        return next((self._standing(held, row, now) for held in self._held(session) if held.domain == domain), None)

    def approve(self, session: Session, status: DomainStatus, *, by: str) -> int:
        """The domain is in the right hands: believe its addresses again, and take its servers as they are now."""
        now = current_time(self._registry)
        believed = find(self._registry, IMailboxes).believe(session, status.held.domain, by=by)
        known = replace(_at_rest(status.known, now), vouched_at=now)
        self._decided(session, status, known, "mail_domain.vouched", by, len(believed))
        return len(believed)

    def reject(self, session: Session, status: DomainStatus, *, by: str) -> int:
        """The domain is in other hands: believe none of the addresses that were confirmed until now."""
        now = current_time(self._registry)
        doubted = find(self._registry, IMailboxes).unverify(session, status.held.domain, reason="support")
        self._decided(session, status, _at_rest(status.known, now), "mail_domain.disowned", by, len(doubted))
        return len(doubted)

    def _held(self, session: Session) -> Sequence[DomainHeld]:
        found: Sequence[DomainHeld] = find(self._registry, IMailboxes).domains(session)
        return found

    def _standing(self, held: DomainHeld, row: MailDomainRow | None, now: datetime) -> DomainStatus:
        looked, problem = (row.looked_at, row.problem) if row is not None else (None, "")
        return DomainStatus(held, known_of(row, now), looked, problem)

    def _decided(self, session: Session, status: DomainStatus, known: Known, action: str, by: str, count: int) -> None:
        now = current_time(self._registry)
        # At once, so that what is decided here starts from what is there now.
        keep(session, status.held.domain, known, now=status.looked_at or now, next_at=now)
        personal = {"domain": status.held.domain}
        find(self._registry, IAuditTrail).record(
            session, action, actor=by, details={"accounts": count}, personal=personal
        )


def _at_rest(known: Known, now: datetime) -> Known:
    """Return a domain as if it had just been met: its next look takes the servers that it finds."""
    return replace(
        known,
        state=State.SOUND,
        since=now,
        silent_since=None,
        silent_looks=0,
        name_servers=frozenset(),
        mail_servers=frozenset(),
    )
