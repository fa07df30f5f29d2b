"""A mail domain that lapses, is bought or moves: what its addresses are still worth, and how people come back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import update
from tests.devices import by_application, give_application, with_password
from tests.mail_domains import DOMAIN, SETTINGS, SUPPORT, account_of, doubted, events, lapse, looks, state_of
from tests.name_service import RETENTION, TAKEN, NameService
from tests.recovery import lose_mailbox, mailed_link
from webtest import TestApp

from esea_auth_plugin.accounts.mail_domains.checks import look
from esea_auth_plugin.accounts.models import Account
from esea_auth_plugin.interfaces import AccountState, IAccounts, IReviews
from esea_auth_plugin.testing.pages import send, text
from esea_auth_plugin.testing.portal import Person, Portal

pytestmark = [
    pytest.mark.settings(**SETTINGS),
    pytest.mark.databases("sqlite"),
    pytest.mark.usefixtures("world"),
]
both = pytest.mark.databases("sqlite", "postgresql")
DOUBTED = "n’est plus vérifiée"
NEW = "Girafe-Tambour-Melon-48"


def sign_in_again(portal: Portal, browser: TestApp, anne: Person) -> str:
    """Try password and mailed code; return what the page says instead of asking for the code."""
    return text(with_password(browser, anne, "otp"))


# --- a domain that lapses


@both
def test_a_lapsed_domain_s_mailboxes_prove_nothing_any_more(portal: Portal, caplog: pytest.LogCaptureFixture) -> None:
    anne = portal.person()
    lapse(portal)
    assert "a mail domain is lapsed: 1 addresses doubted" in caplog.text
    assert DOMAIN not in caplog.text, "the domain of a practice is a name"
    assert doubted(portal, anne) and state_of(portal) == "lapsed"
    before = len(portal.emails(anne.email))
    assert DOUBTED in sign_in_again(portal, portal.browser(), anne)
    assert len(portal.emails(anne.email)) == before, "no code leaves"
    letter = portal.emails(SUPPORT)[-1]
    assert DOMAIN in letter.subject and "n’importe qui pourra l’acheter" in letter.text
    (event,) = events(portal, "account.mailbox_doubted")
    assert event.target == anne.subject and '"lapsed"' in event.details


def test_two_days_of_an_ill_dns_change_nothing(portal: Portal, world: NameService) -> None:
    anne = portal.person()
    look(portal.registry)
    portal.clock.advance(days=7)
    world.ill.add(DOMAIN)
    looks(portal, days=4)
    assert not doubted(portal, anne) and state_of(portal) == "sound"


def test_a_domain_that_comes_back_in_time_changes_nothing(portal: Portal, world: NameService) -> None:
    anne = portal.person()
    look(portal.registry)
    portal.clock.advance(days=7)
    records = world.zones.pop(DOMAIN)
    looks(portal, days=1)
    assert state_of(portal) == "silent"
    world.zones[DOMAIN] = records
    looks(portal, days=2)
    assert not doubted(portal, anne) and state_of(portal) == "sound"
    assert portal.emails(SUPPORT) == []


def test_a_session_that_rests_on_a_mailed_code_falls_at_its_next_request(portal: Portal, world: NameService) -> None:
    portal.clock.advance(days=10)
    world.registered(DOMAIN, "2026-09-20T00:00:00Z")
    browser, anne = portal.signed_in(services=["espace-pro"])
    assert "/espace-pro" in browser.get("/services/espace-pro").location
    with portal.db.writing() as session:
        long_ago = portal.clock.now() - timedelta(days=30)
        session.execute(update(Account).where(Account.subject == anne.subject).values(email_confirmed_at=long_ago))
    look(portal.registry)
    assert "/connexion" in browser.get("/services/espace-pro").location
    page = browser.get(browser.get("/services/espace-pro").location)
    assert DOUBTED in text(page)


def test_an_account_that_was_closed_meanwhile_is_doubted_once_it_is_opened_again(portal: Portal) -> None:
    anne, lea = portal.person(), portal.person(first_name="Léa")
    accounts = portal.find(IAccounts)
    with portal.db.writing() as session:
        accounts.set_state(session, lea.subject, AccountState.CLOSED, reason="closed_by_owner")
    lapse(portal)
    assert doubted(portal, anne) and not doubted(portal, lea)
    with portal.db.writing() as session:
        assert accounts.reopen(session, lea.subject, by=anne.subject)
    looks(portal, days=8)
    assert doubted(portal, lea)


# --- a domain that is bought


@both
def test_a_domain_registered_anew_doubts_who_confirmed_before_it(portal: Portal, world: NameService) -> None:
    world.registered(DOMAIN, "2001-05-06T07:08:09Z")
    anne = portal.person()
    look(portal.registry)
    assert not doubted(portal, anne)
    portal.clock.advance(days=7)
    world.registered(DOMAIN, portal.clock.now().isoformat())
    portal.clock.advance(hours=1)
    lea = portal.person(first_name="Léa")
    look(portal.registry)
    assert doubted(portal, anne) and not doubted(portal, lea), "she confirmed under the present holder"
    assert state_of(portal) == "returned"
    assert "en d’autres mains" in portal.emails(SUPPORT)[-1].text
    portal.clock.advance(days=7)
    look(portal.registry)
    assert state_of(portal) == "sound" and not doubted(portal, lea)


def test_a_mailbox_below_the_registered_domain_is_asked_for_above(portal: Portal, world: NameService) -> None:
    portal.person()
    world.registered("example.fr", "2001-05-06T07:08:09Z")
    look(portal.registry)
    assert world.asked_registry == ["chu.example.fr", "example.fr"]
    assert "2001" in text(portal.signed_in(roles=["support"])[0].get("/support/domaines"))


def test_a_registry_that_is_down_or_forbids_says_nothing(portal: Portal, world: NameService) -> None:
    anne = portal.person()
    for status in (429, 500, 302):
        world.registry[DOMAIN] = (status, {})
        look(portal.registry)
        portal.clock.advance(days=7)
    assert not doubted(portal, anne) and state_of(portal) == "sound"


# --- a domain that moves


def test_a_domain_that_moved_waits_for_the_support(portal: Portal, world: NameService) -> None:
    anne = portal.person()
    look(portal.registry)
    portal.clock.advance(days=7)
    world.zones[DOMAIN] = TAKEN
    look(portal.registry)
    assert not doubted(portal, anne) and state_of(portal) == "moved"
    assert "ont changé d’un coup" in portal.emails(SUPPORT)[-1].text


@pytest.mark.settings(**{"esea_auth.mail_domains.moved": "doubt"})
def test_a_domain_that_moved_is_doubted_at_once_by_setting(portal: Portal, world: NameService) -> None:
    anne = portal.person()
    look(portal.registry)
    portal.clock.advance(days=7)
    world.zones[DOMAIN] = TAKEN
    look(portal.registry)
    assert doubted(portal, anne)


# --- coming back


@both
def test_the_same_address_is_confirmed_again_at_the_top_level(portal: Portal, world: NameService) -> None:
    anne = portal.person()
    key = give_application(portal, anne)
    lapse(portal)
    world.zones[DOMAIN] = TAKEN
    browser = portal.browser()
    by_application(portal, browser, anne, key)
    assert DOUBTED in text(browser.get("/compte"))
    page = browser.get("/compte/courriel")
    assert "saisissez-la de nouveau pour la confirmer" in text(page)
    page = send(page, {"Nouvel email": anne.email, "Confirmation nouvel email": anne.email}).follow()
    code = portal.emails(anne.email)[-1].code
    page = send(page, {"Code reçu à la nouvelle adresse": code}).follow()
    assert "de nouveau vérifiée" in page.text
    assert not doubted(portal, anne)
    portal.sign_in(portal.browser(), anne)
    assert len(events(portal, "account.email_confirmed")) == 1
    looks(portal, days=8)
    assert not doubted(portal, anne), "the domain's past is not held against who confirmed since"


@both
def test_another_address_takes_its_place_and_the_former_is_told_nothing(portal: Portal) -> None:
    anne = portal.person()
    key = give_application(portal, anne)
    lapse(portal)
    before = len(portal.emails(anne.email))
    browser, new = portal.browser(), "anne@chu-neuf.fr"
    by_application(portal, browser, anne, key)
    page = send(browser.get("/compte/courriel"), {"Nouvel email": new, "Confirmation nouvel email": new}).follow()
    page = send(page, {"Code reçu à la nouvelle adresse": portal.emails(new)[-1].code}).follow()
    assert "L’ancienne a été prévenue" not in page.text
    assert account_of(portal, anne).email == new and not doubted(portal, anne)
    assert len(portal.emails(anne.email)) == before
    made = next(letter for letter in portal.emails(new) if "maintenant celle de votre compte" in letter.subject)
    assert "annuler" not in made.text
    assert "un autre changement passe par l’assistance" in text(browser.get("/compte/courriel"))


def test_who_owns_nothing_else_comes_back_through_the_support(portal: Portal, world: NameService) -> None:
    anne, lucie = portal.person(), portal.person(roles=["support"], email="lucie@esea.example")
    lapse(portal)
    world.zones["chu-neuf.fr"] = RETENTION
    new = "anne@chu-neuf.fr"
    reference = re.search(r"DEM-\w{4}-\w{4}", text(lose_mailbox(portal, anne.identifier, new)))
    assert reference is not None
    reviews = portal.find(IReviews)
    with portal.db.writing() as session:
        review = reviews.by_reference(session, reference[0])
        reviews.decide(session, review.id, accept=True, by=lucie.subject, kept=frozenset({"identity_checked"}))
    page = portal.browser().get(mailed_link(portal, new)).follow()
    values = {"Nouveau mot de passe": NEW, "Confirmez votre nouveau mot de passe": NEW}
    send(page, values)
    assert account_of(portal, anne).email == new and not doubted(portal, anne)
