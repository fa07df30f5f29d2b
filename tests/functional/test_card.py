"""« Carte CPS »: one gesture from the portal to the card host and back, as a person with a card does it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from tests.cards import Cards, ask, at_card_host, back, headers_of, link, read, with_card

from esea_auth_plugin.authentication.registry import modes_of
from esea_auth_plugin.foundation.audit.models import AuditEvent
from esea_auth_plugin.interfaces import ISessions
from esea_auth_plugin.testing.pages import text
from esea_auth_plugin.testing.portal import Portal


def actions(portal: Portal) -> list[str]:
    with portal.db.reading() as session:
        return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.at, AuditEvent.id)))


def test_a_linked_card_opens_the_session_at_the_highest_level(card_portal: Portal, cards: Cards) -> None:
    paul = card_portal.person(first_name="Paul", last_name="Castets")
    link(card_portal, paul.subject, cards["medecin"])
    browser = card_portal.browser()
    answer = with_card(card_portal, browser, cards["medecin"])
    assert answer.location.endswith("/compte")
    assert "Paul" in text(browser.get("/compte"))
    with card_portal.db.reading() as session:
        [found] = card_portal.find(ISessions).of_subject(session, paul.subject)
    [proof] = found.proofs
    assert (proof.mode, proof.phishing_resistant) == ("cps_card", True)
    assert "card.read" in actions(card_portal)


def test_a_renewed_card_just_works_and_is_noted(card_portal: Portal, cards: Cards) -> None:
    paul = card_portal.person(first_name="Paul", last_name="Castets")
    link(card_portal, paul.subject, cards["medecin"])
    answer = with_card(card_portal, card_portal.browser(), cards["medecin-renouvelee"])
    assert answer.location.endswith("/compte")
    assert actions(card_portal).count("identity.renewed") == 1
    with_card(card_portal, card_portal.browser(), cards["medecin-renouvelee"])
    assert actions(card_portal).count("identity.renewed") == 1


def test_several_cards_of_employers_open_one_account(card_portal: Portal, cards: Cards) -> None:
    jean = card_portal.person(first_name="Jean", last_name="Lestage")
    for slug in ("cpe", "cpe-autre-employeur"):
        link(card_portal, jean.subject, cards[slug])
    for slug in ("cpe", "cpe-autre-employeur"):
        assert with_card(card_portal, card_portal.browser(), cards[slug]).location.endswith("/compte")


def test_a_card_that_nobody_linked_leads_to_what_is_offered_next(card_portal: Portal, cards: Cards) -> None:
    browser = card_portal.browser()
    answer = with_card(card_portal, browser, cards["medecin-nouveau"])
    page = answer.maybe_follow()
    assert "EXEMPLE" in text(page)


def test_the_card_host_sends_the_browser_straight_back_and_leaks_no_address(card_portal: Portal, cards: Cards) -> None:
    answer = read(card_portal, ask(card_portal.browser()), cards["medecin"])
    assert answer.status_int == 303
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.location.startswith("http://localhost/connexion/cps/retour?ticket=")
    assert "Set-Cookie" not in answer.headers


def test_the_page_lets_its_form_end_at_the_card_host_only(card_portal: Portal) -> None:
    page = card_portal.browser().get("/connexion/cps")
    assert "form-action 'self' https://carte.example.test;" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("slug", "said"),
    [
        ("medecin", "Tout fonctionne"),
        ("expiree", "Cette carte a expiré"),
        ("revoquee", "Cette carte est en opposition"),
        ("organisation", "Ceci n'est pas la carte d'une personne"),
        ("signature", "Ce certificat ne sert pas à se connecter"),
        ("test", "Ceci est une carte de test"),
    ],
)
def test_the_workstation_s_test_tells_what_was_found_without_naming_anybody(
    card_portal: Portal, cards: Cards, slug: str, said: str
) -> None:
    browser = card_portal.browser()
    page = browser.get("/connexion/cps/diagnostic")
    address = page.html.find("a", string="Tester ma carte")["href"]
    answer = at_card_host(card_portal, address, headers_of(cards[slug].der))
    shown = back(browser, answer)
    assert said in text(shown)
    report = shown.html.find("textarea").get_text()
    assert "899900000011" not in shown.text
    assert "CASTETS" not in shown.text
    assert "Navigateur :" in report


def test_the_workstation_s_test_says_that_no_card_came_and_shows_a_result_once(card_portal: Portal) -> None:
    browser = card_portal.browser()
    answer = at_card_host(card_portal, "/diagnostic", headers_of(None))
    assert "Aucune carte n'a été lue" in text(back(browser, answer))
    assert "Relancez le test" in text(back(browser, answer))


def test_the_help_says_who_may_have_a_card_and_what_to_do_without(card_portal: Portal) -> None:
    said = text(card_portal.browser().get("/connexion/cps/aide"))
    for words in ("CPF", "professionnels en formation", "Je n'ai pas de carte", "Pro Santé Connect"):
        assert words in said


def test_the_support_sees_the_age_of_each_list(card_portal: Portal) -> None:
    browser, _ = card_portal.signed_in(roles=["support"])
    card_portal.clock.advance(days=2, hours=23)
    browser, _ = card_portal.signed_in(roles=["support"])
    said = text(browser.get("/support/cartes"))
    assert "AC IGC-SANTE FORT PERSONNES" in said
    assert "absente" not in said
    assert "Listes d'opposition des cartes" in text(browser.get("/support"))


def test_a_card_that_ended_is_no_way_in_any_more(card_portal: Portal, cards: Cards) -> None:
    paul = card_portal.person()
    link(card_portal, paul.subject, cards["medecin"])
    mode = modes_of(card_portal.registry).get("cps_card")
    assert mode is not None
    with card_portal.db.reading() as session:
        assert mode.usable_by(session, paul.subject)
        [held] = mode.credentials(session, paul.subject)
    assert held.note.startswith("n° …0001, expire le ")
    card_portal.clock.advance(days=3 * 365)
    with card_portal.db.reading() as session:
        assert not mode.usable_by(session, paul.subject)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("path", "most"),
    [("/connexion/cps", 0), ("/connexion/cps/aide", 0), ("/connexion/cps/diagnostic", 0), ("/support/cartes", 4)],
)
def test_pages_of_the_card_cost_few_queries(card_portal: Portal, queries: Any, path: str, most: int) -> None:
    browser = card_portal.signed_in(roles=["support"])[0] if path.startswith("/support") else card_portal.browser()
    with queries() as seen:
        browser.get(path)
    assert len(seen) <= most, str(seen)


@pytest.mark.databases("sqlite")
def test_the_card_host_reads_a_card_in_few_queries(card_portal: Portal, cards: Cards, queries: Any) -> None:
    asked = ask(card_portal.browser())
    with queries() as seen:
        read(card_portal, asked, cards["medecin"])
    assert len(seen) <= 5, str(seen)
