"""Accounts as the other packages see them: found, created, moved from state to state. See :class:`IAccounts`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..errors import PortalError
from ..events import AccountActivated, AccountClosed, PhoneChanged
from ..foundation.database.locking import locked_accounts, note_locked
from ..interfaces import AccountState, AccountView, Fact, IAuditTrail, ISealer, Level
from ..normalise.emails import domain_of, normalise_email
from ..pyramid_types import Json, Registry
from ..services import current_time, find
from . import attribute_store, identifiers
from .address_changes import AddressChanges
from .attributes import CALLED_BACK, ORIGINS, facts_of
from .models import Account, IdentifierReservation, IdentityAttribute
from .names import normalise_identifier, normalise_login
from .search import index

_NAMES = ("civility", "first_name", "last_name")
#: From which states each state may be reached; what is not here can't happen.
_FROM = {
    AccountState.ACTIVE: (AccountState.PENDING, AccountState.SUSPENDED),
    AccountState.SUSPENDED: (AccountState.ACTIVE,),
    AccountState.CLOSED: (AccountState.PENDING, AccountState.ACTIVE, AccountState.SUSPENDED),
    AccountState.PENDING: (),
}


class AccountTaken(PortalError):
    """The identifier or the e-mail belongs to another account."""

    code = "account.taken"


class Accounts:
    """See :class:`~esea_auth_plugin.interfaces.IAccounts`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def lock(self, session: Session, *subjects: str) -> None:
        lock_rows(session, *subjects)

    def by_subject(self, session: Session, subject: str) -> AccountView | None:
        return self._one(session, Account.subject == subject)

    def by_subjects(self, session: Session, subjects: Sequence[str]) -> Mapping[str, AccountView]:
        if not subjects:
            return {}
        return {view.subject: view for view in _views(session, Account.subject.in_(set(subjects)))}

    def by_login(self, session: Session, login: str) -> AccountView | None:
        """Identifiers hold no « @ », so one text can't mean two accounts."""
        column = Account.email if "@" in login else Account.identifier
        return self._one(session, column == normalise_login(login))

    def create(
        self,
        session: Session,
        *,
        identifier: str,
        email: str,
        attributes: Json,
        origin: str,
        state: AccountState,
        subject: str | None = None,
    ) -> AccountView:
        if origin not in ORIGINS:
            raise ValueError(f"unknown origin: {origin}")
        now = current_time(self._registry)
        account = Account(
            identifier=normalise_identifier(identifier) or None,
            email=normalise_email(email),
            email_typed=email.strip(),
            email_domain=domain_of(normalise_email(email)),
            email_confirmed_at=now if state is AccountState.ACTIVE else None,
            state=state,
            created_at=now,
            changed_at=now,
        )
        if subject is not None:
            account.subject = subject
        try:
            with session.begin_nested():
                session.add(account)
        except IntegrityError as error:
            raise AccountTaken("Cet identifiant ou cette adresse appartient déjà à un compte.") from error
        if account.identifier and not self._hold(session, account.identifier, account.subject, now):
            raise AccountTaken("Cet identifiant n’est pas disponible.")
        attribute_store.write(session, self._sealer, account.id, attributes, origin=origin, now=now)
        index(session, account.id)
        self._audit(session, "account.created", account.subject, None, state=str(state), origin=origin)
        if state is AccountState.ACTIVE:
            self._registry.notify(AccountActivated(session, account.subject))
        return self.by_subjects(session, [account.subject])[account.subject]

    def choose_identifier(self, session: Session, subject: str, identifier: str) -> bool:
        """Give an invited account the identifier its person chose; ``False`` if taken or already chosen."""
        now = current_time(self._registry)
        identifier = normalise_identifier(identifier)
        self.lock(session, subject)
        if not self._hold(session, identifier, subject, now):
            return False
        statement = (
            update(Account)
            .where(Account.subject == subject, Account.identifier.is_(None))
            .values(identifier=identifier, changed_at=now)
            .returning(Account.id)
        )
        chosen = session.execute(statement).scalar()
        if chosen is not None:
            index(session, chosen)
        return chosen is not None

    def set_state(
        self, session: Session, subject: str, state: AccountState, *, reason: str, by: str | None = None
    ) -> bool:
        now = current_time(self._registry)
        values: dict[str, object] = {"state": state, "changed_at": now}
        if state is AccountState.ACTIVE:
            # What opens a pending account is what was mailed to it. A suspended one was confirmed before.
            first = Account.state == AccountState.PENDING
            values["email_confirmed_at"] = case((first, now), else_=Account.email_confirmed_at)
        statement = (
            update(Account)
            .where(Account.subject == subject, Account.state.in_(_FROM[state]))
            .values(**values)
            .returning(Account.id)
        )
        if session.execute(statement).first() is None:
            return False
        note_locked(session, subject)
        self._audit(session, f"account.{state}", subject, by, **_reason(reason))
        if state is AccountState.ACTIVE:
            self._registry.notify(AccountActivated(session, subject, by))
        elif state in {AccountState.SUSPENDED, AccountState.CLOSED}:
            suspended = state is AccountState.SUSPENDED
            self._registry.notify(AccountClosed(session, subject, reason, suspended=suspended))
        return True

    def accept_terms(self, session: Session, subject: str, version: str) -> None:
        now = current_time(self._registry)
        session.execute(
            update(Account)
            .where(Account.subject == subject)
            .values(terms_version=version, terms_accepted_at=now, changed_at=now)
        )
        self._audit(session, "account.terms_accepted", subject, subject, version=version)

    def bar_mail_code(self, session: Session, subject: str, until: datetime | None, *, by: str | None = None) -> None:
        session.execute(update(Account).where(Account.subject == subject).values(mail_code_barred_until=until))
        action = "account.mail_code_barred" if until else "account.mail_code_restored"
        self._audit(session, action, subject, by, until=until.isoformat() if until else "")

    def note_devices(self, session: Session, subject: str, *, held: int, owned: Level) -> None:
        session.execute(update(Account).where(Account.subject == subject).values(devices_held=held, level_owned=owned))

    def attributes(self, session: Session, subject: str) -> Json:
        account_id = select(Account.id).where(Account.subject == subject).scalar_subquery()
        return attribute_store.read(session, self._sealer, account_id)

    def facts(self, session: Session, subject: str, names: Sequence[str]) -> Sequence[Fact]:
        account_id = select(Account.id).where(Account.subject == subject).scalar_subquery()
        return facts_of(attribute_store.told(session, self._sealer, account_id), names)

    def change_attributes(
        self,
        session: Session,
        subject: str,
        attributes: Json,
        *,
        origin: str,
        by: str | None = None,
        own: Collection[str] = (),
    ) -> None:
        if origin not in ORIGINS:
            raise ValueError(f"unknown origin: {origin}")
        now = current_time(self._registry)
        self.lock(session, subject)
        account_id = session.scalar(select(Account.id).where(Account.subject == subject))
        if account_id is None:
            raise LookupError(subject)
        changed = attribute_store.write(session, self._sealer, account_id, attributes, origin=origin, now=now, own=own)
        if changed:
            index(session, account_id)
            self._audit(session, "account.attributes_changed", subject, by, names=changed, origin=origin)
        numbers = {name: str(attributes[name] or "") for name in CALLED_BACK if name in changed}
        if numbers:
            self._registry.notify(PhoneChanged(session, subject, numbers))

    def change_email(
        self, session: Session, subject: str, email: str, *, by: str | None = None, former: str | None = None
    ) -> bool:
        return find(self._registry, AddressChanges).change(session, subject, email, by=by, former=former)

    def reopen(self, session: Session, subject: str, *, by: str) -> bool:
        """See the interface; nobody else brings a closed account back."""
        now = current_time(self._registry)
        statement = (
            update(Account)
            .where(Account.subject == subject, Account.state == AccountState.CLOSED, Account.terms_version.is_not(None))
            .values(state=AccountState.ACTIVE, changed_at=now)
            .returning(Account.id)
        )
        if session.execute(statement).first() is None:
            return False
        self._audit(session, "account.reopened", subject, by)
        return True

    def erase_closed(self, session: Session, subject: str) -> bool:
        """See the interface. Its attributes and external identities go by their foreign keys."""
        self.lock(session, subject)
        closed = delete(Account).where(Account.subject == subject, Account.state == AccountState.CLOSED)
        if session.execute(closed.returning(Account.id)).first() is None:
            return False
        session.execute(delete(IdentifierReservation).where(IdentifierReservation.holder == subject))
        self._audit(session, "account.profile_erased", subject, None)
        return True

    def erase(self, session: Session, subject: str) -> bool:
        """Remove a closed account that nobody ever confirmed; its identifier is free again."""
        statement = (
            delete(Account)
            .where(Account.subject == subject, Account.state == AccountState.CLOSED, Account.terms_version.is_(None))
            .returning(Account.id)
        )
        if session.execute(statement).first() is None:
            return False
        session.execute(delete(IdentifierReservation).where(IdentifierReservation.holder == subject))
        self._audit(session, "account.erased", subject, None)
        return True

    @property
    def _sealer(self) -> ISealer:
        return find(self._registry, ISealer)

    def _hold(self, session: Session, identifier: str, subject: str, now: datetime) -> bool:
        return identifiers.reserve(session, identifier, kind=identifiers.ACCOUNT, holder=subject, now=now)

    def _one(self, session: Session, condition: ColumnElement[bool]) -> AccountView | None:
        return next(iter(_views(session, condition)), None)

    def _audit(
        self, session: Session, action: str, subject: str, by: str | None, personal: Any = None, **details: Any
    ) -> None:
        trail = find(self._registry, IAuditTrail)
        trail.record(session, action, actor=by, target=subject, details=details, personal=personal)


