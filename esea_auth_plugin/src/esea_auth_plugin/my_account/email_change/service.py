"""Asks for, makes and takes back changes of e-mail addresses."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, or_, select, update
from sqlalchemy.orm import Session

from ...database import IDatabase, new_id
from ...errors import PortalError
from ...events import EmailChanged, UnderWayEnded
from ...interfaces import AccountView, IAccounts, IAuditTrail, IClock, IMailboxes, IOutbox, ISealer, ISessions
from ...normalise.emails import normalise_email
from ...security import tokens
from ...services import find
from ...settings import AuthSettings
from ...sign_in.browsers import forget_all
from ...sign_in.store import SignIns
from .models import EmailChangeRow

KIND = "email_change"
PURPOSE, CODE = "email_change.address", "email_change.code"
CODE_LIFETIME = timedelta(minutes=10)
MOST_TRIES = 5
#: How long the former address may take a change back.
UNDO = timedelta(hours=72)


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
    """A change under way or made."""

    id: str
    subject: str
    former: str
    new: str
    undo_until: datetime | None = None

    @property
    def confirms_again(self) -> bool:
        """The address stays: it is proven anew, since it was not believed any more."""
        return normalise_email(self.former) == normalise_email(self.new)


class EmailChanges:
    """Changes of addresses; also the addresses that may still object (``IFormerAddresses``)."""

    def __init__(self, registry: Any) -> None:
        self._registry = registry

    # --- asking and confirming

    def pending(self, session: Session, subject: str) -> Change | None:
        """Return the change that waits for its code."""
        row = session.scalar(
            select(EmailChangeRow).where(
                EmailChangeRow.subject == subject,
                EmailChangeRow.made_at.is_(None),
                EmailChangeRow.code_ends_at > self._now(),
            )
        )
        return self._view(row) if row is not None else None

    def contestable(self, session: Session, subject: str) -> Change | None:
        """Return the change that the former address may still take back: no other one is made meanwhile."""
        row = session.scalar(select(EmailChangeRow).where(EmailChangeRow.subject == subject, *self._may_object()))
        return self._view(row) if row is not None else None

    def ask(self, session: Session, account: AccountView, email: str) -> None:
        """Mail a code to the new address, whoever has it; a former request is forgotten."""
        now, row, code = self._now(), new_id(), tokens.new_code(6)
        session.execute(
            delete(EmailChangeRow).where(EmailChangeRow.subject == account.subject, EmailChangeRow.made_at.is_(None))
        )
        session.add(
            EmailChangeRow(
                id=row,
                subject=account.subject,
                sealed_former=self._sealer.seal(account.email.encode(), purpose=PURPOSE, bound_to=row),
                sealed_new=self._sealer.seal(email.encode(), purpose=PURPOSE, bound_to=row),
                code_digest=self._digests(code, row)[0],
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
            values={"name": account.display_name, "code": f"{code[:3]} {code[3:]}", "minutes": 10},
            valid_until=now + CODE_LIFETIME,
        )
        self._audit(session, "email_change.asked", account.subject, account.subject)

    def judge(self, session: Session, subject: str, typed: str) -> Verdict:
        """Count the try first, in one update, then compare; the right code is good once."""
        counted = session.execute(
            update(EmailChangeRow)
            .where(EmailChangeRow.subject == subject, EmailChangeRow.made_at.is_(None))
            .where(EmailChangeRow.tries < MOST_TRIES, EmailChangeRow.code_ends_at > self._now())
            .values(tries=EmailChangeRow.tries + 1)
            .returning(EmailChangeRow.id, EmailChangeRow.code_digest)
            .execution_options(synchronize_session=False)
        ).first()
        if counted is None:
            return Verdict.OVER
        if tokens.among(counted.code_digest, self._digests(typed, counted.id)):
            return Verdict.RIGHT
        find(self._registry, IAuditTrail).record(
            session, "email_change.refused", outcome="refused", actor=subject, target=subject
        )
        return Verdict.WRONG

    def make(self, session: Session, account: AccountView) -> bool:
        """Change the address, once its code came back, and tell both; ``False``: another account has the new one."""
        change = self.pending(session, account.subject)
        if change is None:
            return False
        token, now = tokens.new_token(), self._now()
        accounts, subject = find(self._registry, IAccounts), account.subject
        # One that is not believed any more is read by somebody else now: there is nobody to ask whether it objects.
        undoable = account.email_doubted_at is None
        undo = {"cancel_digest": tokens.digest(token, kind=KIND), "cancel_ends_at": now + UNDO} if undoable else {}
        made = (
            update(EmailChangeRow)
            .where(EmailChangeRow.id == change.id, EmailChangeRow.made_at.is_(None))
            .values(made_at=now, **undo)
            .execution_options(synchronize_session=False)
        )
        if cast("CursorResult[Any]", session.execute(made)).rowcount != 1:
            return False
        if change.confirms_again:
            self._registry.notify(UnderWayEnded(session, subject))
            return find(self._registry, IMailboxes).confirmed(session, subject, change.new)
        if not accounts.change_email(session, subject, change.new, by=subject, former=change.former):
            session.execute(delete(EmailChangeRow).where(EmailChangeRow.id == change.id))
            return False
        # What was mailed to the former address, and what waits for a code there, opens nothing any more.
        find(self._registry, SignIns).close_all(session, subject)
        path, until = (f"/adresse-precedente/{token}", now + UNDO) if undoable else ("", None)
        self._registry.notify(
            EmailChanged(session, subject, change.former, change.new, path, until, former_believed=undoable)
        )
        values = {"name": account.display_name, "until": until}
        find(self._registry, IOutbox).post(session, "email_change.made", to=change.new, values=values)
        return True

    def forget(self, event: UnderWayEnded) -> None:
        """A change that waits for its code is asked for again."""
        waiting = delete(EmailChangeRow).where(
            EmailChangeRow.subject == event.subject, EmailChangeRow.made_at.is_(None)
        )
        event.session.execute(waiting.execution_options(synchronize_session=False))

    # --- the former address

    def of(self, session: Session, subject: str) -> Sequence[str]:
        """See :class:`~esea_auth_plugin.interfaces.IFormerAddresses`."""
        change = self.contestable(session, subject)
        return (change.former,) if change is not None else ()

    def undoable(self, session: Session, token: str | None) -> Change | None:
        """Return the change that this link may take back now; writes nothing."""
        digest = tokens.digest(token or "", kind=KIND)
        row = session.scalar(select(EmailChangeRow).where(EmailChangeRow.cancel_digest == digest, *self._may_object()))
        return self._view(row) if row is not None else None

    def undo(self, session: Session, token: str | None, *, address: str) -> None:
        """Put the former address back, once, and close whatever is open.

        :raises CanNotUndo: too late, used before, or the address was changed by the support since; nothing is changed.
        """
        taken = (
            update(EmailChangeRow)
            .where(EmailChangeRow.cancel_digest == tokens.digest(token or "", kind=KIND), *self._may_object())
            .values(cancelled_at=self._now())
            .returning(EmailChangeRow.id)
            .execution_options(synchronize_session=False)
        )
        row_id = session.execute(taken).scalar()
        row = session.get(EmailChangeRow, row_id) if row_id is not None else None
        if row is None:
            raise CanNotUndo("Ce lien n’est plus valable : il a déjà servi, ou ses 72 heures sont passées.")
        change, accounts = self._view(row), find(self._registry, IAccounts)
        if not accounts.change_email(session, change.subject, change.former, former=change.new):
            raise CanNotUndo(
                "Ce changement ne peut plus être annulé par ce lien : l’adresse a changé depuis, ou l’ancienne "
                "appartient à un autre compte. Appelez l’assistance."
            )
        self._close(session, change.subject)
        find(self._registry, IOutbox).post(session, "email_change.cancelled", to=change.new, values={})
        find(self._registry, IAuditTrail).record(
            session, "email_change.cancelled", target=change.subject, personal={"address": address}
        )

    def _close(self, session: Session, subject: str) -> None:
        # Sign-ins before sessions: one that finishes at this moment has opened its session by the time that those end.
        find(self._registry, SignIns).close_all(session, subject)
        find(self._registry, ISessions).close_all(session, subject)
        self._registry.notify(UnderWayEnded(session, subject))
        forget_all(session, subject)
        hours = find(self._registry, AuthSettings).reset_quarantine_hours
        if hours:
            # Reading the former mailbox proves nothing else: codes mailed there open nothing for a day.
            until = self._now() + timedelta(hours=hours)
            find(self._registry, IAccounts).bar_mail_code(session, subject, until)

    def _may_object(self) -> tuple[Any, ...]:
        return (
            EmailChangeRow.made_at.is_not(None),
            EmailChangeRow.cancelled_at.is_(None),
            EmailChangeRow.cancel_ends_at > self._now(),
        )

    def _view(self, row: EmailChangeRow) -> Change:
        former, new = (
            self._sealer.open(sealed, purpose=PURPOSE, bound_to=row.id).decode()
            for sealed in (row.sealed_former, row.sealed_new)
        )
        return Change(row.id, row.subject, former, new, row.cancel_ends_at)

    def _digests(self, code: str, row: str) -> tuple[str, ...]:
        return tokens.code_digest(self._sealer, code, purpose=CODE, bound_to=row)

    def _audit(self, session: Session, action: str, subject: str, by: str | None) -> None:
        find(self._registry, IAuditTrail).record(session, action, actor=by, target=subject)

    @property
    def _sealer(self) -> ISealer:
        return find(self._registry, ISealer)

    def _now(self) -> datetime:
        return find(self._registry, IClock).now()


def prune(registry: Any) -> None:
    """Job: forget addresses that nobody may object from any more, and requests that were never confirmed."""
    before = find(registry, IClock).now() - timedelta(days=1)
    over = or_(
        EmailChangeRow.cancel_ends_at < before,
        EmailChangeRow.made_at.is_(None) & (EmailChangeRow.code_ends_at < before),
    )
    with find(registry, IDatabase).writing() as session:
        session.execute(delete(EmailChangeRow).where(over))
