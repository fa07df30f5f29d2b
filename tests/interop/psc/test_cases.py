"""« C'est mon compte », « Ce n'est pas mon compte », and what the support decides of numbers and of two accounts."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import select
from tests.interop.psc.journeys import actions, come_in, is_signed_in, registered, said, sessions
from tests.interop.psc.provider import Provider, Visitor
from tests.unit.esea_auth_plugin.auth_modes.pro_sante_connect.claims import CLAIMS, NATIONAL_ID, RPPS
from webtest import TestApp, TestResponse

from esea_auth_plugin.auth_modes.totp import codes
from esea_auth_plugin.authentication.contract import Attempt, Enrolled
from esea_auth_plugin.authentication.registry import modes_of
from esea_auth_plugin.errors import PortalError
from esea_auth_plugin.foundation.audit.models import AuditEvent
from esea_auth_plugin.foundation.database import new_id
from esea_auth_plugin.foundation.reviews.models import ReviewRequest
from esea_auth_plugin.interfaces import AccountState, IAccounts, IExternalIdentities, IGrants, IReviews
from esea_auth_plugin.testing.pages import press, send, text
from esea_auth_plugin.testing.portal import Person, Portal


@pytest.fixture
def claimant(portal: Portal, psc: Provider) -> TestApp:
    """A browser whose person is about to come back from PSC."""
    psc.present(CLAIMS)
    return portal.browser()


def shown(browser: TestApp) -> TestResponse:
    """Come back from PSC; return the page that asks whose the account is."""
    return come_in(browser, Visitor()).maybe_follow()


def link(browser: TestApp) -> None:
    """Press the button that links what was shown to the account that is signed in."""
    press(browser.get("/compte/dispositifs/lier"), "Lier à mon compte")


def with_totp(portal: Portal, person: Person) -> str:
    """Give somebody an authentication application; return its key."""
    mode = modes_of(portal.registry).get("totp")
    assert mode is not None
    attempt = Attempt(id=new_id(), at=portal.clock.now(), subject=person.subject, email=person.email)
    with portal.db.writing() as session:
        begun = mode.enrolment.begin(session, attempt)
    state = getattr(begun, "state", None) or {}
    values = {"code": codes.code_of(state["key"], codes.step_at(attempt.at)), "label": "Téléphone"}
    answering = replace(attempt, state=state, values=values)
    prepared = mode.enrolment.prepare(answering)
    with portal.db.writing() as session:
        assert isinstance(mode.enrolment.answer(session, answering, prepared), Enrolled)
    return str(state["key"])


def request_id(portal: Portal, kind: str) -> str:
    with portal.db.reading() as session:
        return session.scalars(select(ReviewRequest.id).where(ReviewRequest.kind == kind)).one()


def decide(portal: Portal, kind: str, *, accept: bool, kept: frozenset[str] = frozenset()) -> Person:
    support = portal.person(roles=["support"], first_name="Claire")
    with portal.db.writing() as session:
        portal.find(IReviews).decide(
            session, request_id(portal, kind), accept=accept, by=support.subject, reason="Vérifié.", kept=kept
        )
    return support


def services_of(portal: Portal, person: Person) -> frozenset[str]:
    with portal.db.reading() as session:
        found: frozenset[str] = portal.find(IGrants).services_of(session, person.subject)
        return found


# --- a number that an account merely declares --------------------------------------------------------------------


def test_a_declared_number_signs_nobody_in_and_nothing_of_the_account_is_shown(
    portal: Portal, claimant: TestApp
) -> None:
    person = registered(portal, origin="declared", first_name="Bernard", last_name="Secret")
    page = shown(claimant)
    assert f"N° RPPS {RPPS}" in text(page)
    for told in (person.email, person.identifier, "Bernard", "Secret"):
        assert told not in page.text
    assert sessions(portal) == 0


def test_it_is_mine_leads_to_another_mode_and_the_link(portal: Portal, claimant: TestApp) -> None:
    registered(portal, origin="declared")
    page = press(shown(claimant), "C'est mon compte").follow()
    assert page.request.path == "/connexion/identite"
    assert "Me connecter autrement et lier" in text(page)
    assert sessions(portal) == 0


def test_mail_alone_does_not_make_it_mine(portal: Portal, claimant: TestApp) -> None:
    """Whoever reads somebody's mailbox would take over their account for good: the support looks first."""
    person = registered(portal, origin="declared")
    press(shown(claimant), "C'est mon compte")
    portal.sign_in(claimant, person)
    link(claimant)
    with portal.db.reading() as session:
        assert portal.find(IExternalIdentities).of_account(session, person.subject) == []
    assert request_id(portal, "identity_link")


@pytest.mark.settings(**{"esea_auth.modes": "password mail_code totp pro_sante_connect ecps"})
def test_two_factors_of_the_account_make_it_mine(portal: Portal, psc: Provider, claimant: TestApp) -> None:
    person = registered(portal, origin="declared")
    key = with_totp(portal, person)
    press(shown(claimant), "C'est mon compte")
    portal.clock.advance(seconds=30)
    page = send(
        claimant.get("/connexion/totp"), {"Identifiant ou email": person.identifier, "Mot de passe": person.password}
    )
    code = codes.code_of(key, codes.step_at(portal.clock.now()))
    send(page.maybe_follow(), {"Code de l’application": code})
    link(claimant)
    with portal.db.reading() as session:
        assert portal.find(IExternalIdentities).find(session, psc.auth, NATIONAL_ID).account == person.subject


