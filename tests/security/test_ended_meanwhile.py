"""What ends an account's access wins against what is opening one at the same moment, in either order of the two.

An attacker who knows that they are about to be stopped signs in again and again: one of these sign-ins finishes just
when the account is suspended. Real transactions, held at their critical statements; on PostgreSQL several are under
way at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text
from tests import devices, qr_sign_in
from tests.races import race
from webtest import TestApp

from esea_auth_plugin.authentication.credentials.revoking import Revoking
from esea_auth_plugin.authentication.registry import modes_of
from esea_auth_plugin.foundation.audit import audit_rows
from esea_auth_plugin.interfaces import AccountState, IAccounts, IGrants, IReviews, IRoles, ISessions, ReviewState
from esea_auth_plugin.services import find
from esea_auth_plugin.testing.pages import fill, press, send
from esea_auth_plugin.testing.portal import PASSWORD, Person, Portal
from esea_auth_plugin.testing.sign_up import path_in

pytestmark = pytest.mark.databases("sqlite", "postgresql")
on_postgresql = pytest.mark.databases("postgresql")

Act = Callable[[], Any]
NEW = "Girafe-Tambour-Melon-48"


@dataclass(frozen=True)
class End:
    """An act that ends somebody's access, prepared and not yet sent.

    :ivar own: sessions that it leaves open: the one from which its person acts.
    """

    act: Act
    own: int = 0


def last_stage(portal: Portal, person: Person) -> tuple[TestApp, Act]:
    """Return a browser and the answer that finishes its sign-in: the mailed code, typed and not yet sent."""
    portal.clock.advance(minutes=2)
    browser = portal.browser()
    page = browser.get("/connexion/otp").maybe_follow()
    page = send(page, {"Identifiant ou email": person.identifier, "Mot de passe": person.password}).maybe_follow()
    mailed = [letter for letter in portal.emails(person.email) if "code de connexion" in letter.subject]
    form = fill(page, {"Code reçu par courriel": mailed[-1].code})
    return browser, lambda: form.submit(status="*")


def suspension(portal: Portal, person: Person) -> End:
    support, _ = portal.signed_in(roles=["support"], last_name="Desk")
    page = support.get(f"/support/comptes/{person.subject}/suspendre")
    form = fill(page, {"Motif de la suspension": "Compte compromis, signalé par l'établissement"})
    return End(lambda: form.submit(status="*"))


def closing(portal: Portal, person: Person) -> End:
    own = portal.browser()
    portal.sign_in(own, person)
    form = fill(own.get("/compte/fermer"), {"Je veux fermer mon compte et perdre mes accès dès maintenant": True})
    return End(lambda: form.submit(status="*"))


def contest(portal: Portal, person: Person) -> End:
    """« Ce n'était pas moi », from the email about a sign-in from a new place."""
    portal.sign_in(portal.browser(), person)
    portal.sign_in(portal.browser("203.0.113.9"), person)
    letter = next(letter for letter in portal.emails(person.email) if "/signalement/" in letter.text)
    page = portal.browser().get(path_in(letter, "/signalement/")).follow()
    return End(lambda: press(page, "Ce n’était pas moi : tout arrêter"))


def password_change(portal: Portal, person: Person) -> End:
    own = portal.browser()
    portal.sign_in(own, person)
    page = own.get("/compte/mot-de-passe")
    typed = {"Mot de passe actuel": PASSWORD, "Nouveau mot de passe": NEW, "Confirmez votre nouveau mot de passe": NEW}
    form = fill(page, typed)
    return End(lambda: form.submit(status="*"), own=1)


def other_sessions(portal: Portal, person: Person) -> End:
    own = portal.browser()
    portal.sign_in(own, person)
    portal.sign_in(portal.browser(), person)
    page = own.get("/compte/sessions")
    form = next(form for form in page.forms.values() if form.action.endswith("/fermer-les-autres"))
    return End(lambda: form.submit(status="*"), own=1)


ENDS = [suspension, closing, contest, password_change]


def nothing_came_of_it(portal: Portal, person: Person, browser: TestApp, end: End) -> None:
    """Assert that nothing of the person is open, in the database and for the browser that was signing in."""
    with portal.db.reading() as session:
        assert len(portal.find(ISessions).of_subject(session, person.subject)) == end.own
    assert browser.get("/compte", status="*").status_int == 303


@pytest.mark.parametrize("prepare", [*ENDS, other_sessions])
def test_a_sign_in_that_is_opening_its_session_ends_too(portal: Portal, prepare: Callable[..., End]) -> None:
    """The sign-in has done all but open its session when its end begins (issue 10, 1.4: a deadlock)."""
    anne = portal.person()
    end = prepare(portal, anne)
    browser, finish = last_stage(portal, anne)
    finished, ended = race(portal.db.engine, finish, end.act, hold="INSERT INTO esea_session")
    assert finished.error is None and ended.error is None and ended.result.status_int in {200, 303}
    nothing_came_of_it(portal, anne, browser, end)


@pytest.mark.parametrize("prepare", ENDS)
def test_a_sign_in_that_finishes_while_access_ends_opens_nothing(portal: Portal, prepare: Callable[..., End]) -> None:
    """What ends has closed the sessions there were, and not yet committed."""
    anne = portal.person()
    end = prepare(portal, anne)
    browser, finish = last_stage(portal, anne)
    ended, finished = race(portal.db.engine, end.act, finish, hold="UPDATE esea_session")
    assert finished.error is None and ended.error is None and ended.result.status_int in {200, 303}
    nothing_came_of_it(portal, anne, browser, end)


