"""Gives, reads and withdraws roles; each act has one row in the audit trail."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, or_, select
from sqlalchemy.orm import Session

from ...directives import roles_of
from ...errors import PortalError
from ...foundation.database import lock_accounts, rows_changed
from ...interfaces import IAuditTrail, RoleHeld
from ...pyramid_types import Registry
from ...services import current_time, find
from .models import RoleRow, RoleSuspensionRow

#: Subjects that a statement names.
_MAX_NAMED = 500


def _suspended() -> ColumnElement[bool]:
    """Tell of a row of roles whether a recovery of its account has suspended it."""
    query = select(RoleSuspensionRow.id).where(
        RoleSuspensionRow.subject == RoleRow.subject, RoleSuspensionRow.restored_at.is_(None)
    )
    return query.correlate(RoleRow).exists()


class UnknownRole(PortalError):
    """The role is declared by no plugin of this portal."""

    code = "role.unknown"


class Roles:
    """See :class:`~esea_auth_plugin.interfaces.IRoles`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def of(self, session: Session, subject: str) -> tuple[RoleHeld, ...]:
        """See the interface. A role of a plugin that is not enabled any more is held by nobody."""
        return self._held(session, subject, ~_suspended())

    def usable_and_suspended(self, session: Session, subject: str) -> tuple[tuple[RoleHeld, ...], tuple[RoleHeld, ...]]:
        """See the interface."""
        query = self._query(subject).add_columns(_suspended())
        declared = roles_of(self._registry)
        usable: list[RoleHeld] = []
        suspended: list[RoleHeld] = []
        for role, scope, until, is_suspended in session.execute(query):
            if role in declared:
                (suspended if is_suspended else usable).append(RoleHeld(role, scope, until))
        return tuple(usable), tuple(suspended)

    def granted(self, session: Session, subject: str) -> tuple[RoleHeld, ...]:
        """See the interface."""
        return self._held(session, subject)

    def holders(self, session: Session, subjects: Collection[str]) -> frozenset[str]:
        """See the interface."""
        query = select(RoleRow.subject).where(RoleRow.role.in_(roles_of(self._registry)), self._in_force())
        if len(subjects) <= _MAX_NAMED:
            return frozenset(session.scalars(query.where(RoleRow.subject.in_(subjects)))) if subjects else frozenset()
        # The accounts of a mail domain: fewer people hold a role than a statement can name.
        return frozenset(session.scalars(query)) & frozenset(subjects)

    def people(self, session: Session, roles: Collection[str]) -> Sequence[str]:
        """See the interface."""
        query = select(RoleRow.subject).where(RoleRow.role.in_(roles), self._in_force()).distinct()
        return session.scalars(query.order_by(RoleRow.subject)).all()

    def holding(self, session: Session, role: str, scopes: Collection[str] = ()) -> Sequence[str]:
        """See the interface."""
        query = select(RoleRow.subject).where(RoleRow.role == role, RoleRow.scope.in_({"*", *scopes}), self._in_force())
        return session.scalars(query.where(~_suspended()).distinct().order_by(RoleRow.subject)).all()

    def _held(self, session: Session, subject: str, *conditions: ColumnElement[bool]) -> tuple[RoleHeld, ...]:
        rows = session.execute(self._query(subject).where(*conditions))
        declared = roles_of(self._registry)
        return tuple(RoleHeld(role, scope, until) for role, scope, until in rows if role in declared)

    def _query(self, subject: str) -> Select[str, str, datetime | None]:
        query = select(RoleRow.role, RoleRow.scope, RoleRow.until).where(RoleRow.subject == subject, self._in_force())
        return query.order_by(RoleRow.role, RoleRow.scope)

    def _in_force(self) -> ColumnElement[bool]:
        return or_(RoleRow.until.is_(None), RoleRow.until > current_time(self._registry))

    def give(
        self,
        session: Session,
        subject: str,
        role: str,
        *,
        scope: str = "*",
        given_by: str,
        until: datetime | None = None,
    ) -> None:
        """See the interface. Giving a role again moves its end.

        :raises UnknownRole: no plugin declares it.
        """
        if role not in roles_of(self._registry):
            raise UnknownRole("Ce rôle n'existe pas sur ce portail.")
        now = current_time(self._registry)
        lock_accounts(self._registry, session, subject)
        row = session.scalar(
            select(RoleRow).where(RoleRow.subject == subject, RoleRow.role == role, RoleRow.scope == scope)
        )
        if row is None:
            session.add(RoleRow(subject=subject, role=role, scope=scope, until=until, given_by=given_by, given_at=now))
        else:
            row.until, row.given_by, row.given_at = until, given_by, now
        session.flush()
        self._record(session, "role.given", given_by, subject, role, scope)

    def withdraw(self, session: Session, subject: str, role: str, *, scope: str = "*", by: str | None = None) -> bool:
        """See the interface."""
        lock_accounts(self._registry, session, subject)
        statement = delete(RoleRow).where(RoleRow.subject == subject, RoleRow.role == role, RoleRow.scope == scope)
        gone = rows_changed(session, statement) == 1
        if gone:
            self._record(session, "role.withdrawn", by, subject, role, scope)
        return gone

    def _record(self, session: Session, action: str, actor: str | None, subject: str, role: str, scope: str) -> None:
        find(self._registry, IAuditTrail).record(
            session, action, actor=actor, target=subject, details={"role": role, "scope": scope}
        )
