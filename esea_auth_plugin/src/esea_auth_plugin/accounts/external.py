"""External identities of accounts: found, linked, noted at each use, unlinked. See :class:`IExternalIdentities`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..errors import PortalError
from ..foundation.database import lock_accounts, new_id
from ..interfaces import AccountState, ExternalLink, Holder, IAuditTrail, ISealer
from ..interfaces import ExternalIdentity as Shown
from ..pyramid_types import Registry
from ..services import current_time, find
from . import attribute_store
from .models import Account, ExternalIdentity, IdentityAttribute
from .service import lock_account

_ADDRESS = "identity.address"
_NUMBERS = frozenset({"rpps", "adeli"})


class LinkedElsewhere(PortalError):
    """The external identity is another account's."""

    code = "identity.linked_elsewhere"


class ExternalIdentities:
    """See :class:`~esea_auth_plugin.interfaces.IExternalIdentities`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def find(self, session: Session, issuer: str, subject: str) -> ExternalLink | None:
        """See the interface."""
        found = self._links(session, ExternalIdentity.issuer == issuer, ExternalIdentity.subject == subject)
        return found[0] if found else None

    def of_account(self, session: Session, account: str, *, kind: str | None = None) -> Sequence[ExternalLink]:
        """See the interface."""
        conditions = [Account.subject == account]
        if kind is not None:
            conditions.append(ExternalIdentity.kind == kind)
        return self._links(session, *conditions)

    def insert(self, session: Session, account: str, identity: Shown, *, by: str | None = None) -> ExternalLink:
        """Insert a link, and keep what it proves among the account's attributes; called by ``linking`` alone.

        :raises LinkedElsewhere: another account has it.
        """
        now = current_time(self._registry)
        account_id = lock_account(session, account)
        if account_id is None:
            raise LookupError(account)
        row = ExternalIdentity(
            id=new_id(),
            account_id=account_id,
            issuer=identity.issuer,
            subject=identity.subject,
            kind=identity.kind,
            origin=identity.origin,
            at=now,
            label=identity.label,
            evidence=dict(identity.evidence),
        )
        try:
            with session.begin_nested():  # the unique key decides between two accounts at the same second
                session.add(row)
        except IntegrityError as error:
            raise LinkedElsewhere("Cette identité est déjà liée à un compte.") from error
        proven = attribute_store.prove(
            session, self._sealer, account_id, identity.attributes, origin=identity.origin, now=now
        )
        self._audit(session, "identity.linked", account, by or account, kind=identity.kind, link=row.id, names=proven)
        return self._links(session, ExternalIdentity.id == row.id)[0]

    def noted(self, session: Session, link_id: str, *, evidence: Mapping[str, str], address: str = "") -> None:
        """See the interface."""
        link = next(iter(self._links(session, ExternalIdentity.id == link_id)), None)
        if link is None:
            return
        lock_accounts(self._registry, session, link.account)
        sealed = self._sealer.seal(address.encode(), purpose=_ADDRESS, bound_to=link_id) if address else ""
        session.execute(
            update(ExternalIdentity)
            .where(ExternalIdentity.id == link_id)
            .values(evidence=dict(evidence), last_used_at=current_time(self._registry), sealed_address=sealed)
        )
        if dict(link.evidence) != dict(evidence):
            self._audit(session, "identity.renewed", link.account, link.account, kind=link.kind, link=link_id)

    def unlink(self, session: Session, account: str, link_id: str, *, reason: str, by: str | None = None) -> bool:
        """See the interface."""
        lock_accounts(self._registry, session, account)
        statement = (
            delete(ExternalIdentity)
            .where(ExternalIdentity.id == link_id, ExternalIdentity.account_id == _id_of(account))
            .returning(ExternalIdentity.kind)
        )
        kind = session.execute(statement).scalar()
        if kind is None:
            return False
        self._audit(session, "identity.unlinked", account, by or account, kind=kind, link=link_id, reason=reason)
        return True

    def holders(self, session: Session, attribute: str, value: str) -> Sequence[Holder]:
        """See the interface."""
        if attribute not in _NUMBERS or not value:
            return ()
        rows = session.execute(
            select(Account.subject, IdentityAttribute.origin)
            .join(IdentityAttribute, IdentityAttribute.account_id == Account.id)
            .where(IdentityAttribute.name == attribute, IdentityAttribute.value == value)
            .where(Account.state != AccountState.CLOSED)
            .order_by(Account.created_at)
        )
        return [Holder(subject, origin) for subject, origin in rows]

    @property
    def _sealer(self) -> ISealer:
        return find(self._registry, ISealer)

    def _links(self, session: Session, *conditions: ColumnElement[bool]) -> list[ExternalLink]:
        rows = session.execute(
            select(ExternalIdentity, Account.subject)
            .join(Account, Account.id == ExternalIdentity.account_id)
            .where(*conditions)
            .order_by(ExternalIdentity.at)
            # The row may just have been changed by a Core statement in this very session.
            .execution_options(populate_existing=True)
        )
        return [self._view(row, account) for row, account in rows]

    def _view(self, row: ExternalIdentity, account: str) -> ExternalLink:
        address = ""
        if row.sealed_address:
            address = self._sealer.open(row.sealed_address, purpose=_ADDRESS, bound_to=row.id).decode()
        return ExternalLink(
            id=row.id,
            account=account,
            issuer=row.issuer,
            subject=row.subject,
            kind=row.kind,
            label=row.label,
            evidence=dict(row.evidence),
            linked_at=row.at,
            last_used_at=row.last_used_at,
            last_address=address,
        )

    def _audit(self, session: Session, action: str, account: str, by: str | None, **details: object) -> None:
        find(self._registry, IAuditTrail).record(session, action, actor=by, target=account, details=details)


def _id_of(account: str) -> Any:
    return select(Account.id).where(Account.subject == account).scalar_subquery()
