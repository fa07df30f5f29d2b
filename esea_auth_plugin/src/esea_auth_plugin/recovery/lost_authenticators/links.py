"""Mailed links that let their person begin anew: a new password, no old device, and one new device to add."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ...authentication.credentials.suspension import SuspendedFactors
from ...authentication.registry import modes_of
from ...errors import PortalError
from ...events import DeviceRevoked, PasswordChanged
from ...foundation.single_use import AccountSingleUse
from ...interfaces import (
    AccountState,
    AccountView,
    IAccounts,
    IAuditTrail,
    IOutbox,
    IPasswords,
    IRoleSuspensions,
    PortalSettings,
)
from ...pyramid_types import Registry
from ...services import find
from .models import EnrolmentLinkRow

TTL = timedelta(hours=24)
LINKS = AccountSingleUse(EnrolmentLinkRow, "enrolment_link", retention=timedelta(days=7))


class LinkSpent(PortalError):
    """The link was used, replaced, or is too old."""

    code = "lost_everything.spent"
    status = 410


@dataclass(frozen=True, slots=True)
class Link:
    """A live link. :ivar request_id: the request that two reviewers agreed to."""

    id: str
    account: AccountView
    request_id: str


class Links:
    """Mails, judges and uses links."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def issue(self, session: Session, account: AccountView, request_id: str) -> datetime:
        """Mail a link to the account's confirmed address and return its end; a former one dies."""
        token, row = LINKS.issue_to(self._registry, session, account.subject, TTL, request_id=request_id)
        ends_at = row.ends_at
        url = find(self._registry, PortalSettings).absolute(f"/connexion/retrouver/{token}")
        values = {"name": account.display_name, "identifier": account.identifier, "url": url, "ends_at": ends_at}
        outbox = find(self._registry, IOutbox)
        outbox.post(session, "lost_everything.link", to=account.email, values=values, valid_until=ends_at)
        return ends_at

    def live(self, session: Session, token: str | None) -> Link | None:
        """Return the link if it may be used now."""
        row = LINKS.peek(self._registry, session, LINKS.named(token))
        if row is None:
            return None
        account = find(self._registry, IAccounts).by_subject(session, row.subject)
        if account is None or account.state is not AccountState.ACTIVE or account.email_doubted_at is not None:
            return None
        return Link(row.id, account, row.request_id)

    def use(self, session: Session, link: Link, password_hash: str) -> None:
        """Use it once: whatever opened this account until now opens it no more.

        A thief may have the lost devices, the password and an open session: all three end here.

        :raises LinkSpent: another use was quicker, or it is too late.
        """
        subject = link.account.subject
        if LINKS.redeem_of(self._registry, session, link.id, subject) is None:
            raise LinkSpent("Ce lien n’est plus valable. Faites une nouvelle demande.")
        find(self._registry, IPasswords).set_hash(session, subject, password_hash)
        gone = self._revoke_devices(session, subject)
        # Two reviewers checked who it is, and everything that « Ce n'était pas moi » froze is new or gone.
        frozen = find(self._registry, SuspendedFactors)
        for one in frozen.of(session, subject):
            frozen.lift(session, subject, one.mode, one.reference, by=subject)
        self._registry.notify(PasswordChanged(session, subject))
        find(self._registry, IRoleSuspensions).suspend(
            session, subject, cause="lost_everything", request_id=link.request_id
        )
        find(self._registry, IAuditTrail).record(
            session, "lost_everything.link_used", actor=subject, target=subject, details={"devices": gone}
        )

    def _revoke_devices(self, session: Session, subject: str) -> int:
        gone = 0
        for mode in modes_of(self._registry).all():
            for held in mode.credentials(session, subject):
                if mode.revoke(session, subject, held.reference, reason="lost_everything"):
                    event = DeviceRevoked(session, subject, mode.name, held.reference, held.kind, held.label)
                    self._registry.notify(event)
                    gone += 1
        return gone
