"""Keeps and checks the passwords of accounts; argon2 runs outside transactions, whoever calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ...foundation.database import IDatabase, lock_accounts, rows_changed
from ...foundation.security.passwords import PasswordHashes
from ...pyramid_types import Registry
from ...services import current_time, find
from .models import PasswordRow


@dataclass(frozen=True, slots=True)
class Checked:
    """Outcome of a check.

    :ivar renewed: a new hash of the same password at today's cost, when the stored one is weaker;
        :ivar former: the hash that it may replace. :ivar set_at: when the password that was compared was set.
    """

    right: bool
    renewed: str = ""
    former: str = ""
    set_at: datetime | None = None


class Passwords:
    """See :class:`~esea_auth_plugin.interfaces.IPasswords`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def hash(self, password: str) -> str:
        """See the interface."""
        return find(self._registry, PasswordHashes).hash(password)

    def set_hash(self, session: Session, subject: str, password_hash: str) -> None:
        """See the interface."""
        now = current_time(self._registry)
        lock_accounts(self._registry, session, subject)
        session.execute(delete(PasswordRow).where(PasswordRow.subject == subject))
        session.add(PasswordRow(subject=subject, password_hash=password_hash, changed_at=now))
        session.flush()

    def check(self, subject: str | None, password: str) -> bool:
        """See the interface."""
        return self.examine(subject, password).right

    def examine(self, subject: str | None, password: str) -> Checked:
        """Like :meth:`check`; tells too whether the hash should be made anew. One query and one hash, whoever it is."""
        with find(self._registry, IDatabase).reading() as session:
            # « nobody » asks the table the same question as anybody.
            row = session.execute(
                select(PasswordRow.password_hash, PasswordRow.changed_at).where(
                    PasswordRow.subject == (subject or "nobody")
                )
            ).first()
        stored = row.password_hash if row is not None else None
        hashes = find(self._registry, PasswordHashes)
        right, weak = hashes.verify(stored, password)
        if not right or row is None:
            return Checked(False)
        if not weak:
            return Checked(True, set_at=row.changed_at)
        return Checked(True, renewed=hashes.hash(password), former=row.password_hash, set_at=row.changed_at)

    def still(self, session: Session, subject: str, checked: Checked) -> bool:
        """Tell whether what was compared is still the account's password; held until this transaction ends.

        The hash runs before the transaction: a password replaced meanwhile would open a session that outlives the end
        of all the others.
        """
        same = select(PasswordRow.subject).where(
            PasswordRow.subject == subject, PasswordRow.changed_at == checked.set_at
        )
        return session.scalar(same.with_for_update()) is not None

    def renew(self, session: Session, subject: str, checked: Checked) -> bool:
        """Store the renewed hash, unless the password was changed meanwhile."""
        if not checked.renewed:
            return False
        statement = (
            update(PasswordRow)
            .where(PasswordRow.subject == subject, PasswordRow.password_hash == checked.former)
            .values(password_hash=checked.renewed)
        )
        return rows_changed(session, statement) == 1

    def held_by(self, session: Session, subject: str) -> bool:
        """See the interface."""
        return session.get(PasswordRow, subject) is not None

    def set_at(self, session: Session, subject: str) -> datetime | None:
        """See the interface."""
        return session.scalar(select(PasswordRow.changed_at).where(PasswordRow.subject == subject))

    def forget(self, session: Session, subject: str) -> bool:
        """See the interface."""
        lock_accounts(self._registry, session, subject)
        statement = delete(PasswordRow).where(PasswordRow.subject == subject)
        return rows_changed(session, statement) == 1
