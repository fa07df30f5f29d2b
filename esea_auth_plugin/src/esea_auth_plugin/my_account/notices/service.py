"""Writes notices and their emails, and judges the links of « Ce n'était pas moi »."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...authentication.credentials.suspension import CONTESTED, SuspendedFactors
from ...authentication.registry import modes_of
from ...foundation.database import lock_accounts, new_id
from ...foundation.revocation import end_everything
from ...foundation.single_use import SingleUse
from ...interfaces import (
    AccountState,
    AccountView,
    IAccounts,
    IAuditTrail,
    IFirstLinks,
    IFormerAddresses,
    IOutbox,
    ISealer,
    PortalSettings,
)
from ...pyramid_types import Registry
from ...services import current_time, find, offers
from .kinds import KINDS
from .models import NoticeLinkRow, NoticeRow

PURPOSE = "notice.facts"
#: How long « Ce n'était pas moi » works: people read their mail after a week's leave.
TTL = timedelta(days=7)
LINKS = SingleUse(NoticeLinkRow, "notice", retention=timedelta(days=1))

Fact = tuple[str, str]
Frozen = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice, detached. ``freezes`` are pairs of mode and reference."""

    id: str
    subject: str
    kind: str
    at: datetime
    facts: Sequence[Fact]
    freezes: Sequence[Frozen]


@dataclass(frozen=True, slots=True)
class OwnEmail:
    """What goes to the account's own address instead of the common email, with values that only it may know."""

    message: str
    values: Mapping[str, object]


