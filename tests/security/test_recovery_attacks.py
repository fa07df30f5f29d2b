"""One reviewer must not become two: an account taken over by « lost mailbox », then used as the second reviewer."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.cards import Cards, back, link, with_card
from tests.cards import read as read_card
from tests.devices import MODES, by_application, give_application
from tests.recovery import NEW, agree, agree_again, lose_everything, lose_mailbox, new_mailbox_path
from webtest import TestApp, TestResponse

from esea_auth_plugin.foundation.audit import audit_rows
from esea_auth_plugin.interfaces import IRoles
from esea_auth_plugin.testing.pages import fill, press, send, text
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.sign_up import reference_on

pytestmark = pytest.mark.databases("sqlite", "postgresql")

ATTACKER = "mallory@ailleurs.example"
CHECKED = "J’ai vérifié l’identité de la personne en l’appelant à un numéro connu du dossier ou de l’établissement."
VALUES = {"Nouveau mot de passe": NEW, "Confirmez votre nouveau mot de passe": NEW}


def accept(reviewer: TestApp, reference: str, **ticked: bool) -> TestResponse:
    """Accept a lost-mailbox request as one reviewer, with the recorded check."""
    page = reviewer.get(f"/support/boites-mail/{reference}")
    return fill(page, {CHECKED: True, **ticked}).submit(expect_errors=True)


def link_sent(portal: Portal) -> bool:
    return any("/connexion/reinitialisation/" in letter.text for letter in portal.emails(ATTACKER))


def waiver(reviewer: TestApp, reference: str) -> dict[str, bool]:
    """Return the choice that waives the account's other factor, as the page words it."""
    page = reviewer.get(f"/support/boites-mail/{reference}")
    return {page.html.find("label", attrs={"for": "choix-factor_waived"}).get_text(strip=True): True}


def roles_of(portal: Portal, person: Person) -> list[str]:
    with portal.db.reading() as session:
        return [role.name for role in portal.find(IRoles).of(session, person.subject)]


def card_address(answer: TestResponse, browser: TestApp) -> str:
    """Return the address at the card host to which the card's stage leads."""
    if "/lire?" in answer.location:
        return str(answer.location)
    return str(press(answer.follow(), "Lire ma carte").location)


def taken_over(portal: Portal, victim: Person, *reviewers: TestApp) -> TestApp:
    """Let the attacker obtain the account with these reviewers' agreements; return the attacker's browser."""
    reference = reference_on(lose_mailbox(portal, victim.identifier, ATTACKER))
    for reviewer in reviewers:
        accept(reviewer, reference)
    browser = portal.browser()
    send(browser.get(new_mailbox_path(portal, ATTACKER)).follow(), VALUES)
    moved = Person(victim.subject, victim.identifier, ATTACKER, victim.first_name, victim.last_name, NEW)
    portal.sign_in(browser, moved)
    return browser


@pytest.mark.settings(**MODES)
def test_one_reviewer_alone_moves_no_reviewer_s_mailbox(portal: Portal) -> None:
    """The three-step attack: its first step, one agreement, mails nothing to the attacker any more."""
    victim = portal.person(roles=["support"])
    accomplice, _ = portal.signed_in(roles=["support"])
    reference = reference_on(lose_mailbox(portal, victim.identifier, ATTACKER))
    answer = accept(accomplice, reference)
    assert not link_sent(portal), "one agreement moved the mailbox of an account that holds a role"
    assert "Une autre personne de l'équipe doit donner le sien" in text(answer.follow())
    assert "Vous avez déjà donné votre accord" in text(agree_again(accomplice, f"/support/boites-mail/{reference}"))
    assert not link_sent(portal)


@pytest.mark.settings(**MODES)
def test_a_recovered_reviewer_is_no_second_reviewer(portal: Portal) -> None:
    """The whole attack, even with two reviewers deceived: what it gains decides nothing."""
    victim, target = portal.person(roles=["support"]), portal.person()
    accomplice, _ = portal.signed_in(roles=["support"])
    deceived, _ = portal.signed_in(roles=["support"])
    attacker = taken_over(portal, victim, accomplice, deceived)
    assert attacker.get("/compte").status_int == 200, "the account itself is open"

    assert attacker.get("/support", expect_errors=True).status_int == 403
    reference = reference_on(lose_everything(portal, target.identifier))
    agree(portal, accomplice, reference)
    page = attacker.get(f"/support/acces-perdus/{reference}", expect_errors=True)
    assert page.status_int == 403
    token = attacker.get("/compte/roles").html.find("input", attrs={"name": "csrf_token"})["value"]
    forced = {"csrf_token": token, "choix.identity_checked": "1"}
    answer = attacker.post(f"/support/acces-perdus/{reference}/accepter", forced, expect_errors=True)
    assert answer.status_int == 403
    assert all("/connexion/retrouver/" not in letter.text for letter in portal.emails(target.email))


