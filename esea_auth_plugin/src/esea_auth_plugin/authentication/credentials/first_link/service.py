"""Suspends, lists, keeps and removes what an account had before its first external identity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from ....accounts import attribute_store
from ....accounts.call_back import RECENT
from ....accounts.service import account_id_of, lock_account
from ....errors import PortalError
from ....events import AccountErased, FirstLinkAnswered, FirstLinked, SignedIn
from ....foundation.database import lock_accounts
from ....foundation.layout.filters import date_fr
from ....interfaces import (
    DOUBTED_AT_FIRST_LINK,
    AccountView,
    Factor,
    IAccounts,
    IAuditTrail,
    IMailboxes,
    IPasswords,
    ISessions,
    LinkBasis,
    SessionView,
)
from ....normalise.phones import phone_fr
from ....pyramid_types import Registry
from ....services import current_time, find
from ...attempts.store import SignIns
from ...contract import AuthMode, Credential
from ...registry import modes_of
from ..revoking import Revoking
from ..suspension import SuspendedFactors
from .models import FirstLinkRow
from .resources import PATH

REASON = DOUBTED_AT_FIRST_LINK
PASSWORD, MAILBOX, PHONES = "password", "mailbox", "phones"
#: How an email names these: whoever reads the mailbox need not learn them.
TOLD = {MAILBOX: "Adresse électronique", PHONES: "Téléphone"}
#: The session that linked an identity may answer at once; later, the identity itself is asked for.
FRESH = timedelta(minutes=10)
_PHONES = ("phone", "mobile")
#: Somebody was signed in to the account, at its highest level, when the identity was linked or its link asked for.
_BOTH_PROVEN = frozenset({LinkBasis.BOTH_PROVEN, LinkBasis.REVIEW})


class AlreadyAnswered(PortalError):
    """The person has answered in another window."""

    code = "identity.first_link_answered"


@dataclass(frozen=True, slots=True)
class Item:
    """Something that the account had, with what its owner recognises it by.

    :ivar key: name of its field. :ivar title: French. :ivar note: French, since when and where. :ivar concern: French,
        why somebody else may have put it there shortly before the link; ``""``.
    """

    key: str
    title: str
    note: str
    kept: bool
    concern: str = ""


class FirstLinks:
    """See :class:`~esea_auth_plugin.interfaces.IFirstLinks`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    # --- the link

    def begin(self, event: FirstLinked) -> None:
        """Note that the person is to be asked, and suspend what nobody has shown to be theirs."""
        session, subject = event.session, event.subject
        both_proven = event.basis in _BOTH_PROVEN
        lock_accounts(self._registry, session, subject)
        session.execute(delete(FirstLinkRow).where(FirstLinkRow.subject == subject))
        row = FirstLinkRow(
            subject=subject,
            link=event.reference,
            mode=event.mode,
            session_id=event.session_id,
            both_proven=both_proven,
            at=current_time(self._registry),
        )
        session.add(row)
        session.flush()
        self.suspend(session, subject)
        details = {"mode": event.mode, "link": event.reference, "basis": str(event.basis), "suspended": not both_proven}
        self._audit(session, "identity.first_linked", subject, **details)

    def unconfirmed(self, session: Session, subject: str) -> bool:
        """See the interface."""
        return self._waiting(session, subject) is not None

    def suspend(self, session: Session, subject: str) -> None:
        """See the interface."""
        row = self._waiting(session, subject)
        if row is None:
            return
        frozen = find(self._registry, SuspendedFactors)
        for mode, reference in self._factors(session, row):
            frozen.suspend_factor(session, subject, mode, reference, reason=REASON)

    def arrived(self, event: SignedIn) -> None:
        """End what was opened without the identity while its person has not answered yet."""
        session, subject = event.session, event.subject
        row = self._waiting(session, subject)
        if row is None or not any(proof.authenticator == row.link for proof in event.proofs):
            return
        lock_accounts(self._registry, session, subject)
        self.suspend(session, subject)
        find(self._registry, SignIns).close_all(session, subject)
        sessions = find(self._registry, ISessions)
        for view in sessions.of_subject(session, subject):
            if not any(proof.authenticator == row.link for proof in view.proofs):
                sessions.close_one(session, subject, view.id)

    # --- the page

    def pending(self, session: Session, subject: str, view: SessionView | None) -> FirstLinkRow | None:
        """Return what is still to be answered by this very session, ``None`` if nothing is."""
        row = session.get(FirstLinkRow, subject, populate_existing=True)
        if row is None or row.answered_at is not None or view is None or view.subject != subject:
            return None
        rests_on_link = any(proof.authenticator == row.link for proof in view.proofs)
        linked_it = view.id == row.session_id and current_time(self._registry) - row.at <= FRESH
        return row if rests_on_link or linked_it else None

    def page_for(
        self,
        session: Session,
        subject: str,
        view: SessionView | None,
        back: str = "",
        *,
        known_browser: bool | None = None,
    ) -> str | None:
        """See the interface; an account that had nothing is not asked."""
        row = self.pending(session, subject, view)
        if row is None or not self.items(session, row):
            return None
        if row.browser_known is None and known_browser is not None:
            row.browser_known = known_browser
        return f"{PATH}?{urlencode({'retour': back})}" if back else PATH

    def items(self, session: Session, row: FirstLinkRow) -> Sequence[Item]:
        """Return what the account had before the link and still has."""
        subject, kept = row.subject, row.both_proven
        account = find(self._registry, IAccounts).by_subject(session, subject)
        found: list[Item] = []
        set_at = find(self._registry, IPasswords).set_at(session, subject)
        if set_at is not None:
            found.append(Item(PASSWORD, "Mot de passe", f"choisi le {date_fr(set_at)}", kept, _concern(row, set_at)))
        for mode, held in self._credentials(session, row):
            used = f"utilisé le {date_fr(held.last_used_at)}" if held.last_used_at else "jamais utilisé"
            place = f"dernier lieu : {held.place}" if held.place else ""
            title = f"{held.kind or mode.title} « {held.label} »"
            note = ", ".join(filter(None, (f"ajouté le {date_fr(held.added_at)}", used, place)))
            concern = _concern(row, held.added_at) or ("" if held.last_used_at else "Jamais utilisé")
            found.append(Item(_key(mode, held), title, note, kept, concern))
        if account is not None and account.email_doubted_at is None:
            confirmed = account.email_confirmed_at
            concern = _concern(row, confirmed) if confirmed is not None else "Jamais confirmée"
            found.append(Item(MAILBOX, f"Adresse électronique {account.email}", _confirmed(account), kept, concern))
        numbers = self._phones(session, subject)
        if numbers:
            told = attribute_store.origins(session, account_id_of(session, subject) or "")
            since = max(at for name, (_, at) in told.items() if name in _PHONES)
            title = f"Téléphone : {', '.join(map(phone_fr, numbers))}"
            found.append(Item(PHONES, title, f"donné le {date_fr(since)}", kept, _concern(row, since)))
        return found

    def answer(
        self, session: Session, row: FirstLinkRow, wanted: frozenset[str], *, address: str
    ) -> tuple[list[str], list[str]]:
        """Keep what the person recognised and end the rest; return the titles of both.

        :raises AlreadyAnswered: another window was quicker.
        """
        subject = row.subject
        lock_account(session, subject)
        items = self.items(session, row)
        credentials = {_key(mode, held): (mode, held) for mode, held in self._credentials(session, row)}
        once = (
            update(FirstLinkRow)
            .where(FirstLinkRow.subject == subject, FirstLinkRow.link == row.link, FirstLinkRow.answered_at.is_(None))
            .values(answered_at=current_time(self._registry))
            .returning(FirstLinkRow.subject)
            .execution_options(synchronize_session=False)
        )
        if session.execute(once).first() is None:
            raise AlreadyAnswered("Vous avez déjà répondu.")
        self._lift(session, subject)
        kept = [TOLD.get(item.key, item.title) for item in items if item.key in wanted]
        ended = [item for item in items if item.key not in wanted]
        # The mailbox first: what follows is not told to whoever reads it.
        for item in sorted(ended, key=lambda item: item.key != MAILBOX):
            self._end(session, subject, item, credentials.get(item.key), address)
        removed = [TOLD.get(item.key, item.title) for item in ended]
        keys = {"kept": [item.key for item in items if item.key in wanted], "removed": [item.key for item in ended]}
        self._audit(session, "identity.first_link_answered", subject, **keys)
        mailbox_removed = MAILBOX in keys["removed"]
        self._registry.notify(
            FirstLinkAnswered(session, subject, tuple(kept), tuple(removed), mailbox_removed=mailbox_removed)
        )
        return kept, removed

    # --- parts

    def _end(
        self, session: Session, subject: str, item: Item, credential: tuple[AuthMode, Credential] | None, address: str
    ) -> None:
        if item.key == MAILBOX:
            find(self._registry, IMailboxes).unverify_account(session, subject, reason=REASON)
        elif item.key == PASSWORD:
            find(self._registry, IPasswords).forget(session, subject)
            self._audit(session, "account.password_removed", subject, reason=REASON)
        elif item.key == PHONES:
            accounts = find(self._registry, IAccounts)
            accounts.change_attributes(session, subject, dict.fromkeys(_PHONES, ""), origin="declared", by=subject)
        elif credential is not None:
            mode, held = credential
            find(self._registry, Revoking).carry_out(
                session, subject, mode, held, by=subject, reason=REASON, address=address, told=True
            )

    def _waiting(self, session: Session, subject: str) -> FirstLinkRow | None:
        """Return the question that is open, if only the identity was proven when it was linked."""
        row = session.get(FirstLinkRow, subject, populate_existing=True)
        return row if row is not None and row.answered_at is None and not row.both_proven else None

    def _lift(self, session: Session, subject: str) -> None:
        """Accept again what was suspended for this question; what somebody contested stays blocked."""
        frozen = find(self._registry, SuspendedFactors)
        for one in frozen.of(session, subject):
            if one.reason == REASON:
                frozen.lift(session, subject, one.mode, one.reference, by=subject)

    def _factors(self, session: Session, row: FirstLinkRow) -> Iterator[tuple[str, str]]:
        if find(self._registry, IPasswords).held_by(session, row.subject):
            yield from ((mode.name, "") for mode in modes_of(self._registry).all() if mode.factors == {Factor.PASSWORD})
        yield from ((mode.name, held.reference) for mode, held in self._credentials(session, row))

    def _credentials(self, session: Session, row: FirstLinkRow) -> Iterator[tuple[AuthMode, Credential]]:
        for mode in modes_of(self._registry).all():
            for held in mode.credentials(session, row.subject):
                if held.reference != row.link and held.added_at <= row.at:
                    yield mode, held

    def _phones(self, session: Session, subject: str) -> list[str]:
        values = find(self._registry, IAccounts).attributes(session, subject)
        return list(dict.fromkeys(values[name] for name in _PHONES if values.get(name)))

    def _audit(self, session: Session, action: str, subject: str, **details: object) -> None:
        find(self._registry, IAuditTrail).record(session, action, actor=subject, target=subject, details=details)


def _key(mode: AuthMode, held: Credential) -> str:
    return f"{mode.name}:{held.reference}"


def _concern(row: FirstLinkRow, since: datetime) -> str:
    return "Récent" if row.at - since < RECENT else ""


def _confirmed(account: AccountView) -> str:
    since = account.email_confirmed_at
    return f"confirmée le {date_fr(since)}" if since is not None else "jamais confirmée"


def forget(event: AccountErased) -> None:
    """Delete the row of an account whose profile is erased."""
    event.session.execute(delete(FirstLinkRow).where(FirstLinkRow.subject == event.subject))