class Notices:
    """The notices of people."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    # --- telling

    def tell(
        self,
        session: Session,
        subject: str,
        kind: str,
        *,
        facts: Sequence[Fact] = (),
        freezes: Sequence[Frozen] = (),
        to: Sequence[str] | None = None,
        message: str = "notices.notice",
        more: Mapping[str, object] | None = None,
        own: OwnEmail | None = None,
    ) -> None:
        """Write a notice and mail it, in the transaction of what it tells about.

        :param own: what the account's own address gets instead of ``message``.
        :param to: addresses, none for what only the page tells; the account's by default, with the former one while it
            may still object to a change: a thief who changes the address first would be the only one to read on.
        """
        lock_accounts(self._registry, session, subject)
        account = find(self._registry, IAccounts).by_subject(session, subject)
        if account is None or account.state is not AccountState.ACTIVE:
            return
        now = current_time(self._registry)
        row = NoticeRow(id=new_id(), subject=subject, kind=kind, at=now, sealed="", freezes=[list(x) for x in freezes])
        row.sealed = self._sealer.seal(json.dumps(list(facts)).encode(), purpose=PURPOSE, bound_to=row.id)
        session.add(row)
        session.flush()
        addresses = to if to is not None else self._addresses(session, account)
        objects = self.may_object(session, subject)
        common = OwnEmail(message, more or {})
        for address in addresses:
            email = own if own is not None and address == account.email else common
            self._post(session, account, row, address, facts, email, objects=objects)
        if addresses:
            self._audit(session, "notice.sent", subject, notice=kind)

    def former_addresses(self, session: Session, subject: str) -> Sequence[str]:
        """Return the addresses that may still object to a change."""
        if not offers(self._registry, IFormerAddresses):
            return ()
        found: Sequence[str] = find(self._registry, IFormerAddresses).of(session, subject)
        return found

    def may_object(self, session: Session, subject: str) -> bool:
        """Tell whether emails carry « Ce n'était pas moi »: not while the mailbox may be an impostor's.

        Only the first external identity is proven then; its owner may end sessions from the account, or call.
        """
        if not offers(self._registry, IFirstLinks):
            return True
        return not find(self._registry, IFirstLinks).unconfirmed(session, subject)

    def _addresses(self, session: Session, account: AccountView) -> Sequence[str]:
        return list(dict.fromkeys((account.email, *self.former_addresses(session, account.subject))))

    def _post(
        self,
        session: Session,
        account: AccountView,
        row: NoticeRow,
        address: str,
        facts: Sequence[Fact],
        email: OwnEmail,
        *,
        objects: bool,
    ) -> None:
        token = LINKS.issue(self._registry, session, TTL, notice_id=row.id)[0] if objects else ""
        ends_at = row.at + TTL
        kind = KINDS[row.kind]
        find(self._registry, IOutbox).post(
            session,
            email.message,
            to=address,
            values={
                "name": account.display_name,
                "title": kind.subject,
                "text": kind.text,
                "calm": kind.calm,
                "at": row.at,
                "facts": [list(fact) for fact in facts],
                "effects": effects(self._registry, [(mode, reference) for mode, reference in row.freezes]),
                "url": find(self._registry, PortalSettings).absolute(f"/signalement/{token}") if objects else "",
                "ends_at": ends_at,
                **email.values,
            },
            valid_until=ends_at,
        )

    # --- « Ce n'était pas moi »

    def live(self, session: Session, token: str | None) -> Notice | None:
        """Return the notice whose link may be used now; writes nothing."""
        told = select(NoticeRow).join(NoticeLinkRow, NoticeLinkRow.notice_id == NoticeRow.id)
        row = session.scalar(told.where(LINKS.named(token), *LINKS.live(self._registry)))
        return self._view(row) if row is not None else None

    def contest(self, session: Session, token: str | None, *, address: str) -> Notice | None:
        """End every session and freeze what the notice names, once; ``None``: the link is over."""
        found = self.live(session, token)
        if found is None:
            return None
        lock_accounts(self._registry, session, found.subject)
        used = LINKS.redeem(self._registry, session, LINKS.named(token))
        if used is None:
            return None
        row = session.get_one(NoticeRow, used.notice_id)
        return self._contested(session, row, by=None, address=address)

    def contest_own(self, session: Session, subject: str, notice_id: str, *, address: str) -> Notice | None:
        """Do the same for a person who is signed in; their own session ends too: it may be the thief's.

        ``None``: the notice is not theirs, or its seven days are over.
        """
        lock_accounts(self._registry, session, subject)
        since = current_time(self._registry) - TTL
        mine = select(NoticeRow).where(NoticeRow.id == notice_id, NoticeRow.subject == subject, NoticeRow.at > since)
        row = session.scalar(mine)
        return self._contested(session, row, by=subject, address=address) if row is not None else None

    def _contested(self, session: Session, row: NoticeRow, *, by: str | None, address: str) -> Notice:
        notice = self._view(row)
        self._stop(session, notice)
        find(self._registry, IAuditTrail).record(
            session,
            "notice.contested",
            actor=by,
            target=notice.subject,
            details={"notice": notice.kind},
            personal={"address": address},
        )
        return notice

    def end_sessions(self, session: Session, token: str | None, *, address: str) -> Notice | None:
        """End what the account has open, and suspend nothing; the link is not used up. ``None``: it is over."""
        notice = self.live(session, token)
        if notice is None:
            return None
        end_everything(self._registry, session, notice.subject)
        find(self._registry, IAuditTrail).record(
            session,
            "notice.sessions_ended",
            target=notice.subject,
            details={"notice": notice.kind},
            personal={"address": address},
        )
        return notice

    def end_links(self, session: Session, subject: str) -> None:
        """End every mailed link of a person that was not used."""
        own = select(NoticeRow.id).where(NoticeRow.subject == subject)
        LINKS.revoke(self._registry, session, NoticeLinkRow.notice_id.in_(own))

    def _stop(self, session: Session, notice: Notice) -> None:
        """End what is open, what is being opened, and what would make a thief's browser a known one."""
        subject = notice.subject
        end_everything(self._registry, session, subject)
        for mode, reference in notice.freezes:
            find(self._registry, SuspendedFactors).suspend_factor(session, subject, mode, reference, reason=CONTESTED)

    # --- what was told

    def latest(self, session: Session, subject: str, *, most: int = 20) -> Sequence[Notice]:
        """Return a person's notices, newest first."""
        rows = session.scalars(
            select(NoticeRow)
            .where(NoticeRow.subject == subject)
            .order_by(NoticeRow.at.desc(), NoticeRow.id)
            .limit(most)
        )
        return [self._view(row) for row in rows]

    def _view(self, row: NoticeRow) -> Notice:
        facts = json.loads(self._sealer.open(row.sealed, purpose=PURPOSE, bound_to=row.id))
        return Notice(
            id=row.id,
            subject=row.subject,
            kind=row.kind,
            at=row.at,
            facts=[(label, value) for label, value in facts],
            freezes=[(mode, reference) for mode, reference in row.freezes],
        )

    def _audit(self, session: Session, action: str, subject: str, **details: str) -> None:
        find(self._registry, IAuditTrail).record(session, action, target=subject, details=details)

    @property
    def _sealer(self) -> ISealer:
        return find(self._registry, ISealer)


def effects(registry: Registry, freezes: Sequence[Frozen]) -> list[str]:
    """Return what « Ce n'était pas moi » will do, a sentence each."""
    found = [
        "Toutes les sessions ouvertes de votre compte seront fermées, et ce qui était en cours s’arrête : liens reçus, "
        "dispositifs qui attendent leur confirmation, retraits prévus."
    ]
    for mode_name, reference in freezes:
        mode = modes_of(registry).get(mode_name)
        title = mode.title if mode is not None else mode_name
        what = "Ce dispositif" if reference else "Le moyen de connexion"
        found.append(
            f"{what} « {title} » n’ouvrira plus rien, jusqu’à ce que vous le débloquiez par un autre, ou le support."
        )
    return found
