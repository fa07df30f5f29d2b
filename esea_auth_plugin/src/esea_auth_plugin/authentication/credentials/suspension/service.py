"""Freezes factors, tells whether a proof rests on a frozen one, and lifts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ....foundation.database import lock_accounts, rows_changed
from ....interfaces import IAuditTrail, Proof
from ....pyramid_types import Registry
from ....services import current_time, find
from .models import SuspendedFactorRow

#: The reason of what « Ce n'était pas moi » freezes: the support lifts it once identity was checked, nothing else.
CONTESTED = "contested"
#: The reason of what its own person reported lost: it ends when the device is removed, or found again.
LOST = "lost"


@dataclass(frozen=True, slots=True)
class SuspendedFactor:
    """A factor that is refused for now. ``reference`` is ``""`` when the whole mode is frozen."""

    mode: str
    reference: str
    at: datetime
    reason: str


class SuspendedFactors:
    """The frozen factors of people."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def of(self, session: Session, subject: str) -> Sequence[SuspendedFactor]:
        """Return what is frozen for a person, oldest first."""
        rows = session.scalars(
            select(SuspendedFactorRow).where(SuspendedFactorRow.subject == subject).order_by(SuspendedFactorRow.at)
        )
        return [SuspendedFactor(row.mode, row.reference, row.at, row.reason) for row in rows]

    def refuses(self, session: Session, subject: str, proof: Proof) -> bool:
        """Tell whether a proof rests on a frozen factor: it then shows nothing, right as it may be.

        A credential is frozen in every mode that uses it: a passkey also where it signs for a QR code.
        """
        own = SuspendedFactorRow.reference == (proof.authenticator or "")
        whole_mode = (SuspendedFactorRow.mode == proof.mode) & (SuspendedFactorRow.reference == "")
        named = own & (SuspendedFactorRow.reference != "")
        frozen = select(SuspendedFactorRow.id).where(SuspendedFactorRow.subject == subject, whole_mode | named)
        return session.scalar(frozen.limit(1)) is not None

    def blocks(self, session: Session, subject: str, mode: str) -> bool:
        """Tell whether a whole mode is frozen for a person."""
        return any((one.mode, one.reference) == (mode, "") for one in self.of(session, subject))

    def suspend_factor(
        self, session: Session, subject: str, mode: str, reference: str = "", *, reason: str, by: str | None = None
    ) -> bool:
        """Refuse a factor from now on; ``False`` if it was frozen already."""
        lock_accounts(self._registry, session, subject)
        if any((one.mode, one.reference) == (mode, reference) for one in self.of(session, subject)):
            return False
        now = current_time(self._registry)
        session.add(SuspendedFactorRow(subject=subject, mode=mode, reference=reference, at=now, reason=reason))
        session.flush()
        self._audit(session, "factor.frozen", subject, by, mode=mode, reference=reference, reason=reason)
        return True

    def lift(self, session: Session, subject: str, mode: str, reference: str = "", *, by: str) -> bool:
        """Accept a factor again; ``False`` if it was not frozen."""
        lock_accounts(self._registry, session, subject)
        statement = delete(SuspendedFactorRow).where(
            SuspendedFactorRow.subject == subject,
            SuspendedFactorRow.mode == mode,
            SuspendedFactorRow.reference == reference,
        )
        if rows_changed(session, statement) != 1:
            return False
        self._audit(session, "factor.lifted", subject, by, mode=mode, reference=reference)
        return True

    def forget(self, session: Session, subject: str, mode: str, reference: str) -> None:
        """Forget a credential that is gone: nothing is refused by a name that nothing bears."""
        session.execute(
            delete(SuspendedFactorRow)
            .where(SuspendedFactorRow.subject == subject, SuspendedFactorRow.mode == mode)
            .where(SuspendedFactorRow.reference == reference, SuspendedFactorRow.reference != "")
        )

    def _audit(self, session: Session, action: str, subject: str, by: str | None, **details: str) -> None:
        find(self._registry, IAuditTrail).record(session, action, actor=by, target=subject, details=details)
