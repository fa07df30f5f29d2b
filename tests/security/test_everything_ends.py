"""Whatever an account has open ends with every act that stops an attacker, except what the act names.

Each test puts one row of every registered kind into the database, acts, and looks at what still works. A package that
registers another kind must say here how it is opened; that it is ended is tested by the same tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from pyramid.config import Configurator
from pyramid.exceptions import ConfigurationConflictError
from sqlalchemy import ColumnElement, inspect, select, true
from sqlalchemy.orm import Session
from tests.devices import MODES, by_application, give_application
from tests.email_change import changed, undo_path
from tests.recovery import NEW, accept_twice, ask_link, lose_everything, mailed_link, mailed_path
from webtest import TestApp

from esea_auth_plugin.auth_modes.qr_code.models import QrRequestRow
from esea_auth_plugin.authentication.attempts.models import KnownBrowserRow, SignInRow
from esea_auth_plugin.authentication.credentials.loss.models import LostDeviceRow
from esea_auth_plugin.authentication.credentials.models import EnrolmentRow
from esea_auth_plugin.authentication.credentials.pending.models import PendingDeviceRow
from esea_auth_plugin.directives import Revocable, core, revocables_of
from esea_auth_plugin.events import FirstLinked, SignedInFromNewNetwork
from esea_auth_plugin.foundation.database import lock_accounts, new_id
from esea_auth_plugin.foundation.reviews.models import ReviewAgreement, ReviewRequest
from esea_auth_plugin.foundation.revocation import ALL, MAILBOX, REQUESTS, UNVERIFIED_MAILBOX, end_everything
from esea_auth_plugin.foundation.sessions.models import SessionRow
from esea_auth_plugin.interfaces import AccountState, IAccounts, IMailboxes, LinkBasis
from esea_auth_plugin.my_account.email_change.models import EmailChangeRow
from esea_auth_plugin.recovery.device_replacement.models import EnrolmentTicketRow
from esea_auth_plugin.recovery.lost_authenticators.models import EnrolmentLinkRow
from esea_auth_plugin.recovery.models import ResetRow
from esea_auth_plugin.testing.pages import press, send
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.sign_up import path_in, reference_on

pytestmark = [pytest.mark.settings(**MODES), pytest.mark.databases("sqlite")]

PASSWORDS = {"Nouveau mot de passe": NEW, "Confirmez votre nouveau mot de passe": NEW}


@dataclass(frozen=True)
class Kind:
    """A registered kind: its table, what an open row holds beside the defaults, and which rows still work."""

    model: Any
    values: Mapping[str, Any]
    live: Callable[[Any], ColumnElement[bool]] = lambda now: true()
    owner: str = "subject"


KINDS: Mapping[str, Kind] = {
    "session": Kind(
        SessionRow,
        {"proofs": [], "last_seen_at": "now", "idle_seconds": 900},
        lambda now: SessionRow.revoked_at.is_(None),
    ),
    "sign_in": Kind(SignInRow, {"mode": "otp", "stages": [], "stage": "otp", "proofs": []}),
    "known_browser": Kind(KnownBrowserRow, {"seen_at": "now"}),
    "enrolment": Kind(EnrolmentRow, {"session_id": "s", "mode": "totp"}),
    "pending_device": Kind(PendingDeviceRow, {"mode": "totp"}, lambda now: PendingDeviceRow.ends_at > now),
    "device_removal": Kind(
        LostDeviceRow,
        {"mode": "totp", "reported_at": "now", "removal_at": "later"},
        lambda now: LostDeviceRow.removal_at.is_not(None),
    ),
    "reset_link": Kind(ResetRow, {}, lambda now: ResetRow.replaced_at.is_(None) & ResetRow.used_at.is_(None)),
    "recovery_link": Kind(
        EnrolmentLinkRow,
        {"request_id": "r"},
        lambda now: EnrolmentLinkRow.replaced_at.is_(None) & EnrolmentLinkRow.used_at.is_(None),
    ),
    "enrolment_ticket": Kind(
        EnrolmentTicketRow, {"cause": "codes"}, lambda now: EnrolmentTicketRow.replaced_at.is_(None)
    ),
    "email_change": Kind(EmailChangeRow, {"sealed_former": "", "sealed_new": "", "code_ends_at": "later"}),
    "qr_request": Kind(
        QrRequestRow,
        {"kind": "sign_in", "attempt": "a", "number_digest": "n", "state": "approved", "sealed": ""},
        lambda now: QrRequestRow.state == "approved",
    ),
    "review_request": Kind(
        ReviewRequest,
        {
            "kind": "identity_correction",
            "state": "open",
            "title": "t",
            "sort_title": "t",
            "search_text": "t",
            "due_on": "day",
        },
        lambda now: ReviewRequest.state == "open",
        "author",
    ),
    "review_agreement": Kind(ReviewAgreement, {"at": "now", "request_id": "request"}, owner="by"),
}
Open = Callable[[], Mapping[str, Any]]
Act = Callable[[Portal, TestApp, Person, Open], Mapping[str, Any]]


def change_password(portal: Portal, browser: TestApp, anne: Person, opened: Open) -> Mapping[str, Any]:
    page, rows = browser.get("/compte/mot-de-passe"), opened()
    assert send(page, {"Mot de passe actuel": anne.password, **PASSWORDS}).location.endswith("/compte")
    assert browser.get("/compte").status_int == 200, "the session that changed it stays"
    return rows


def reset_password(portal: Portal, browser: TestApp, anne: Person, opened: Open) -> Mapping[str, Any]:
    ask_link(portal, anne.identifier)
    page = portal.browser().get(mailed_link(portal, anne.email)).follow()
    rows = opened()
    send(page, PASSWORDS)
    return rows


def regain_everything(portal: Portal, browser: TestApp, anne: Person, opened: Open) -> Mapping[str, Any]:
    accept_twice(portal, reference_on(lose_everything(portal, anne.identifier)))
    page = portal.browser().get(mailed_path(portal, anne.email)).follow()
    rows = opened()
    send(page, PASSWORDS)
    return rows


def contest(portal: Portal, browser: TestApp, anne: Person, opened: Open) -> Mapping[str, Any]:
    with portal.db.writing() as session:
        portal.registry.notify(SignedInFromNewNetwork(session, anne.subject, "Firefox", "203.0.113.9"))
    emails = [each for each in portal.emails(anne.email) if each.subject.startswith("Nouvelle connexion")]
    page = portal.browser().get(path_in(emails[-1], "/signalement/")).follow()
    rows = opened()
    press(page, "Ce n’était pas moi : tout arrêter")
    return rows


def change_address(portal: Portal, browser: TestApp, anne: Person, opened: Open) -> Mapping[str, Any]:
    rows = {**opened()}
    del rows["email_change"]  # asking for the change replaces it
    changed(portal, browser)
    return rows


def undo_address(portal: Portal, browser: TestApp, anne: Person, opened: Open) -> Mapping[str, Any]:
    changed(portal, browser)
    page = portal.browser().get(undo_path(portal, anne)).follow()
    rows = opened()
    press(page, "Remettre mon ancienne adresse")
    return rows


def lose_verification(portal: Portal, browser: TestApp, anne: Person, opened: Open) -> Mapping[str, Any]:
    rows = opened()
    with portal.db.writing() as session:
        lock_accounts(portal.registry, session, anne.subject)
        assert portal.find(IMailboxes).unverify_account(session, anne.subject, reason="support")
    return rows


def link_first_identity(portal: Portal, browser: TestApp, anne: Person, opened: Open) -> Mapping[str, Any]:
    rows = opened()
    with portal.db.writing() as session:
        portal.registry.notify(FirstLinked(session, anne.subject, "psc", "r", LinkBasis.NUMBER))
    return rows


def suspend(portal: Portal, browser: TestApp, anne: Person, opened: Open) -> Mapping[str, Any]:
    rows = opened()
    with portal.db.writing() as session:
        portal.find(IAccounts).set_state(session, anne.subject, AccountState.SUSPENDED, reason="doubt", by=None)
    return rows


def close(portal: Portal, browser: TestApp, anne: Person, opened: Open) -> Mapping[str, Any]:
    rows = opened()
    with portal.db.writing() as session:
        portal.find(IAccounts).set_state(session, anne.subject, AccountState.CLOSED, reason="asked", by=None)
    return rows


#: Each act, and the kinds that it leaves as they are.
ACTS: Sequence[tuple[Act, Mapping[str, str]]] = [
    (change_password, REQUESTS),
    (reset_password, REQUESTS),
    (regain_everything, REQUESTS),
    (contest, REQUESTS),
    (change_address, MAILBOX),
    (undo_address, REQUESTS),
    (lose_verification, UNVERIFIED_MAILBOX),
    (link_first_identity, REQUESTS),
    (suspend, {}),
    (close, {}),
]


def open_everything(portal: Portal, anne: Person) -> Mapping[str, Any]:
    """Insert a row of each kind for her account; return their keys."""
    now = portal.clock.now()
    rows: dict[str, Any] = {}
    moments = {"now": now, "later": now + timedelta(minutes=10), "day": now.date()}
    with portal.db.writing() as session:
        lock_accounts(portal.registry, session, anne.subject)
        request = _insert(session, KINDS["review_request"], {**moments, "owner": None})
        for name, kind in KINDS.items():
            rows[name] = _insert(session, kind, {**moments, "owner": anne.subject, "request": request[0]})
    return rows


def _insert(session: Session, kind: Kind, values: Mapping[str, Any]) -> Any:
    """Insert a row and return its key; in ``kind.values`` the names of ``values`` stand for them."""
    columns = {each.name for each in kind.model.__table__.columns}
    secrets = {name: new_id()[:20] for name in ("id", "cookie_digest", "digest", "code_digest", "reference", "topic")}
    common = {**secrets, "created_at": values["now"], "ends_at": values["later"], kind.owner: values["owner"]}
    own = {name: values.get(each, each) if isinstance(each, str) else each for name, each in kind.values.items()}
    row = kind.model(**{name: each for name, each in {**common, **own}.items() if name in columns})
    session.add(row)
    session.flush()
    return inspect(row).identity


def still_open(portal: Portal, rows: Mapping[str, Any]) -> set[str]:
    """Return the kinds whose row still works."""
    now, found = portal.clock.now(), set()
    with portal.db.reading() as session:
        for name, key in rows.items():
            kind = KINDS[name]
            columns = inspect(kind.model).primary_key
            which = [column == value for column, value in zip(columns, key, strict=True)]
            if session.scalar(select(columns[0]).where(*which, kind.live(now))) is not None:
                found.add(name)
    return found


@pytest.mark.parametrize(("act", "kept"), ACTS, ids=[act.__name__ for act, kept in ACTS])
def test_each_act_ends_every_kind_that_it_does_not_keep(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, act: Act, kept: Mapping[str, str]
) -> None:
    anne = portal.person()
    browser = portal.browser()
    if act is reset_password:  # a mailed link alone is enough for an account without an application
        portal.sign_in(browser, anne)
    else:
        by_application(portal, browser, anne, give_application(portal, anne))
    ended: list[str] = []
    # A package that registers a kind of its own is covered without a change to any act.
    trial = Revocable("trial", lambda session, subject, keep: ended.append(subject), 100)
    monkeypatch.setitem(core(portal.registry).revocables, "trial", trial)
    rows: dict[str, Any] = {}

    def opened() -> Mapping[str, Any]:
        rows.update(open_everything(portal, anne))
        assert still_open(portal, rows) == set(rows)
        ended.clear()
        return rows

    tried = act(portal, browser, anne, opened)
    assert still_open(portal, tried) == {name for name in kept if kept[name] == ALL}
    assert set(ended) == {anne.subject}


def test_a_first_link_keeps_its_own_session_and_sign_in(portal: Portal) -> None:
    anne = portal.person()
    rows, others = open_everything(portal, anne), open_everything(portal, anne)
    (own,), (attempt,) = rows["session"], rows["sign_in"]
    with portal.db.writing() as session:
        event = FirstLinked(session, anne.subject, "psc", "r", LinkBasis.NUMBER, session_id=own, attempt=attempt)
        portal.registry.notify(event)
    assert still_open(portal, rows) == {"session", "sign_in", "review_request"}
    assert still_open(portal, others) == {"review_request"}


def test_nothing_of_somebody_else_ends(portal: Portal) -> None:
    anne, paul = portal.person(), portal.person()
    open_everything(portal, anne)
    rows = open_everything(portal, paul)
    with portal.db.writing() as session:
        end_everything(portal.registry, session, anne.subject, exclude={})
    assert still_open(portal, rows) == set(KINDS)


def test_every_registered_kind_is_tested_here(portal: Portal) -> None:
    assert {each.name for each in revocables_of(portal.registry)} == set(KINDS)
    assert {*REQUESTS, *MAILBOX, *UNVERIFIED_MAILBOX} <= set(KINDS), "a misspelt exclusion keeps nothing"


def test_sign_ins_end_before_sessions(portal: Portal) -> None:
    """A sign-in that finishes at this moment has opened its session by the time that sessions end."""
    names = [each.name for each in revocables_of(portal.registry)]
    assert names[:2] == ["sign_in", "session"]


def test_two_packages_may_not_register_one_kind() -> None:
    def first(config: Configurator) -> None:
        config.add_revocable("trial", print)

    def second(config: Configurator) -> None:
        config.add_revocable("trial", print)

    config = Configurator()
    config.include("esea_auth_plugin.directives")
    config.include(first)
    config.include(second)
    with pytest.raises(ConfigurationConflictError):
        config.commit()
