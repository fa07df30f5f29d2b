"""Makes sheets of ten codes, and uses each code once. The slow hash is always computed outside transactions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from ...foundation.database import IDatabase, lock_accounts, new_id
from ...foundation.security import lookup
from ...foundation.security.passwords import HashCost
from ...interfaces import ISealer
from ...pyramid_types import Registry
from ...services import find
from ...settings import AuthSettings
from .models import RecoveryCodeRow, RecoverySheetRow

PURPOSE = "recovery_codes"
CODES = 10


@dataclass(frozen=True, slots=True)
class NewSheet:
    """Ten codes just made: printed once, stored as digests."""

    id: str
    salt: str
    cost: HashCost
    codes: tuple[str, ...]
    digests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SheetStatus:
    """A person's sheet as it stands. :ivar left: codes that were not used yet."""

    id: str
    made_at: datetime
    left: int
    last_used_at: datetime | None


class RecoveryCodes:
    """The sheets of people."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def make(self) -> NewSheet:
        """Make ten codes and hash each; about a fifth of a second, so never in a transaction."""
        sheet, salt, cost = new_id(), lookup.new_salt_text(), self._cost()
        codes = tuple(lookup.new_lookup_code() for _ in range(CODES))
        digests = tuple(self._digests(code, sheet, salt, cost)[0] for code in codes)
        return NewSheet(sheet, salt, cost, codes, digests)

    def store(self, session: Session, subject: str, sheet: NewSheet, at: datetime) -> None:
        """Make it the person's only sheet; the codes of the former one open nothing any more."""
        lock_accounts(self._registry, session, subject)
        self.revoke(session, subject)
        cost = sheet.cost
        session.add(
            RecoverySheetRow(
                id=sheet.id,
                subject=subject,
                salt=sheet.salt,
                memory_kib=cost.memory_kib,
                passes=cost.passes,
                lanes=cost.lanes,
                made_at=at,
            )
        )
        session.flush()
        session.add_all(RecoveryCodeRow(sheet_id=sheet.id, digest=digest) for digest in sheet.digests)
        session.flush()

    def digests_of(self, subject: str | None, typed: str) -> tuple[str, ...]:
        """Return what a typed code is looked up by: one slow hash, whoever it is and whatever they have."""
        with find(self._registry, IDatabase).reading() as session:
            found = session.execute(
                select(
                    RecoverySheetRow.id,
                    RecoverySheetRow.salt,
                    RecoverySheetRow.memory_kib,
                    RecoverySheetRow.passes,
                    RecoverySheetRow.lanes,
                ).where(RecoverySheetRow.subject == (subject or "nobody"))
            ).first()
        if found is None:
            self._digests(typed, "nobody", lookup.new_salt_text(), self._cost())
            return ()
        cost = HashCost(found.memory_kib, found.passes, found.lanes)
        return self._digests(typed, found.id, found.salt, cost)

    def use(self, session: Session, subject: str, digests: tuple[str, ...], at: datetime) -> SheetStatus | None:
        """Use a code up and return how its sheet stands then; ``None``: it is worth nothing (wrong, used, replaced).

        One conditional update: of two answers with one code at the same moment, one changes the row.
        """
        sheet = select(RecoverySheetRow.id).where(RecoverySheetRow.subject == subject).scalar_subquery()
        used = (
            update(RecoveryCodeRow)
            .where(RecoveryCodeRow.sheet_id == sheet, RecoveryCodeRow.digest.in_(digests))
            .where(RecoveryCodeRow.used_at.is_(None))
            .values(used_at=at)
            .execution_options(synchronize_session=False)
        )
        if not digests or cast("CursorResult[Any]", session.execute(used)).rowcount != 1:
            return None
        return self.sheet_of(session, subject)

    def sheet_of(self, session: Session, subject: str) -> SheetStatus | None:
        """Return the person's sheet, in one query."""
        row = session.execute(
            select(
                RecoverySheetRow.id,
                RecoverySheetRow.made_at,
                func.count(RecoveryCodeRow.id) - func.count(RecoveryCodeRow.used_at),
                func.max(RecoveryCodeRow.used_at),
            )
            .outerjoin(RecoveryCodeRow, RecoveryCodeRow.sheet_id == RecoverySheetRow.id)
            .where(RecoverySheetRow.subject == subject)
            .group_by(RecoverySheetRow.id, RecoverySheetRow.made_at)
        ).first()
        return SheetStatus(*row) if row is not None else None

    def revoke(self, session: Session, subject: str, sheet: str | None = None) -> bool:
        """Delete the person's sheet (``sheet``: only if it is that one)."""
        lock_accounts(self._registry, session, subject)
        gone = delete(RecoverySheetRow).where(RecoverySheetRow.subject == subject)
        if sheet is not None:
            gone = gone.where(RecoverySheetRow.id == sheet)
        return cast("CursorResult[Any]", session.execute(gone)).rowcount == 1

    def _digests(self, code: str, sheet: str, salt: str, cost: HashCost) -> tuple[str, ...]:
        sealer = find(self._registry, ISealer)
        return lookup.lookup_digests(sealer, code, salt=salt, cost=cost, purpose=PURPOSE, bound_to=sheet)

    def _cost(self) -> HashCost:
        settings = find(self._registry, AuthSettings)
        return HashCost(settings.argon2_memory_kib, settings.argon2_time_cost, settings.argon2_parallelism)
