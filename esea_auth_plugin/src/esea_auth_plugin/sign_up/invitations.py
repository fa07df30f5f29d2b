"""Invitations: how the first reviewer of an empty portal gets an account without anybody knowing their password."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ..directives import roles_of
from ..errors import PortalError
from ..foundation.database import lock_accounts
from ..foundation.security import tokens
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
from ..services import current_time, find
from ..settings import AuthSettings
from .confirmation import Found, TokenSpent, TokenStatus
from .models import Invitation

_KIND = "sign_up.invitation"


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
        now = current_time(self._registry)
        subject = self._invited(session, email)
        lock_accounts(self._registry, session, subject)
        session.execute(
            update(Invitation)
            .where(Invitation.subject == subject, Invitation.used_at.is_(None), Invitation.replaced_at.is_(None))
            .values(replaced_at=now)
        )
        token = tokens.new_token()
        expires_at = now + timedelta(hours=find(self._registry, AuthSettings).invitation_hours)
        session.add(
            Invitation(
                digest=tokens.digest(token, kind=_KIND),
                subject=subject,
                role=role,
                scope=scope,
                invited_by=by,
                created_at=now,
                expires_at=expires_at,
            )
        )
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
        row = session.scalar(select(Invitation).where(Invitation.digest == tokens.digest(token or "", kind=_KIND)))
        if row is None:
            return Found(TokenStatus.UNKNOWN)
        account = find(self._registry, IAccounts).by_subject(session, row.subject)
        if row.used_at is not None:
            status = TokenStatus.USED
        elif row.replaced_at is not None:
            status = TokenStatus.REPLACED
        elif (
            row.expires_at <= current_time(self._registry)
            or account is None
            or account.state is not AccountState.PENDING
        ):
            status = TokenStatus.EXPIRED
        else:
            status = TokenStatus.LIVE
        return Found(status, account, row.expires_at)

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
        now = current_time(self._registry)
        found = self.find(session, token)
        lock_accounts(self._registry, session, found.account.subject if found.account is not None else None)
        statement = (
            update(Invitation)
            .where(
                Invitation.digest == tokens.digest(token, kind=_KIND),
                Invitation.used_at.is_(None),
                Invitation.replaced_at.is_(None),
                Invitation.expires_at > now,
            )
            .values(used_at=now)
            .returning(Invitation.subject, Invitation.role, Invitation.scope, Invitation.invited_by)
        )
        used = session.execute(statement).first()
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
