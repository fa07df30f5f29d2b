"""Links that set a new password: issued alike for known and unknown, single use, and they never sign anybody in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from ..accounts.address_changes import AddressContestable
from ..authentication.access.maximum_level import can_use
from ..authentication.access.suspension import STRONG
from ..authentication.contract import AuthMode
from ..authentication.credentials.suspension import SuspendedFactors
from ..authentication.credentials.usable import usable_of
from ..authentication.registry import modes_of
from ..errors import PortalError
from ..events import PasswordChanged
from ..foundation.database import new_id
from ..foundation.single_use import AccountSingleUse
from ..interfaces import (
    AccountState,
    AccountView,
    Factor,
    IAccounts,
    IAuditTrail,
    IOutbox,
    IPasswords,
    IPendingDevices,
    IRoleSuspensions,
    ISealer,
    PortalSettings,
    Proof,
)
from ..pyramid_types import Registry
from ..services import current_time, find
from ..settings import AuthSettings
from .models import ResetRow

PURPOSE = "recovery.email"
_WEAK = frozenset({Factor.PASSWORD, Factor.MAILBOX})
MAILBOX_LIFETIME = timedelta(hours=24)
RESETS = AccountSingleUse(ResetRow, "reset", retention=timedelta(days=7))
#: Where a decoy pretends to go; `.invalid` can't exist (RFC 2606), and nothing is sent anyway.
NOWHERE = "personne@exemple.invalid"


class LinkSpent(PortalError):
    """The link was used, replaced, or is too old."""

    code = "recovery.spent"
    status = 410


@dataclass(frozen=True, slots=True)
class Reset:
    """A live link: whose account, and the new address that it confirms.

    :ivar asks_factor: another factor of the account must be proven first. :ivar factors: any of these would do; none
        is left when all of them are suspended.
    """

    id: str
    account: AccountView
    new_email: str
    asks_factor: bool
    factors: Sequence[AuthMode]


class Resets:
    """Issues, judges and uses links."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def issue(self, session: Session, account: AccountView | None) -> None:
        """Mail a link to the confirmed address; for nobody's login do the same work and mail nothing."""
        settings = find(self._registry, AuthSettings)
        lifetime = timedelta(minutes=settings.reset_minutes)
        url, ends_at = self._store(session, account.subject if account else new_id(), lifetime)
        find(self._registry, IOutbox).post(
            session,
            "recovery.reset",
            to=account.email if account else NOWHERE,
            values={
                "name": account.display_name if account else "Personne",
                "url": url,
                "minutes": settings.reset_minutes,
                "identifier": account.identifier if account else "personne",
            },
            valid_until=ends_at,
            decoy=account is None,
        )

    def issue_for_new_mailbox(
        self, session: Session, account: AccountView, email: str, *, request_id: str, factor_waived: bool = False
    ) -> None:
        """Mail a link to the address that the reviewers accepted, once identity was checked.

        :param factor_waived: two reviewers agreed that the account's other factor need not be proven.
        """
        url, ends_at = self._store(
            session, account.subject, MAILBOX_LIFETIME, email, request_id=request_id, factor_waived=factor_waived
        )
        find(self._registry, IOutbox).post(
            session,
            "recovery.new_mailbox",
            to=email,
            values={"name": account.display_name, "url": url, "ends_at": ends_at},
            valid_until=ends_at,
        )

    def live(self, session: Session, token: str | None) -> Reset | None:
        """Return the link if it may be used now."""
        row = RESETS.peek(self._registry, session, RESETS.named(token))
        if row is None:
            return None
        account = find(self._registry, IAccounts).by_subject(session, row.subject)
        if account is None or account.state is not AccountState.ACTIVE:
            return None
        if account.email_doubted_at is not None and not row.sealed_email:  # mailed to what is not believed any more
            return None
        # A reviewer was told on the telephone who it is: that alone does not stand for the account's other factor.
        asks = not (row.factor_at or row.factor_waived) and self.other_factor(session, row.subject) is not None
        return Reset(row.id, account, self._email(row), asks, self._factors(session, row.subject) if asks else ())

    def other_factor(self, session: Session, subject: str) -> AuthMode | None:
        """Return a mode that the person holds, suspended or not, that rests neither on the password nor the mailbox."""
        pending = find(self._registry, IPendingDevices).of(session, subject)
        for mode in modes_of(self._registry).all():
            if mode.factors - _WEAK and can_use(session, mode, subject, pending):
                return mode
        return None

    def _factors(self, session: Session, subject: str) -> Sequence[AuthMode]:
        """Return every mode that may prove it now. The password is forgotten: what comes after it begins without it."""
        return [mode for mode in usable_of(self._registry, session, subject).alone if mode.factors - _WEAK]

    def factor_proven(self, session: Session, reset_id: str, subject: str, proofs: Sequence[Proof]) -> None:
        """Note that the person of this link proved another factor."""
        strong = any(proof.factors & STRONG for proof in proofs)
        session.execute(
            update(ResetRow)
            .where(ResetRow.id == reset_id, ResetRow.subject == subject, ResetRow.used_at.is_(None))
            .values(factor_at=current_time(self._registry), factor_is_strong=strong)
        )
        self._audit(session, "recovery.factor_proven", subject)

    def use(self, session: Session, reset: Reset, password_hash: str) -> datetime | None:
        """Set the password, end every session and sign-in; return until when mailed codes are barred, if they are.

        :raises LinkSpent: another use was quicker, or it is too late.
        """
        subject = reset.account.subject
        row = RESETS.redeem_of(self._registry, session, reset.id, subject)
        if row is None or (reset.asks_factor and row.factor_at is None):
            raise LinkSpent("Ce lien n'est plus valable. Demandez-en un nouveau.")
        if reset.new_email:
            self._move(session, reset)
        find(self._registry, IPasswords).set_hash(session, subject, password_hash)
        until = self._quarantine(session, reset, proven=row.factor_at is not None)
        self._audit(session, "recovery.done", subject, new_mailbox=bool(reset.new_email))
        if row.factor_at is not None or reset.new_email:
            # Another factor, or a reviewer, proved who it is: « Ce n'était pas moi » need not block it any longer.
            find(self._registry, SuspendedFactors).lift(session, subject, "password", by=subject)
        self._registry.notify(PasswordChanged(session, subject))
        if reset.new_email and not row.factor_is_strong:
            find(self._registry, IRoleSuspensions).suspend(
                session, subject, cause="lost_mailbox", request_id=row.request_id
            )
        return until

    def _quarantine(self, session: Session, reset: Reset, *, proven: bool) -> datetime | None:
        """Bar mailed codes after a reset by mail alone: the mailbox would otherwise be both factors."""
        hours = find(self._registry, AuthSettings).reset_quarantine_hours
        if proven or reset.new_email or not hours:
            return None
        until = current_time(self._registry) + timedelta(hours=hours)
        find(self._registry, IAccounts).bar_mail_code(session, reset.account.subject, until, by=reset.account.subject)
        return until

    def _move(self, session: Session, reset: Reset) -> None:
        """Make the accepted address the account's.

        :raises LinkSpent: another account has it, or an earlier change may still be objected to.
        """
        accounts, account = find(self._registry, IAccounts), reset.account
        try:
            moved = accounts.change_email(
                session, account.subject, reset.new_email, by=account.subject, former=account.email
            )
        except AddressContestable as waits:
            raise LinkSpent(waits.message) from waits
        if not moved:
            raise LinkSpent("Cette adresse appartient déjà à un autre compte. Contactez l'assistance.")

    def _store(
        self, session: Session, subject: str, lifetime: timedelta, email: str = "", **accepted: object
    ) -> tuple[str, datetime]:
        row_id = new_id()
        sealer = find(self._registry, ISealer)
        sealed = sealer.seal(email.encode(), purpose=PURPOSE, bound_to=row_id) if email else ""
        token, row = RESETS.issue_to(
            self._registry, session, subject, lifetime, id=row_id, sealed_email=sealed, **accepted
        )
        return find(self._registry, PortalSettings).absolute(f"/connexion/reinitialisation/{token}"), row.ends_at

    def _email(self, row: ResetRow) -> str:
        if not row.sealed_email:
            return ""
        return find(self._registry, ISealer).open(row.sealed_email, purpose=PURPOSE, bound_to=row.id).decode()

    def _audit(self, session: Session, action: str, subject: str, **details: object) -> None:
        find(self._registry, IAuditTrail).record(session, action, actor=subject, target=subject, details=details)