def test_it_is_not_mine_lets_the_sign_up_go_on_and_holds_the_other_account_s_rights(
    portal: Portal, claimant: TestApp
) -> None:
    person = registered(portal, origin="declared", services=["ror"])
    page = press(shown(claimant), "Ce n'est pas mon compte").follow()
    assert page.request.path == "/connexion/identite"
    assert services_of(portal, person) == frozenset()
    assert "psc.contested" in actions(portal)
    assert "grant.held" in actions(portal)
    # Asked once: a contested number is no question any more.
    again = come_in(portal.browser(), Visitor()).follow()
    assert again.request.path == "/connexion/identite"


def test_the_support_takes_a_contested_number_off(portal: Portal, claimant: TestApp) -> None:
    person = registered(portal, origin="declared", services=["ror"])
    press(shown(claimant), "Ce n'est pas mon compte")
    decide(portal, "psc_contest", accept=True)
    with portal.db.reading() as session:
        assert "rpps" not in portal.find(IAccounts).attributes(session, person.subject)
    assert services_of(portal, person) == frozenset()


@pytest.mark.parametrize(("accept", "kept"), [(False, frozenset()), (True, frozenset({"retablir-droits"}))])
def test_the_rights_come_back_when_the_support_says_so(
    portal: Portal, claimant: TestApp, accept: bool, kept: frozenset[str]
) -> None:
    person = registered(portal, origin="declared", services=["ror"])
    press(shown(claimant), "Ce n'est pas mon compte")
    decide(portal, "psc_contest", accept=accept, kept=kept)
    assert services_of(portal, person) == {"ror"}
    assert "grant.released" in actions(portal)


def test_the_support_sees_who_proved_the_number_and_who_declares_it(portal: Portal, claimant: TestApp) -> None:
    registered(portal, origin="declared", first_name="Bernard", last_name="Autre")
    press(shown(claimant), "Ce n'est pas mon compte")
    support, _ = portal.signed_in(roles=["support"])
    queue = support.get("/support/numeros-contestes")
    page = text(queue.click("Bernard Autre"))
    assert "Alix Exemple" in page
    assert "Seulement déclaré, jamais prouvé" in page
    assert f"N° RPPS {RPPS}" in page


# --- two accounts of one person ----------------------------------------------------------------------------------


@pytest.fixture
def twins(portal: Portal, claimant: TestApp) -> tuple[Person, Person]:
    """Two accounts to which one RPPS number was proven, found by PSC."""
    older = registered(portal, services=["ror"])
    younger = registered(portal, origin="support", services=["espace-pro"], workplace="CH d'Exemple")
    assert "deux comptes" in said(come_in(claimant, Visitor()))
    return older, younger


def test_the_support_previews_what_a_merge_does(portal: Portal, twins: tuple[Person, Person]) -> None:
    support, _ = portal.signed_in(roles=["support"])
    page = text(support.get("/support/rapprochements").click("Alix Exemple"))
    assert f"Aperçu : si l'on garde « {twins[0].identifier} »" in page
    assert "Espace Pro ORU NA" in page
    assert "Lieu d’exercice" in page


def test_a_merge_moves_everything_to_one_account_and_closes_the_other(
    portal: Portal, psc: Provider, twins: tuple[Person, Person]
) -> None:
    older, younger = twins
    support = decide(portal, "psc_conflict", accept=True, kept=frozenset({f"garder-{older.subject}"}))
    with portal.db.reading() as session:
        accounts = portal.find(IAccounts)
        assert accounts.by_subject(session, younger.subject).state is AccountState.CLOSED
        assert accounts.attributes(session, older.subject)["workplace"] == "CH d'Exemple"
        row = session.scalars(select(AuditEvent).where(AuditEvent.action == "account.merged")).one()
    assert (row.actor, row.target) == (support.subject, older.subject)
    assert json.loads(row.details)["ended"] == younger.subject
    assert services_of(portal, older) == {"ror", "espace-pro"}
    assert services_of(portal, younger) == frozenset()
    for person in twins:
        letter = portal.emails(person.email)[-1]
        assert letter.subject == "Vos deux comptes sont réunis"
        assert older.identifier in letter.text and "Espace Pro ORU NA" in letter.text
    # From now on PSC opens the one that stayed.
    browser = portal.browser()
    come_in(browser, Visitor())
    assert is_signed_in(browser, older)
    with portal.db.reading() as session:
        assert portal.find(IExternalIdentities).find(session, psc.auth, NATIONAL_ID).account == older.subject


@pytest.mark.parametrize("both", [True, False])
def test_a_merge_needs_one_account_to_keep(portal: Portal, twins: tuple[Person, Person], both: bool) -> None:
    kept = frozenset(f"garder-{each.subject}" for each in twins) if both else frozenset()
    with pytest.raises(PortalError, match="un seul"):
        decide(portal, "psc_conflict", accept=True, kept=kept)


def test_a_refused_merge_leaves_both_as_they_were(portal: Portal, twins: tuple[Person, Person]) -> None:
    decide(portal, "psc_conflict", accept=False)
    for person in twins:
        assert len(services_of(portal, person)) == 1


def test_nobody_merges_their_own_accounts(portal: Portal, claimant: TestApp) -> None:
    own = registered(portal, roles=["support"])
    registered(portal, origin="support")
    come_in(claimant, Visitor())
    with portal.db.writing() as session, pytest.raises(PortalError, match="vous concerne"):
        portal.find(IReviews).decide(
            session,
            request_id(portal, "psc_conflict"),
            accept=True,
            by=own.subject,
            kept=frozenset({f"garder-{own.subject}"}),
        )
