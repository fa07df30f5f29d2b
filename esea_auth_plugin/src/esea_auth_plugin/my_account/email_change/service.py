"""Asks for changes of one's own address, makes them once the code came back, and lets the former address object."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ...accounts.address_changes import AddressChange, AddressChanges
from ...errors import PortalError
from ...foundation.database import lock_accounts, new_id
from ...foundation.revocation import MAILBOX, end_everything
from ...foundation.single_use import ShortCodes
from ...interfaces import AccountView, IAccounts, IAuditTrail, IMailboxes, IOutbox, ISealer
from ...normalise.emails import normalise_email
from ...pyramid_types import Registry
from ...services import current_time, find
from ...settings import AuthSettings
from .models import EmailChangeRow

PURPOSE = "email_change.asked"
CODE_LIFETIME = timedelta(minutes=10)
CODES = ShortCodes(EmailChangeRow, "email_change.code", retention=timedelta(days=1))


class Verdict(enum.StrEnum):
    """What a code is worth."""

    RIGHT = "right"
    WRONG = "wrong"
    OVER = "over"  # five tries were made, or ten minutes are over


class CanNotUndo(PortalError):
    """The change can't be taken back any more by the link alone."""

    code = "email_change.can_not_undo"
    status = 410


@dataclass(frozen=True, slots=True)
class Change:
    """A change that waits for its code."""

    id: str
    subject: str
    former: str
    new: str

    @property
    def confirms_again(self) -> bool:
        """The address stays: it is proven anew, since it was not believed any more."""
        return normalise_email(self.former) == normalise_email(self.new)


class EmailChanges:
    """Changes that people ask for, and the links by which a former address objects."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    # --- asking and confirming

    def pending(self, session: Session, subject: str) -> Change | None:
        """Return the change that waits for its code."""
        row = session.scalar(
            select(EmailChangeRow).where(
                EmailChangeRow.subject == subject,
                EmailChangeRow.code_ends_at > current_time(self._registry),
            )
        )
        return self._view(row) if row is not None else None

    def contestable(self, session: Session, subject: str) -> AddressChange | None:
        """Return the change that the former address may still take back: no other one is made meanwhile."""
        return find(self._registry, AddressChanges).contestable(session, subject)

    def ask(self, session: Session, account: AccountView, email: str) -> None:
        """Mail a code to the new address, whoever has it; a former request is forgotten."""
        now, row = current_time(self._registry), new_id()
        code, digest = CODES.new(self._registry, row)
        lock_accounts(self._registry, session, account.subject)
        session.execute(delete(EmailChangeRow).where(EmailChangeRow.subject == account.subject))
        session.add(
            EmailChangeRow(
                id=row,
                subject=account.subject,
                sealed_former=self._sealer.seal(account.email.encode(), purpose=PURPOSE, bound_to=row),
                sealed_new=self._sealer.seal(email.encode(), purpose=PURPOSE, bound_to=row),
                code_digest=digest,
                tries=0,
                created_at=now,
                code_ends_at=now + CODE_LIFETIME,
            )
        )
        session.flush()
        find(self._registry, IOutbox).post(
            session,
            "email_change.code",
            to=email,
            values={"name": account.display_name, "code": code, "minutes": 10},
            valid_until=now + CODE_LIFETIME,
        )
        self._audit(session, "email_change.asked", account.subject, account.subject)

    def judge(self, session: Session, subject: str, typed: str) -> Verdict:
        """Count the answer first, then compare; the right code is good once."""
        lock_accounts(self._registry, session, subject)
        in_time = EmailChangeRow.code_ends_at > current_time(self._registry)
        counted = CODES.count(session, EmailChangeRow.subject == subject, in_time)
        if counted is None:
            return Verdict.OVER
        if CODES.right(self._registry, typed, counted.id, counted.code_digest):
            return Verdict.RIGHT
        find(self._registry, IAuditTrail).record(
            session, "email_change.refused", outcome="refused", actor=subject, target=subject
        )
        return Verdict.WRONG

    def make(self, session: Session, account: AccountView) -> bool:
        """Change the address, once its code came back, and tell both; ``False``: another account has the new one."""
        lock_accounts(self._registry, session, account.subject)
        change = self.pending(session, account.subject)
        if change is None:
            return False
        subject = account.subject
        made = delete(EmailChangeRow).where(EmailChangeRow.id == change.id).returning(EmailChangeRow.id)
        if session.scalar(made.execution_options(synchronize_session=False)) is None:
            return False
        if change.confirms_again:
            end_everything(self._registry, session, subject, exclude=MAILBOX)
            return find(self._registry, IMailboxes).confirmed(session, subject, change.new)
        return find(self._registry, IAccounts).change_email(
            session, subject, change.new, by=subject, former=change.former
        )

    def forget(self, session: Session, subject: str) -> None:
        """Forget the change that waits for its code; its person asks for it again."""
        waiting = delete(EmailChangeRow).where(EmailChangeRow.subject == subject)
        session.execute(waiting.execution_options(synchronize_session=False))

    # --- the former address

    def undoable(self, session: Session, token: str | None) -> AddressChange | None:
        """Return the change that this link may take back now; writes nothing."""
        return find(self._registry, AddressChanges).undoable(session, token)

    def undo(self, session: Session, token: str | None, *, address: str) -> None:
        """Put the former address back, once, and close whatever is open.

        :raises PortalError: too late, used before, or another account has the former address; nothing is changed.
        """
        change = find(self._registry, AddressChanges).take_back(session, token)
        if change is None:
            raise CanNotUndo("Ce lien n’est plus valable : il a déjà servi, ou ses 72 heures sont passées.")
        self._close(session, change.subject)
        find(self._registry, IAuditTrail).record(
            session, "email_change.cancelled", target=change.subject, personal={"address": address}
        )

    def _close(self, session: Session, subject: str) -> None:
        end_everything(self._registry, session, subject)
        hours = find(self._registry, AuthSettings).reset_quarantine_hours
        if hours:
            # Reading the former mailbox proves nothing else: codes mailed there open nothing for a day.
            until = current_time(self._registry) + timedelta(hours=hours)
            find(self._registry, IAccounts).bar_mail_code(session, subject, until)

    def _view(self, row: EmailChangeRow) -> Change:
        former, new = (
            self._sealer.open(sealed, purpose=PURPOSE, bound_to=row.id).decode()
            for sealed in (row.sealed_former, row.sealed_new)
        )
        return Change(row.id, row.subject, former, new)

    def _audit(self, session: Session, action: str, subject: str, by: str | None) -> None:
        find(self._registry, IAuditTrail).record(session, action, actor=by, target=subject)

    @property
    def _sealer(self) -> ISealer:
        return find(self._registry, ISealer)
