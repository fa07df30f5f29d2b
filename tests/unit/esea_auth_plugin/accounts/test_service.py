"""Accounts: found by what people type, created once, moved only along the states there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pyramid.config import Configurator
from sqlalchemy.orm import Session

from esea_auth_plugin.accounts import identifiers
from esea_auth_plugin.accounts.address_changes import AddressChanges
from esea_auth_plugin.accounts.models import IdentityAttribute
from esea_auth_plugin.accounts.service import Accounts, AccountTaken
from esea_auth_plugin.events import AccountActivated, AccountClosed
from esea_auth_plugin.foundation.database import Model, make_engine
from esea_auth_plugin.foundation.security.keyring import Keyring, new_key
from esea_auth_plugin.foundation.security.sealing import Sealer
from esea_auth_plugin.interfaces import AccountState, DeliveryView, IAccounts, IAuditTrail, IClock, IOutbox, ISealer
from esea_auth_plugin.services import add_service, find

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


class _Clock:
    def now(self) -> datetime:
        return NOW


class _Trail:
    def __init__(self) -> None:
        self.actions: list[str] = []

    def record(self, session: Session, action: str, **kwargs: Any) -> str:
        self.actions.append(action)
        return ""


class _Outbox:
    def __init__(self) -> None:
        self.posted: list[tuple[str, str]] = []

    def post(
        self,
        session: Session,
        letter: str,
        *,
        to: str,
        values: Mapping[str, Any],
        valid_until: datetime | None = None,
        decoy: bool = False,
    ) -> str:
        self.posted.append((letter, to))
        return ""

    def sent_to(self, session: Session, address: str, *, most: int = 5) -> Sequence[DeliveryView]:
        return []


@pytest.fixture
def registry() -> Any:
    outbox = _Outbox()
    trail, sealer, clock = _Trail(), Sealer(Keyring([new_key(NOW)])), _Clock()
    config = Configurator()
    add_service(config, IClock, lambda registry: clock)
    add_service(config, ISealer, lambda registry: sealer)
    add_service(config, IAuditTrail, lambda registry: trail)
    add_service(config, IOutbox, lambda registry: outbox)
    add_service(config, IAccounts, Accounts)
    add_service(config, AddressChanges, AddressChanges)
    heard: list[Any] = []
    config.registry.heard = heard
    config.add_subscriber(heard.append, AccountActivated)
    config.add_subscriber(heard.append, AccountClosed)
    config.commit()
    return config.registry


@pytest.fixture
def session() -> Iterator[Session]:
    engine = make_engine("sqlite://")
    Model.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def accounts(registry: Any) -> Accounts:
    return Accounts(registry)


def make(accounts: Accounts, session: Session, **changes: Any) -> Any:
    values = {
        "identifier": "anne.pierre",
        "email": "Anne.Pierre@CH-Exemple.fr",
        "attributes": {"civility": "MME", "first_name": "Anne", "last_name": "Pierre", "birthday": "03-14"},
        "origin": "declared",
        "state": AccountState.PENDING,
        **changes,
    }
    return accounts.create(session, **values)


def test_an_account_is_found_by_identifier_and_by_email_however_they_are_typed(
    accounts: Accounts, session: Session
) -> None:
    made = make(accounts, session)
    assert made.display_name == "Anne Pierre"
    assert accounts.by_login(session, " Anne.Pierre ") == made
    assert accounts.by_login(session, "anne.pierre@ch-exemple.FR") == made
    assert accounts.by_subjects(session, [made.subject]) == {made.subject: made}
    assert accounts.by_login(session, "anne") is None


def test_an_email_and_an_identifier_belong_to_one_account(accounts: Accounts, session: Session) -> None:
    make(accounts, session)
    with pytest.raises(AccountTaken):
        make(accounts, session, identifier="autre")
    with pytest.raises(AccountTaken):
        make(accounts, session, email="autre@ch-exemple.fr")


def test_an_identifier_held_by_a_sign_up_is_not_given_to_another_account(accounts: Accounts, session: Session) -> None:
    assert identifiers.reserve(session, "anne.pierre", kind=identifiers.SIGN_UP, holder="s1", now=NOW)
    with pytest.raises(AccountTaken):
        make(accounts, session)


def test_a_sealed_attribute_is_read_back_and_never_stored_in_clear(accounts: Accounts, session: Session) -> None:
    made = make(accounts, session)
    assert accounts.attributes(session, made.subject)["birthday"] == "03-14"
    assert accounts.attributes(session, made.subject)["civility"].endswith("|MME")
    row = session.query(IdentityAttribute).filter_by(name="birthday").one()
    assert row.value is None and "03-14" not in (row.sealed or "") and row.digest


def test_a_new_name_makes_the_birthdays_keyed_hash_anew(accounts: Accounts, session: Session) -> None:
    made = make(accounts, session)
    before = session.query(IdentityAttribute).filter_by(name="birthday").one().digest
    accounts.change_attributes(session, made.subject, {"last_name": "Durand"}, origin="support", by="sub-1")
    session.expire_all()
    after = session.query(IdentityAttribute).filter_by(name="birthday").one()
    assert after.digest != before and after.origin == "declared"
    assert accounts.attributes(session, made.subject)["birthday"] == "03-14"


def test_states_follow_each_other_only_along_the_table(accounts: Accounts, session: Session, registry: Any) -> None:
    made = make(accounts, session)
    assert not accounts.set_state(session, made.subject, AccountState.SUSPENDED, reason="x")
    assert accounts.set_state(session, made.subject, AccountState.ACTIVE, reason="confirmed")
    assert not accounts.set_state(session, made.subject, AccountState.ACTIVE, reason="again")
    assert accounts.set_state(session, made.subject, AccountState.SUSPENDED, reason="absence", by="sub-1")
    assert accounts.set_state(session, made.subject, AccountState.CLOSED, reason="départ")
    assert not accounts.set_state(session, made.subject, AccountState.ACTIVE, reason="retour")
    assert [type(event) for event in registry.heard] == [AccountActivated, AccountClosed, AccountClosed]


def test_each_state_change_has_exactly_one_audit_row(accounts: Accounts, session: Session, registry: Any) -> None:
    made = make(accounts, session)
    accounts.set_state(session, made.subject, AccountState.ACTIVE, reason="confirmed")
    accounts.accept_terms(session, made.subject, "2026-06")
    accounts.bar_mail_code(session, made.subject, NOW + timedelta(hours=24))
    accounts.bar_mail_code(session, made.subject, None, by="sub-1")
    accounts.change_attributes(session, made.subject, {"city": "Bordeaux"}, origin="declared")
    accounts.change_attributes(session, made.subject, {"city": "Bordeaux"}, origin="declared")  # no change
    assert accounts.change_email(session, made.subject, "autre@ch-exemple.fr")
    assert find(registry, IAuditTrail).actions == [  # type: ignore[attr-defined]
        "account.created",
        "account.active",
        "account.terms_accepted",
        "account.mail_code_barred",
        "account.mail_code_restored",
        "account.attributes_changed",
        "account.email_changed",
    ]


def test_an_email_of_another_account_is_not_taken_over(accounts: Accounts, session: Session) -> None:
    make(accounts, session)
    other = make(accounts, session, identifier="autre", email="autre@ch-exemple.fr")
    assert not accounts.change_email(session, other.subject, "ANNE.PIERRE@ch-exemple.fr")
    assert accounts.by_subject(session, other.subject).email == "autre@ch-exemple.fr"  # type: ignore[union-attr]


def test_an_invited_person_chooses_the_identifier_once(accounts: Accounts, session: Session) -> None:
    invited = make(accounts, session, identifier="")
    assert invited.identifier == ""
    assert not accounts.choose_identifier(session, invited.subject, "support")  # a word of the portal's
    assert accounts.choose_identifier(session, invited.subject, "anne")
    assert not accounts.choose_identifier(session, invited.subject, "pierre")
