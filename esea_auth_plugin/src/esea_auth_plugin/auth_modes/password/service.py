"""Keeps and checks the passwords of accounts; argon2 runs outside transactions, whoever calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from ...database import IDatabase
from ...interfaces import IClock
from ...security.passwords import PasswordHashes
from ...services import find
from .models import PasswordRow


@dataclass(frozen=True, slots=True)
class Checked:
    """Outcome of a check.

    :ivar renewed: a new hash of the same password at today's cost, when the stored one is weaker;
        :ivar former: the hash that it may replace.
    """

    right: bool
    renewed: str = ""
    former: str = ""


class Passwords:
    """See :class:`~esea_auth_plugin.interfaces.IPasswords`."""

    def __init__(self, registry: Any) -> None:
        self._registry = registry

    def hash(self, password: str) -> str:
        """See the interface."""
        return find(self._registry, PasswordHashes).hash(password)

    def set_hash(self, session: Session, subject: str, password_hash: str) -> None:
        """See the interface."""
        now = find(self._registry, IClock).now()
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
            stored = session.scalar(
                select(PasswordRow.password_hash).where(PasswordRow.subject == (subject or "nobody"))
            )
        hashes = find(self._registry, PasswordHashes)
        right, weak = hashes.verify(stored, password)
        if not right or not weak or stored is None:
            return Checked(right)
        return Checked(True, renewed=hashes.hash(password), former=stored)

    def renew(self, session: Session, subject: str, checked: Checked) -> bool:
        """Store the renewed hash, unless the password was changed meanwhile."""
        if not checked.renewed:
            return False
        statement = (
            update(PasswordRow)
            .where(PasswordRow.subject == subject, PasswordRow.password_hash == checked.former)
            .values(password_hash=checked.renewed)
        )
        return cast("CursorResult[Any]", session.execute(statement)).rowcount == 1

    def held_by(self, session: Session, subject: str) -> bool:
        """See the interface."""
        return session.get(PasswordRow, subject) is not None

    def forget(self, session: Session, subject: str) -> bool:
        """Remove the account's password."""
        statement = delete(PasswordRow).where(PasswordRow.subject == subject)
        return cast("CursorResult[Any]", session.execute(statement)).rowcount == 1
