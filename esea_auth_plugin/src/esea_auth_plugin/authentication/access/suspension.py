"""Suspends an account's roles after a recovery, until its owner or another reviewer confirms them.

A recovery rests on what reviewers were told on the telephone. Whoever talks one of them into it must not become a
reviewer by it, and then the second of two who agree to the next recovery.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ...errors import PortalError
from ...events import SignedIn
from ...foundation.database import lock_accounts
from ...foundation.reviews.agreements import agreed_by, in_common
from ...foundation.reviews.errors import conflict
from ...interfaces import (
    AccountView,
    Concerned,
    Factor,
    IAccounts,
    IAuditTrail,
    IFormerAddresses,
    IOutbox,
    IPendingDevices,
    IRoles,
    PortalSettings,
    Proof,
    RoleSuspension,
)
from ...pyramid_types import Registry
from ...services import current_time, find, offers
from ..contract import AuthMode, Credential
from ..registry import modes_of
from .models import RoleSuspensionRow

#: What a password and a mailbox do not show: the factors of authenticators above mailed codes.
STRONG = frozenset({Factor.OTP_DEVICE, Factor.REMOTE_DEVICE, Factor.VERIFIED_KEY, Factor.HEALTH_CREDENTIAL})


class NotRestored(PortalError):
    """This reviewer can't end this suspension."""

    code = "role.not_restored"
    status = 409


class RoleSuspensions:
    """See :class:`~esea_auth_plugin.interfaces.IRoleSuspensions`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def of(self, session: Session, subject: str) -> RoleSuspension | None:
        """See the interface."""
        rows = self._open(session, subject)
        if not rows:
            return None
        requests = tuple(row.request_id for row in rows if row.request_id)
        return RoleSuspension(subject, min(row.since for row in rows), requests)

    def suspend(self, session: Session, subject: str, *, cause: str, request_id: str | None) -> None:
        """See the interface. An account without roles is suspended too: one may be given to it later."""
        lock_accounts(self._registry, session, subject)
        session.add(
            RoleSuspensionRow(subject=subject, cause=cause, request_id=request_id, since=current_time(self._registry))
        )
        session.flush()
        self._audit(session, "role.suspended", subject, subject, cause=cause)
        account = self._role_holder(session, subject)
        if account is None:
            return
        self._notify(session, account, "suspended")
        settings = find(self._registry, PortalSettings)
        values = {
            "identifier": account.identifier,
            "url": settings.absolute(f"/support/comptes/{subject}"),
        }
        find(self._registry, IOutbox).post(
            session, "role.suspended_support", to=settings.contacts.support_email, values=values
        )

    def prove(self, session: Session, subject: str, proofs: Sequence[Proof]) -> bool:
        """See the interface."""
        found = self.of(session, subject)
        if found is None or not any(self._owned_before(session, subject, proof, found.since) for proof in proofs):
            return False
        self._end(session, subject, by=subject, way="authenticator")
        return True

    def restore(self, session: Session, subject: str, *, by: str) -> None:
        """See the interface."""
        refused = self.why_not(session, subject, by=by)
        if refused is not None:
            raise refused
        self._end(session, subject, by=by, way="reviewer")

    def why_not(self, session: Session, subject: str, *, by: str) -> PortalError | None:
        """See the interface."""
        rows = self._open(session, subject)
        if not rows:
            return NotRestored("Les rôles de ce compte ne sont pas suspendus.", code="role.not_suspended")
        if by == subject:
            return NotRestored("Personne ne rétablit ses propres rôles : demandez à un ou une collègue.")
        if self.of(session, by) is not None:
            return NotRestored("Vos propres rôles sont suspendus.")
        if any(by in agreed_by(session, row.request_id) for row in rows if row.request_id):
            return NotRestored(
                "Vous avez accepté la récupération de ce compte : une autre personne de l’équipe doit rétablir ses "
                "rôles."
            )
        common = in_common(self._registry, session, by, Concerned((subject,)))
        return conflict(common) if common else None

    def _end(self, session: Session, subject: str, *, by: str, way: str) -> None:
        lock_accounts(self._registry, session, subject)
        ended = session.scalars(
            update(RoleSuspensionRow)
            .where(RoleSuspensionRow.subject == subject, RoleSuspensionRow.restored_at.is_(None))
            .values(restored_at=current_time(self._registry), restored_by=by)
            .returning(RoleSuspensionRow.id)
            .execution_options(synchronize_session=False)
        ).all()
        if not ended:  # somebody else was quicker
            return
        self._audit(session, "role.restored", subject, by, way=way)
        account = self._role_holder(session, subject)
        if account is not None:
            self._notify(session, account, "restored", by_reviewer=way == "reviewer")

    def _owned_before(self, session: Session, subject: str, proof: Proof, since: datetime) -> bool:
        """Tell whether a proof rests on a strong authenticator that the account had before the recovery."""
        mode = modes_of(self._registry).get(proof.mode)
        if mode is None or not proof.factors & STRONG or not proof.authenticator:
            return False
        holder = modes_of(self._registry).get(mode.rests_on) if mode.rests_on else mode
        return holder is not None and any(
            held.reference == proof.authenticator for held in self._held_before(session, subject, holder, since)
        )

    def owned_before(self, session: Session, subject: str) -> Sequence[str]:
        """See the interface."""
        found = self.of(session, subject)
        if found is None:
            return ()
        return [
            f"{mode.title} ({held.label})" if held.label else mode.title
            for mode in modes_of(self._registry).all()
            if mode.factors & STRONG and not mode.rests_on
            for held in self._held_before(session, subject, mode, found.since)
        ]

    def _held_before(self, session: Session, subject: str, mode: AuthMode, since: datetime) -> Sequence[Credential]:
        """Return the confirmed credentials of a mode that the account had before the recovery."""
        waiting = find(self._registry, IPendingDevices).of(session, subject).get(mode.name, frozenset())
        held = mode.credentials(session, subject)
        return [one for one in held if one.added_at < since and one.reference not in waiting]

    def _open(self, session: Session, subject: str) -> Sequence[RoleSuspensionRow]:
        query = select(RoleSuspensionRow).where(
            RoleSuspensionRow.subject == subject, RoleSuspensionRow.restored_at.is_(None)
        )
        return session.scalars(query.execution_options(populate_existing=True)).all()

    def _role_holder(self, session: Session, subject: str) -> AccountView | None:
        """Return the account if it holds a role: nobody else needs to be told."""
        if not find(self._registry, IRoles).granted(session, subject):
            return None
        return find(self._registry, IAccounts).by_subject(session, subject)

    def _notify(self, session: Session, account: AccountView, message: str, **more: object) -> None:
        """Write to the account's address, and to the former one while it may object."""
        former: Sequence[str] = ()
        if offers(self._registry, IFormerAddresses):
            former = find(self._registry, IFormerAddresses).of(session, account.subject)
        url = find(self._registry, PortalSettings).absolute("/compte/roles")
        for address in dict.fromkeys((account.email, *former)):
            values = {"name": account.display_name, "url": url, **more}
            find(self._registry, IOutbox).post(session, f"role.{message}", to=address, values=values)

    def _audit(self, session: Session, action: str, subject: str, by: str, **details: object) -> None:
        find(self._registry, IAuditTrail).record(session, action, actor=by, target=subject, details=details)


def confirm_by_authenticator(registry: Registry, event: SignedIn) -> None:
    """A finished sign-in ends the suspension if an authenticator from before the recovery was proven."""
    find(registry, RoleSuspensions).prove(event.session, event.subject, event.proofs)
