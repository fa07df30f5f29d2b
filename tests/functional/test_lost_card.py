"""A lost card: blocked and removed without it; and a passkey that is enough where a card is held too."""

from __future__ import annotations

import pytest
from tests.cards import Cards, link, with_card
from tests.devices import by_application, give_application
from tests.passkeys import give_key, sign_in_with
from webtest import TestApp

from esea_auth_plugin.accounts.attribute_store import prove
from esea_auth_plugin.accounts.service import account_id_of
from esea_auth_plugin.auth_modes.cps_card.certificate import read_der
from esea_auth_plugin.auth_modes.cps_card.identity import identity_of
from esea_auth_plugin.authentication.credentials.loss.service import remove_lost
from esea_auth_plugin.interfaces import IAccounts, IMaximumLevel, ISealer, Level
from esea_auth_plugin.testing.pages import press, text
from esea_auth_plugin.testing.portal import Person, Portal

MODES = "cps_card passkey password mail_code totp"
pytestmark = [pytest.mark.settings(**{"esea_auth.modes": MODES}), pytest.mark.databases("sqlite")]


@pytest.fixture
def claire(card_portal: Portal, cards: Cards) -> Person:
    """Somebody whose account holds a card, confirmed long ago."""
    portal = card_portal
    person = portal.person(first_name="Claire", last_name="Bertin")
    link(portal, person.subject, cards["medecin"])
    shown = identity_of(read_der(cards["medecin"].der), portal.clock.now()).attributes
    with portal.db.writing() as session:
        portal.find(IAccounts).lock(session, person.subject)
        account, sealer = account_id_of(session, person.subject) or "", portal.find(ISealer)
        prove(session, sealer, account, shown, origin="card", now=portal.clock.now())
    return person


def owned(portal: Portal, person: Person) -> Level:
    with portal.db.reading() as session:
        level: Level = portal.find(IMaximumLevel).of(session, person.subject)
    return level


def card_page(browser: TestApp) -> str:
    """Return the address of « Signaler une perte » of the card."""
    listed = browser.get("/compte/dispositifs").html.find_all("a")
    return next(str(each["href"]) for each in listed if "/cps/" in each["href"] and each["href"].endswith("/perdu"))


def test_a_lost_card_is_blocked_at_once_and_removed_later_by_the_application(
    card_portal: Portal, cards: Cards, claire: Person
) -> None:
    portal = card_portal
    key = give_application(portal, claire)
    browser = portal.browser()
    by_application(portal, browser, claire, key)
    page = browser.get(card_page(browser))
    button = next(each.get_text(strip=True) for each in page.html.find_all("button") if "Bloquer" in each.get_text())
    press(page, button)
    stolen = portal.browser()
    with_card(portal, stolen, cards["medecin"])
    assert stolen.get("/compte").status_int == 303, "the card opens nothing any more"
    assert owned(portal, claire) is Level.HEALTH, "and still counts"
    portal.clock.advance(hours=73)
    remove_lost(portal.registry)
    assert owned(portal, claire) is Level.TWO_FACTORS
    again = portal.browser()
    with_card(portal, again, cards["medecin"]).maybe_follow()
    assert again.get("/compte").status_int == 303, "a stolen card does not link itself again by its number"


def test_a_passkey_is_enough_to_change_the_account_of_who_left_the_card_at_the_hospital(
    card_portal: Portal, claire: Person
) -> None:
    portal = card_portal
    device = give_key(portal, claire)
    browser = portal.browser()
    sign_in_with(browser, device)
    assert browser.get("/compte/courriel").status_int == 200
    portal.clock.advance(minutes=11)
    page = browser.get("/compte/courriel").follow()
    offered = [tile["href"].partition("?")[0] for tile in page.html.find_all("a", class_="tile")]
    assert {"/connexion/cps", "/connexion/cle"} <= set(offered), text(page)
