"""Keeps authenticator applications: keys sealed, each step accepted once, drift followed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from ...authentication.contract import Attempt
from ...foundation.database import lock_accounts, new_id, rows_changed
from ...foundation.security.sealing import SealBroken
from ...interfaces import IAuditTrail, ISealer
from ...pyramid_types import Registry
from ...services import find
from . import codes
from .models import TotpRow

PURPOSE = "totp.key"
ADDRESS = "totp.address"
#: Each one is compared at every try; nobody carries more telephones.
MAX_APPLICATIONS = 8


class Applications:
    """The applications of people."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def add(self, session: Session, attempt: Attempt, subject: str, key: str, step: int, label: str) -> str:
        """Store an application whose first code was right; that code's step is used up. Return its reference."""
        lock_accounts(self._registry, session, subject)
        reference = new_id()
        sealer = find(self._registry, ISealer)
        session.add(
            TotpRow(
                id=reference,
                subject=subject,
                label=label,
                sealed_secret=sealer.seal(key.encode(), purpose=PURPOSE, bound_to=reference),
                last_step=step,
                drift=codes.measured_drift(step, attempt.at),
                added_at=attempt.at,
            )
        )
        session.flush()
        return reference

    def accept(self, session: Session, attempt: Attempt, subject: str, typed: str) -> str | None:
        """Return the application whose code this is and use its step up; ``None`` if it is worth nothing.

        Wrong, too old, typed before: the caller is told no difference.
        """
        for row in self.of(session, subject):
            key = self._key(row)
            step = codes.matching_step(key, typed, attempt.at, drift=row.drift, after=row.last_step) if key else None
            if step is not None and self._use(session, attempt, row, step):
                return row.id
        return None

    def of(self, session: Session, subject: str) -> Sequence[TotpRow]:
        """Return the person's applications, oldest first, as they are stored now."""
        query = select(TotpRow).where(TotpRow.subject == subject).order_by(TotpRow.added_at, TotpRow.id)
        return session.scalars(query.execution_options(populate_existing=True)).all()

    def count(self, session: Session, subject: str) -> int:
        """Return how many the person has."""
        return session.scalar(select(func.count()).select_from(TotpRow).where(TotpRow.subject == subject)) or 0

    def rename(self, session: Session, subject: str, reference: str, label: str) -> bool:
        """Give one of the person's applications another name."""
        renamed = update(TotpRow).where(TotpRow.id == reference, TotpRow.subject == subject).values(label=label)
        return rows_changed(session, renamed) == 1

    def revoke(self, session: Session, subject: str, reference: str) -> bool:
        """Delete one of the person's applications, its key with it."""
        lock_accounts(self._registry, session, subject)
        gone = delete(TotpRow).where(TotpRow.id == reference, TotpRow.subject == subject)
        return rows_changed(session, gone) == 1

    def address(self, row: TotpRow) -> str:
        """Return where it was last used from, ``""`` if unknown."""
        return self._opened(row.sealed_address, ADDRESS, row.id)

    def _use(self, session: Session, attempt: Attempt, row: TotpRow, step: int) -> bool:
        """Move the last step forward: of two answers with one code at the same moment one moves it (row 9)."""
        sealer = find(self._registry, ISealer)
        drift = codes.measured_drift(step, attempt.at)
        moved = (
            update(TotpRow)
            .where(TotpRow.id == row.id, TotpRow.subject == row.subject, TotpRow.last_step < step)
            .values(
                last_step=step,
                drift=drift,
                last_used_at=attempt.at,
                sealed_address=sealer.seal(attempt.address.encode(), purpose=ADDRESS, bound_to=row.id),
            )
            .execution_options(synchronize_session=False)
        )
        former = row.drift
        if rows_changed(session, moved) != 1:
            return False
        if drift != former:
            find(self._registry, IAuditTrail).record(
                session, "totp.clock_drift", target=row.subject, details={"device": row.id, "steps": drift}
            )
        return True

    def _key(self, row: TotpRow) -> str:
        # A key whose master key left the ring, or that was pasted here, matches nothing; the others still do.
        return self._opened(row.sealed_secret, PURPOSE, row.id)

    def _opened(self, sealed: str, purpose: str, row_id: str) -> str:
        if not sealed:
            return ""
        try:
            return find(self._registry, ISealer).open(sealed, purpose=purpose, bound_to=row_id).decode()
        except SealBroken:
            return ""
