"""The confirmation token: mailed once the support agreed, used once, and only with a password of the person's own.

A token is judged here, at its use and at the injected clock; nothing waits for a clean-up.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ..errors import PortalError
from ..foundation.single_use import AccountSecret, AccountSingleUse
from ..interfaces import (
    AccountState,
    AccountView,
    IAccounts,
    IAuditTrail,
    ICatalogue,
    IGrants,
    IOutbox,
    IPasswords,
    IReviews,
    PortalSettings,
)
from ..pyramid_types import Registry
from ..services import current_time, find
from ..settings import AuthSettings
from .models import ConfirmationToken, SignUp

#: The rows of ended tokens stay for 90 days, to tell « déjà utilisé » from « inconnu ».
TOKEN_RETENTION = timedelta(days=90)
TOKENS = AccountSingleUse(ConfirmationToken, "sign_up.confirmation", TOKEN_RETENTION)


class TokenStatus(enum.StrEnum):
    """What a token is worth now."""

    LIVE = "live"
    USED = "used"
    EXPIRED = "expired"
    REPLACED = "replaced"
    UNKNOWN = "unknown"


class TokenSpent(PortalError):
    """The token was used, replaced or too old at the very moment of its use."""

    code = "sign_up.token_spent"
    status = 410


@dataclass(frozen=True, slots=True)
class Found:
    """A token as it stands, and the account it confirms (``None`` for an unknown one)."""

    status: TokenStatus
    account: AccountView | None = None
    expires_at: datetime | None = None


def judge(registry: Registry, session: Session, row: AccountSecret | None) -> Found:
    """Return what a token, or an invitation, of a pending account is worth now."""
    if row is None:
        return Found(TokenStatus.UNKNOWN)
    account = find(registry, IAccounts).by_subject(session, row.subject)
    pending = account is not None and account.state is AccountState.PENDING
    if row.used_at is not None:
        status = TokenStatus.USED
    elif row.replaced_at is not None:
        status = TokenStatus.REPLACED
    elif row.ends_at <= current_time(registry) or not pending:
        status = TokenStatus.EXPIRED
    else:
        status = TokenStatus.LIVE
    return Found(status, account, row.ends_at)


class Confirmations:
    """Issues, judges and uses confirmation tokens."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def mail_token(self, session: Session, row: SignUp) -> None:
        """Issue a token for an accepted sign-up and mail it; every former one dies."""
        if row.subject is None:
            raise LookupError(f"{row.reference} led to no account")
        lifetime = timedelta(days=find(self._registry, AuthSettings).confirmation_token_days)
        token, issued = TOKENS.issue_to(self._registry, session, row.subject, lifetime, sign_up_id=row.id)
        expires_at = issued.ends_at
        account = self._account(session, row.subject)
        find(self._registry, IOutbox).post(
            session,
            "sign_up.accepted",
            to=account.email,
            values={
                "name": account.display_name,
                "reference": row.reference,
                "identifier": account.identifier,
                "url": find(self._registry, PortalSettings).absolute(f"/inscription/confirmation/{token}"),
                "expires_at": expires_at,
                "services_kept": self._titles(row.services_kept.split()),
                "services_left": self._titles(
                    [slug for slug in row.services.split() if slug not in row.services_kept.split()]
                ),
            },
            valid_until=expires_at,
        )
        self._audit(session, "sign_up.token_sent", row.subject, reference=row.reference)

    def waits(self, session: Session, row: SignUp) -> bool:
        """Tell whether the account of an accepted sign-up is still to be confirmed."""
        if row.subject is None:
            return False
        account = find(self._registry, IAccounts).by_subject(session, row.subject)
        return account is not None and account.state is AccountState.PENDING

    def find(self, session: Session, token: str | None) -> Found:
        """Judge a token without using it."""
        return judge(self._registry, session, TOKENS.find(session, token))

    def confirm(self, session: Session, token: str, *, new_hash: str | None = None) -> AccountView:
        """Use the token once: the account becomes active with the grants that the support accepted.

        The caller checked the password chosen at the sign-up, or gives the hash of the one that replaces it.

        :raises TokenSpent: used, replaced or expired by now; nothing has changed.
        """
        used = TOKENS.redeem_owned(self._registry, session, token)
        if used is None:
            raise TokenSpent("Ce lien a déjà servi ou n’est plus valable.")
        if new_hash is not None:
            find(self._registry, IPasswords).set_hash(session, used.subject, new_hash)
        row = session.get_one(SignUp, used.sign_up_id)
        return self.open(session, row, used.subject, password_replaced=new_hash is not None)

    def open(self, session: Session, row: SignUp, subject: str, *, password_replaced: bool = False) -> AccountView:
        """Make a pending account active, with the grants that were accepted: its address is proven.

        :raises TokenSpent: it can't be opened any more.
        """
        accounts = find(self._registry, IAccounts)
        if not accounts.set_state(session, subject, AccountState.ACTIVE, reason="confirmed", by=subject):
            raise TokenSpent("Ce compte ne peut plus être confirmé : écrivez au support.")
        accounts.accept_terms(session, subject, row.terms_version)
        kept = self._give_grants(session, row, subject)
        account = self._account(session, subject)
        find(self._registry, IOutbox).post(
            session,
            "sign_up.confirmed",
            to=account.email,
            values={
                "name": account.display_name,
                "identifier": account.identifier,
                "services_kept": kept,
                "password_replaced": password_replaced,
            },
        )
        self._audit(session, "sign_up.confirmed", subject, reference=row.reference, password_replaced=password_replaced)
        return account

    def _give_grants(self, session: Session, row: SignUp, subject: str) -> list[str]:
        review = find(self._registry, IReviews).get(session, row.id)
        given_by = (review.decided_by if review else None) or subject
        slugs = [slug for slug in row.services_kept.split() if find(self._registry, ICatalogue).get(slug)]
        for slug in slugs:
            find(self._registry, IGrants).give(session, subject, slug, request_id=row.id, given_by=given_by)
        return self._titles(slugs)

    def _titles(self, slugs: list[str]) -> list[str]:
        catalogue = find(self._registry, ICatalogue)
        return [found.title if (found := catalogue.get(slug)) else slug for slug in slugs]

    def _account(self, session: Session, subject: str) -> AccountView:
        account = find(self._registry, IAccounts).by_subject(session, subject)
        if account is None:
            raise LookupError(subject)
        return account

    def _audit(self, session: Session, action: str, subject: str, **details: object) -> None:
        find(self._registry, IAuditTrail).record(session, action, target=subject, details=details)
