"""Changes the address of an account: the one place that writes it, with the record that lets the former one object.

Whoever changes an address (its owner, a recovery, the support, another plugin) goes through here, so that:

- the former address is told by mail and may put itself back for 72 hours;
- the new address is told too;
- no second change is made meanwhile: it would remain valid after the link that the first one's former address received.

A former address that is not verified any more (its domain is in other hands), or that nobody confirmed since the
account's first external identity, may take nothing back, but a second change waits all the same. A mailbox that its
person rejects ends the record: then neither address objects and the person gives another one at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..errors import PortalError
from ..events import EmailChanged
from ..foundation.database import lock_accounts, new_id
from ..foundation.single_use import AccountSingleUse
from ..interfaces import AccountState, AccountView, IAccounts, IAuditTrail, IFirstLinks, IOutbox, ISealer
from ..normalise.emails import domain_of, normalise_email
from ..pyramid_types import Registry
from ..services import current_time, find, offers
from .models import Account, AddressChangeRow
from .search import index

PURPOSE = "email_change.address"
#: How long the former address may take a change back.
UNDO = timedelta(hours=72)
CHANGES = AccountSingleUse(AddressChangeRow, "email_change", retention=timedelta(days=1))


class AddressContestable(PortalError):
    """An earlier change of the address may still be objected to."""

    code = "account.address_contestable"
    status = 409


@dataclass(frozen=True, slots=True)
class AddressChange:
    """A change that was made. ``undo_until``: until when the former address may object, and no other change is made."""

    id: str
    subject: str
    former: str
    new: str
    undo_until: datetime


class AddressChanges:
    """Makes changes, tells which may still be objected to, takes them back; also ``IFormerAddresses``."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def change(self, session: Session, subject: str, email: str, *, by: str | None, former: str | None) -> bool:
        """See :meth:`IAccounts.change_email`."""
        lock_accounts(self._registry, session, subject)
        account = find(self._registry, IAccounts).by_subject(session, subject)
        if account is None or account.state is not AccountState.ACTIVE:
            return False
        if former is not None and normalise_email(former) != normalise_email(account.email):
            return False
        if self.contestable(session, subject) is not None:
            raise _contestable()
        if not self._write(session, subject, email, former=account.email, alone=True):
            return False
        self._audit(session, "account.email_changed", subject, by)
        self._record(session, account, email.strip(), by)
        return True

    def contestable(self, session: Session, subject: str) -> AddressChange | None:
        """Return the change that the former address may still take back."""
        row = session.scalar(select(AddressChangeRow).where(*self._in_time(subject)))
        return self._view(row) if row is not None else None

    def of(self, session: Session, subject: str) -> Sequence[str]:
        """See :class:`~esea_auth_plugin.interfaces.IFormerAddresses`."""
        row = CHANGES.peek(self._registry, session, AddressChangeRow.subject == subject)
        return (self._view(row).former,) if row is not None else ()

    def settle(self, session: Session, subject: str, *, by: str) -> bool:
        """End the open record, its mailed link with it: the person rejected the mailbox that the change led to."""
        lock_accounts(self._registry, session, subject)
        ended = (
            update(AddressChangeRow)
            .where(*self._in_time(subject))
            .values(used_at=current_time(self._registry))
            .returning(AddressChangeRow.id)
            .execution_options(synchronize_session=False)
        )
        if not session.scalars(ended).all():
            return False
        self._audit(session, "account.email_change_settled", subject, by)
        return True

    def leading_from(self, session: Session, domain: str) -> Mapping[str, str]:
        """Return the changes that a former address of this domain may still take back: the account of each."""
        told = select(AddressChangeRow).where(*CHANGES.live(self._registry))
        return {
            row.id: row.subject
            for row in session.scalars(told)
            if domain_of(normalise_email(self._view(row).former)) == domain
        }

    def bar(self, session: Session, changes: Collection[str]) -> None:
        """Let nobody take these changes back; the caller has locked their accounts."""
        if changes:
            CHANGES.revoke(self._registry, session, AddressChangeRow.id.in_(changes))

    # --- the former address's link

    def undoable(self, session: Session, token: str | None) -> AddressChange | None:
        """Return the change that this link may take back now; writes nothing."""
        row = CHANGES.peek(self._registry, session, CHANGES.named(token))
        return self._view(row) if row is not None else None

    def take_back(self, session: Session, token: str | None) -> AddressChange | None:
        """Put the former address back, once, and tell the other one; ``None``: the link is not valid (any more).

        :raises PortalError: the former address belongs to another account by now.
        """
        row = CHANGES.redeem_owned(self._registry, session, token)
        if row is None:
            return None
        change = self._view(row)
        if not self._write(session, change.subject, change.former, former=change.new, alone=False):
            raise PortalError(
                "Ce changement ne peut plus être annulé par ce lien : l’adresse a changé depuis, ou l’ancienne "
                "appartient à un autre compte. Appelez l’assistance.",
                code="account.address_taken",
            )
        self._audit(session, "account.email_changed", change.subject, None)
        find(self._registry, IOutbox).post(session, "email_change.cancelled", to=change.new, values={})
        return change

    # --- how it is written

    def _write(self, session: Session, subject: str, email: str, *, former: str, alone: bool) -> bool:
        """Write the address by one conditional update; ``False``: another account has it, or it is not ``former``.

        :param alone: only if no change of this account may be objected to.
        """
        address = normalise_email(email)
        conditions = [Account.subject == subject, Account.email == normalise_email(former)]
        if alone:
            conditions.append(~exists().where(*self._in_time(subject)))
        now = current_time(self._registry)
        statement = (
            update(Account)
            .where(*conditions)
            .values(
                email=address,
                email_typed=email.strip(),
                email_domain=domain_of(address),
                email_confirmed_at=now,
                email_doubted_at=None,
                email_doubt_reason="",
                changed_at=now,
            )
            .returning(Account.id)
            .execution_options(synchronize_session=False)
        )
        try:
            with session.begin_nested():
                account_id = session.execute(statement).scalar_one_or_none()
        except IntegrityError:
            return False
        if account_id is None:
            return False
        index(session, account_id)
        return True

    def _record(self, session: Session, account: AccountView, new: str, by: str | None) -> None:
        """Keep both addresses for as long as the former one may object, and tell both."""
        believed, now, row_id = self._confirmed(session, account), current_time(self._registry), new_id()
        told = account.email_doubted_at is None
        token, row = CHANGES.issue(
            self._registry,
            session,
            UNDO,
            id=row_id,
            subject=account.subject,
            created_at=now,
            by=by,
            sealed_former=self._seal(account.email, row_id),
            sealed_new=self._seal(new, row_id),
            replaced_at=None if believed else now,
        )
        path = f"/adresse-precedente/{token}" if believed else ""
        undo_until = row.ends_at if believed else None
        self._registry.notify(
            EmailChanged(session, account.subject, account.email, new, path, undo_until, former_believed=told)
        )
        values = {"name": account.display_name, "until": undo_until}
        find(self._registry, IOutbox).post(session, "email_change.made", to=new, values=values)

    def _confirmed(self, session: Session, account: AccountView) -> bool:
        """Tell whether the present address is the person's, so that it may object to the next one."""
        if account.email_doubted_at is not None:
            return False
        if not offers(self._registry, IFirstLinks):
            return True
        return not find(self._registry, IFirstLinks).unconfirmed(session, account.subject)

    def _in_time(self, subject: str) -> tuple[ColumnElement[bool], ...]:
        return (
            AddressChangeRow.subject == subject,
            AddressChangeRow.used_at.is_(None),
            AddressChangeRow.ends_at > current_time(self._registry),
        )

    def _seal(self, address: str, row: str) -> str:
        return find(self._registry, ISealer).seal(address.encode(), purpose=PURPOSE, bound_to=row)

    def _view(self, row: AddressChangeRow) -> AddressChange:
        sealer = find(self._registry, ISealer)
        former, new = (
            sealer.open(sealed, purpose=PURPOSE, bound_to=row.id).decode()
            for sealed in (row.sealed_former, row.sealed_new)
        )
        return AddressChange(row.id, row.subject, former, new, row.ends_at)

    def _audit(self, session: Session, action: str, subject: str, by: str | None) -> None:
        find(self._registry, IAuditTrail).record(session, action, actor=by, target=subject)


def _contestable() -> AddressContestable:
    return AddressContestable(
        "L’adresse de ce compte a été changée il y a moins de 72 heures, et l’ancienne peut encore s’y opposer : "
        "attendez ce délai."
    )