def account_id_of(session: Session, subject: str) -> str | None:
    """Return the row id of an account, for tables of this package."""
    return session.scalar(select(Account.id).where(Account.subject == subject))


def lock_rows(session: Session, *subjects: str) -> None:
    """See :meth:`IAccounts.lock`."""
    held = locked_accounts(session)
    wanted = sorted(set(subjects) - held)
    if not wanted:
        return
    if session.connection().dialect.name == "postgresql":
        # As strong as the lock of an UPDATE that touches no key: it does not keep others from referring to the row.
        rows = select(Account.id).where(Account.subject.in_(wanted)).order_by(Account.subject)
        # Out of the order of subjects nothing is waited for, so that no two transactions wait for each other.
        session.execute(rows.with_for_update(key_share=True, nowait=any(each > wanted[0] for each in held))).all()
    note_locked(session, *wanted)


def lock_account(session: Session, subject: str) -> str | None:
    """Lock an account like :meth:`IAccounts.lock`, and return its row id."""
    lock_rows(session, subject)
    return account_id_of(session, subject)


def _views(session: Session, condition: ColumnElement[bool]) -> list[AccountView]:
    """Read accounts and their names in one query."""
    statement = (
        select(Account, IdentityAttribute.name, IdentityAttribute.value)
        .outerjoin(
            IdentityAttribute,
            and_(IdentityAttribute.account_id == Account.id, IdentityAttribute.name.in_(_NAMES)),
        )
        .where(condition)
        # The state may just have been changed by a Core statement in this very session.
        .execution_options(populate_existing=True)
    )
    found: dict[str, tuple[Account, dict[str, str]]] = {}
    for account, name, value in session.execute(statement):
        names = found.setdefault(account.id, (account, {}))[1]
        if name is not None:
            names[name] = value or ""
    return [_view(account, names) for account, names in found.values()]


def _view(account: Account, names: Mapping[str, str]) -> AccountView:
    return AccountView(
        subject=account.subject,
        identifier=account.identifier or "",
        email=account.email_typed,
        state=AccountState(account.state),
        civility=names.get("civility", ""),
        first_name=names.get("first_name", ""),
        last_name=names.get("last_name", ""),
        created_at=account.created_at,
        terms_version=account.terms_version,
        terms_accepted_at=account.terms_accepted_at,
        mail_code_barred_until=account.mail_code_barred_until,
        email_confirmed_at=account.email_confirmed_at,
        email_doubted_at=account.email_doubted_at,
        email_doubt_reason=account.email_doubt_reason,
        devices_held=account.devices_held,
        level_owned=Level(account.level_owned),
    )


def _reason(reason: str) -> dict[str, object]:
    """Return where a reason belongs in the trail: a code among the details, a sentence on the sealed side."""
    if re.fullmatch(r"[a-z_]{1,40}", reason):
        return {"reason": reason}
    return {"personal": {"reason": reason}}