@pytest.mark.settings(**MODES)
def test_an_agreement_given_before_the_recovery_counts_for_nothing(portal: Portal) -> None:
    victim, target = portal.person(roles=["support"]), portal.person()
    browser = portal.browser()
    portal.sign_in(browser, victim)
    reference = reference_on(lose_everything(portal, target.identifier))
    agree(portal, browser, reference)
    first, _ = portal.signed_in(roles=["support"])
    second, _ = portal.signed_in(roles=["support"])
    taken_over(portal, victim, first, second)
    assert "Une autre personne de l'équipe doit donner le sien" in text(agree(portal, first, reference).follow())


@pytest.mark.settings(**MODES)
def test_the_other_factor_is_asked_for_even_with_an_accepted_mailbox(portal: Portal) -> None:
    """A mailed link alone gave a session to whoever had talked a reviewer into it."""
    victim = portal.person()
    key = give_application(portal, victim)
    reviewers = [portal.signed_in(roles=["support"])[0] for _ in range(2)]
    reference = reference_on(lose_mailbox(portal, victim.identifier, ATTACKER))
    accept(reviewers[0], reference)
    assert not link_sent(portal), "an account with an application needs two agreements"
    accept(reviewers[1], reference)
    browser = portal.browser()
    page = browser.get(new_mailbox_path(portal, ATTACKER)).follow()
    assert "prouvez d’abord que vous avez" in text(page)
    token = page.html.find("input", attrs={"name": "csrf_token"})["value"]
    forced = {"csrf_token": token, "password": NEW, "password_again": NEW}
    assert "prouvez d’abord" in text(browser.post("/connexion/reinitialisation", forced))
    assert by_application(portal, portal.browser(), victim, key).location.endswith("/compte"), "nothing has changed"


@pytest.fixture
def card_victim(card_portal: Portal, cards: Cards) -> Person:
    """A reviewer whose account owns a card."""
    victim = card_portal.person(roles=["support"], first_name="Claire", last_name="Bertin")
    link(card_portal, victim.subject, cards["medecin"])
    return victim


def test_the_account_s_card_is_asked_for(card_portal: Portal, cards: Cards, card_victim: Person) -> None:
    """The variant on an account that owns a card: the link gave a session at once."""
    portal = card_portal
    first, second = (portal.signed_in(roles=["support"])[0] for _ in range(2))
    reference = reference_on(lose_mailbox(portal, card_victim.identifier, ATTACKER))
    accept(first, reference)
    assert not link_sent(portal)
    accept(second, reference)
    browser = portal.browser()
    page = browser.get(new_mailbox_path(portal, ATTACKER)).follow()
    assert "prouvez d’abord que vous avez" in text(page)
    started = press(page, "Continuer avec « Carte CPS »")
    answer = back(browser, read_card(portal, card_address(started, browser), cards["infirmiere"]))
    assert "reinitialisation" not in answer.location, "another card proves nothing"
    assert "prouvez d’abord" in text(browser.get("/connexion/reinitialisation"))
    assert roles_of(portal, card_victim) == ["support"], "nothing has changed"

    started = press(browser.get("/connexion/reinitialisation"), "Continuer avec « Carte CPS »")
    answer = back(browser, read_card(portal, card_address(started, browser), cards["medecin"]))
    assert answer.location.endswith("/connexion/reinitialisation")
    send(browser.get("/connexion/reinitialisation"), VALUES)
    assert roles_of(portal, card_victim) == ["support"], "a strong authenticator owned before was proven"


def test_two_reviewers_waive_the_card_and_one_of_them_does_not(
    card_portal: Portal, cards: Cards, card_victim: Person
) -> None:
    portal = card_portal
    first, second = (portal.signed_in(roles=["support"])[0] for _ in range(2))
    reference = reference_on(lose_mailbox(portal, card_victim.identifier, ATTACKER))
    accept(first, reference, **waiver(first, reference))
    accept(second, reference)
    page = portal.browser().get(new_mailbox_path(portal, ATTACKER)).follow()
    assert "prouvez d’abord que vous avez" in text(page), "one reviewer alone waives nothing"

    portal.clock.advance(days=2)
    first, second = (portal.signed_in(roles=["support"])[0] for _ in range(2))
    reference = reference_on(lose_mailbox(portal, card_victim.identifier, ATTACKER))
    for reviewer in (first, second):
        accept(reviewer, reference, **waiver(reviewer, reference))
    browser = portal.browser()
    send(browser.get(new_mailbox_path(portal, ATTACKER)).follow(), VALUES)
    assert roles_of(portal, card_victim) == [], "without the card the roles are suspended"
    with portal.db.reading() as session:
        events = audit_rows(session, action="recovery.identity_checked")
    assert Counter(row.details["factor_waived"] for row in events) == {True: 3, False: 1}

    portal.clock.advance(minutes=1)
    assert with_card(portal, portal.browser(), cards["medecin"]).location.endswith("/compte")
    assert roles_of(portal, card_victim) == ["support"], "the card, owned before, restores them"
    subjects = [letter.subject for letter in portal.emails(ATTACKER)]
    assert "Les rôles de votre compte sont rétablis" in subjects