@on_postgresql
@pytest.mark.parametrize("prepare", [suspension, closing, contest, other_sessions])
def test_an_end_that_loses_a_deadlock_is_run_again(portal: Portal, prepare: Callable[..., End]) -> None:
    """A transaction of somebody else's plugin locks in the opposite order: PostgreSQL ends one of the two."""
    anne = portal.person()
    end = prepare(portal, anne)
    portal.clock.advance(minutes=1)
    portal.sign_in(portal.browser(), anne)
    engine = portal.db.engine

    def other() -> None:
        with engine.begin() as connection:
            # PostgreSQL ends the one that looks for a deadlock first: this one waits a minute before it does.
            connection.execute(text("SET LOCAL deadlock_timeout = '60s'"))
            connection.execute(text("SELECT id FROM esea_session WHERE subject = :it FOR UPDATE"), {"it": anne.subject})
            connection.execute(
                text("UPDATE esea_account SET changed_at = changed_at WHERE subject = :it"), {"it": anne.subject}
            )

    ended, unordered = race(engine, end.act, other, hold="UPDATE esea_session")
    assert unordered.error is None
    assert ended.error is None and ended.result.status_int in {200, 303}
    with portal.db.reading() as session:
        assert len(portal.find(ISessions).of_subject(session, anne.subject)) == end.own
        actions = [row.action for row in audit_rows(session, target=anne.subject)]
    done = {"account.suspended", "account.closed", "notice.contested", "session.others_closed"}
    assert len([action for action in actions if action in done]) == 1, "recorded once, however often it was run"


@pytest.mark.settings(**devices.MODES)
def test_a_device_that_is_revoked_while_it_signs_in_opens_nothing(portal: Portal) -> None:
    anne = portal.person()
    key = devices.give_application(portal, anne)
    portal.clock.advance(minutes=1)
    browser = portal.browser()
    page = devices.with_password(browser, anne, "totp")
    form = fill(page, {"Code de l’application": devices.code_now(portal, key)})
    mode = modes_of(portal.registry).get("totp")
    assert mode is not None
    with portal.db.reading() as session:
        (device,) = mode.credentials(session, anne.subject)

    def revoke() -> None:
        portal.db.run(
            lambda session: find(portal.registry, Revoking).carry_out(
                session, anne.subject, mode, device, by=None, reason="owner"
            )
        )

    finished, revoked = race(portal.db.engine, lambda: form.submit(status="*"), revoke, hold="INSERT INTO esea_session")
    assert finished.error is None and revoked.error is None
    nothing_came_of_it(portal, anne, browser, End(revoke))


@pytest.mark.settings(**qr_sign_in.MODES)
def test_an_approval_by_telephone_is_worth_nothing_once_the_account_is_suspended(portal: Portal) -> None:
    anne = portal.person()
    device = qr_sign_in.give_phone(portal, anne)
    browser, phone = portal.browser(), portal.browser("198.51.100.7")
    shown = qr_sign_in.workstation(browser)
    asked = send(qr_sign_in.read(phone, qr_sign_in.code_of(shown)), {qr_sign_in.NUMBER: qr_sign_in.number_of(shown)})

    def suspend() -> Any:
        return portal.db.run(
            lambda session: portal.find(IAccounts).set_state(
                session, anne.subject, AccountState.SUSPENDED, reason="test", by=None
            )
        )

    approved, suspended = race(
        portal.db.engine, lambda: qr_sign_in.sign(asked, device), suspend, hold="UPDATE esea_qr_request"
    )
    assert approved.error is None and suspended.result is True
    browser.post("/connexion/qr", {"csrf_token": shown.forms[0]["csrf_token"].value}, status="*")
    nothing_came_of_it(portal, anne, browser, End(suspend))


def reviewing(portal: Portal) -> tuple[Person, Person, Any, Act]:
    """Return who asks for a service, who reviews it, the request, and the acceptance, not yet sent."""
    browser, anne = portal.signed_in()
    values = {
        "Motif de l'inscription": "Besoin des lits du 33",
        "Conditions d'Utilisation": "J'accepte les Conditions d'Utilisation",
    }
    send(browser.get("/services/ror/adhesion"), values)
    with portal.db.reading() as session:
        review = portal.find(IReviews).of_author(session, anne.subject)[0]
    support, paul = portal.signed_in(roles=["support"])
    page = support.get(f"/support/adhesions/{review.reference}")
    form = next(form for form in page.forms.values() if form.action.endswith("accepter"))
    return anne, paul, review, lambda: form.submit(status="*")


@pytest.mark.parametrize("how", ["role", "suspension"])
def test_a_reviewer_who_is_none_any_more_decides_nothing(portal: Portal, how: str) -> None:
    """The role is being withdrawn, or the reviewer suspended, when the decision arrives with its page's permission."""
    anne, paul, review, accept = reviewing(portal)
    roles, accounts = portal.find(IRoles), portal.find(IAccounts)
    ways: dict[str, tuple[Callable[[Any], bool], str]] = {
        "role": (lambda session: roles.withdraw(session, paul.subject, "support"), "INSERT INTO esea_audit_event"),
        "suspension": (
            lambda session: accounts.set_state(session, paul.subject, AccountState.SUSPENDED, reason="test"),
            "UPDATE esea_session",
        ),
    }
    act, hold = ways[how]
    withdrawn, decided = race(portal.db.engine, lambda: portal.db.run(act), accept, hold=hold)
    assert withdrawn.result is True
    assert decided.error is None and decided.result.status_int == 409
    with portal.db.reading() as session:
        assert portal.find(IReviews).get(session, review.id).state is ReviewState.OPEN
        assert portal.find(IGrants).services_of(session, anne.subject) == frozenset()
