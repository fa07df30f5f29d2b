"""Invitations: how the first reviewer of an empty portal gets an account without anybody knowing their password."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from ..directives import roles_of
from ..errors import PortalError
from ..foundation.single_use import AccountSingleUse
from ..interfaces import (
    AccountState,
    AccountView,
    IAccounts,
    IAuditTrail,
    IOutbox,
    IPasswords,
    IRoles,
    PortalSettings,
)
from ..normalise.emails import normalise_email
from ..pyramid_types import Registry
from ..services import find
from ..settings import AuthSettings
from .confirmation import TOKEN_RETENTION, Found, TokenSpent, judge
from .models import Invitation

INVITATIONS = AccountSingleUse(Invitation, "sign_up.invitation", TOKEN_RETENTION)


class IdentifierTaken(PortalError):
    """Whoever holds it, the answer is the same."""

    code = "sign_up.identifier_taken"


class Invitations:
    """See :class:`~esea_auth_plugin.interfaces.IInvitations`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def invite(self, session: Session, email: str, role: str, *, by: str, scope: str = "*") -> str:
        """See the interface."""
        titles = roles_of(self._registry)
        if role not in titles:
            known = ", ".join(sorted(titles)) or "aucun"
            raise PortalError(f"Le rôle « {role} » n’existe pas (rôles : {known}).", code="invitation.unknown_role")
        subject = self._invited(session, email)
        lifetime = timedelta(hours=find(self._registry, AuthSettings).invitation_hours)
        token, issued = INVITATIONS.issue_to(
            self._registry, session, subject, lifetime, role=role, scope=scope, invited_by=by
        )
        expires_at = issued.ends_at
        url = find(self._registry, PortalSettings).absolute(f"/inscription/invitation/{token}")
        find(self._registry, IOutbox).post(
            session,
            "sign_up.invitation",
            to=email.strip(),
            values={"role": titles[role], "url": url, "expires_at": expires_at},
            valid_until=expires_at,
        )
        self._audit(session, "sign_up.invited", subject, actor=by if by != "cli" else None, role=role, by=by)
        return subject

    def _invited(self, session: Session, email: str) -> str:
        """Return the pending account of an invited address, made now unless an earlier invitation made it."""
        accounts = find(self._registry, IAccounts)
        found = accounts.by_login(session, normalise_email(email))
        if found is None:
            made = accounts.create(
                session, identifier="", email=email, attributes={}, origin="support", state=AccountState.PENDING
            )
            return made.subject
        if found.state is not AccountState.PENDING or found.identifier:
            raise PortalError("Cette adresse appartient déjà à un compte.", code="invitation.account_exists")
        return found.subject

    def find(self, session: Session, token: str | None) -> Found:
        """Judge an invitation without using it."""
        return judge(self._registry, session, INVITATIONS.find(session, token))

    def accept(
        self,
        session: Session,
        token: str,
        *,
        identifier: str,
        password_hash: str,
        attributes: dict[str, str],
        terms_version: str,
    ) -> AccountView:
        """Use the invitation once: the account takes identifier, name and password, and holds the role.

        :raises TokenSpent: used, replaced or expired by now. :raises IdentifierTaken: choose another one.
        """
        used = INVITATIONS.redeem_owned(self._registry, session, token)
        if used is None:
            raise TokenSpent("Cette invitation a déjà servi ou n’est plus valable.")
        accounts = find(self._registry, IAccounts)
        if not accounts.choose_identifier(session, used.subject, identifier):
            raise IdentifierTaken("Cet identifiant n’est pas disponible : choisissez-en un autre.")
        accounts.change_attributes(session, used.subject, attributes, origin="declared", by=used.subject)
        find(self._registry, IPasswords).set_hash(session, used.subject, password_hash)
        if not accounts.set_state(session, used.subject, AccountState.ACTIVE, reason="invited", by=used.subject):
            raise TokenSpent("Ce compte ne peut plus être ouvert : écrivez au support.")
        accounts.accept_terms(session, used.subject, terms_version)
        find(self._registry, IRoles).give(session, used.subject, used.role, scope=used.scope, given_by=used.invited_by)
        self._audit(session, "sign_up.invitation_accepted", used.subject, actor=used.subject, role=used.role)
        return accounts.by_subjects(session, [used.subject])[used.subject]

    def _audit(self, session: Session, action: str, subject: str, *, actor: str | None, **details: object) -> None:
        find(self._registry, IAuditTrail).record(session, action, actor=actor, target=subject, details=details)
