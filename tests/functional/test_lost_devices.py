"""« Signaler une perte »: a device is suspended at once and removed later, without the device itself."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from tests.devices import by_application, give_application, give_codes
from tests.passkeys import give_key, sign_in_with
from webtest import TestApp

from esea_auth_plugin.auth_modes.passkey.models import PasskeyRow
from esea_auth_plugin.authentication.credentials.loss.service import remove_lost
from esea_auth_plugin.testing.pages import press, text
from esea_auth_plugin.testing.portal import Person, Portal

MODES = "passkey password mail_code totp recovery_codes"
pytestmark = pytest.mark.settings(**{"esea_auth.modes": MODES})


def key_path(portal: Portal, person: Person) -> str:
    """Return the address of a person's passkey in « Mes dispositifs »."""
    with portal.db.reading() as session:
        reference = session.scalar(select(PasskeyRow.id).where(PasskeyRow.subject == person.subject))
    return f"/compte/dispositifs/cle/{reference}"


def keys_of(portal: Portal, person: Person) -> int:
    """Return how many passkeys a person has."""
    with portal.db.reading() as session:
        return len(session.scalars(select(PasskeyRow).where(PasskeyRow.subject == person.subject)).all())


@pytest.fixture
def anne(portal: Portal) -> Person:
    """Somebody with a passkey and an application."""
    return portal.person()


def signed_in_by_application(portal: Portal, person: Person) -> TestApp:
    """Return a browser in which the person has just signed in by application."""
    browser = portal.browser()
    by_application(portal, browser, person, give_application(portal, person))
    return browser


def test_a_lost_key_is_blocked_at_once_and_removed_after_three_days(portal: Portal, anne: Person) -> None:
    give_key(portal, anne)
    browser = signed_in_by_application(portal, anne)
    portal.smtp.clear()
    listed = browser.get("/compte/dispositifs")
    page = browser.get(listed.html.find("a", href=f"{key_path(portal, anne)}/perdu")["href"])
    assert "Dans 72 heures" in text(page)
    page = press(page, "Bloquer « Téléphone »").follow()
    assert "Signalé perdu" in text(page) and "Il sera retiré" in text(page)
    assert browser.get("/compte").status_int == 200, "the session that reported goes on"
    emails = portal.emails(anne.email)
    assert [one.subject for one in emails] == ["Un dispositif de votre compte est signalé perdu et sera retiré"]
    portal.clock.advance(hours=71)
    remove_lost(portal.registry)
    assert keys_of(portal, anne) == 1
    portal.clock.advance(hours=2)
    remove_lost(portal.registry)
    assert keys_of(portal, anne) == 0
    assert portal.emails(anne.email)[-1].subject == "Un dispositif a été retiré de votre compte"


def test_the_blocked_key_opens_nothing_and_its_sessions_end(portal: Portal, anne: Person) -> None:
    device = give_key(portal, anne)
    stolen = portal.browser()
    sign_in_with(stolen, device)
    assert stolen.get("/compte").status_int == 200
    browser = signed_in_by_application(portal, anne)
    press(browser.get(f"{key_path(portal, anne)}/perdu"), "Bloquer « Téléphone »")
    assert stolen.get("/compte").status_int == 303
    again = portal.browser()
    sign_in_with(again, device)
    assert again.get("/compte").status_int == 303


def test_after_the_removal_another_key_can_be_added(portal: Portal, anne: Person) -> None:
    give_key(portal, anne)
    key = give_application(portal, anne)
    browser = portal.browser()
    by_application(portal, browser, anne, key)
    press(browser.get(f"{key_path(portal, anne)}/perdu"), "Bloquer « Téléphone »")
    assert "recent=1" in press(browser.get("/compte/dispositifs"), "Ajouter une clé d’accès").location
    portal.clock.advance(hours=73)
    remove_lost(portal.registry)
    browser = portal.browser()
    by_application(portal, browser, anne, key)
    assert press(browser.get("/compte/dispositifs"), "Ajouter une clé d’accès").location.endswith("/ajouter/cle")


def test_a_mailed_code_blocks_and_the_page_says_why_it_does_not_remove(portal: Portal, anne: Person) -> None:
    give_key(portal, anne)
    give_codes(portal, anne)
    browser = portal.browser()
    portal.sign_in(browser, anne)
    page = browser.get(f"{key_path(portal, anne)}/perdu")
    assert "pas à le retirer" in text(page)
    assert page.html.find("a", href="/connexion/secours") is not None, "printed codes replace it at once"
    assert page.html.find("a", href="/connexion/oubli/tout") is not None
    press(page, "Bloquer « Téléphone »")
    portal.clock.advance(days=30)
    remove_lost(portal.registry)
    assert keys_of(portal, anne) == 1


def test_a_removal_that_is_stopped_can_be_planned_again_with_the_whole_delay(portal: Portal, anne: Person) -> None:
    give_key(portal, anne)
    key = give_application(portal, anne)
    browser = portal.browser()
    by_application(portal, browser, anne, key)
    path = key_path(portal, anne)
    press(browser.get(f"{path}/perdu"), "Bloquer « Téléphone »")
    portal.clock.advance(hours=70)
    browser = portal.browser()
    by_application(portal, browser, anne, key)
    page = press(browser.get(path), "Annuler le retrait").follow()
    assert "Il sera retiré" not in text(page) and "Signalé perdu" in text(page)
    press(browser.get(f"{path}/perdu"), "Prévoir le retrait")
    portal.clock.advance(hours=71)
    remove_lost(portal.registry)
    assert keys_of(portal, anne) == 1
    portal.clock.advance(hours=2)
    remove_lost(portal.registry)
    assert keys_of(portal, anne) == 0


def test_a_device_that_was_found_is_accepted_again_with_another_as_strong(portal: Portal, anne: Person) -> None:
    lost = give_key(portal, anne)
    path = key_path(portal, anne)
    browser = portal.browser()
    sign_in_with(browser, give_key(portal, anne, label="Clé de secours"))
    press(browser.get(f"{path}/perdu"), "Bloquer « Téléphone »")
    press(browser.get(path), "Je l’ai retrouvé : débloquer")
    portal.clock.advance(hours=80)
    remove_lost(portal.registry)
    assert keys_of(portal, anne) == 2, "no removal is left behind"
    again = portal.browser()
    sign_in_with(again, lost)
    assert again.get("/compte").status_int == 200


def test_a_session_of_this_morning_is_led_to_every_proof_that_would_do(portal: Portal, anne: Person) -> None:
    give_key(portal, anne)
    browser = signed_in_by_application(portal, anne)
    portal.clock.advance(minutes=11)
    page = browser.get(f"{key_path(portal, anne)}/perdu")
    tiles = [tile["href"] for tile in page.html.find_all("a", class_="tile")]
    assert any(href.startswith("/connexion/totp?") for href in tiles)
    assert any(href.startswith("/connexion/otp?") for href in tiles)
    assert not any(href.startswith("/connexion/cle?") for href in tiles), "the lost one is not asked for"


def test_a_step_up_says_which_factors_would_do_why_no_other_and_what_to_do(portal: Portal, anne: Person) -> None:
    give_key(portal, anne)
    give_codes(portal, anne)
    browser = signed_in_by_application(portal, anne)
    page = browser.get("/compte/mot-de-passe").follow()
    tiles = [tile["href"].partition("?")[0] for tile in page.html.find_all("a", class_="tile")]
    assert tiles == ["/connexion/cle"]
    said = text(page)
    assert "Pourquoi pas un autre ?" in said and "moins sûr que les dispositifs de votre compte" in said
    for href in ("/compte/dispositifs", "/connexion/secours", "/connexion/oubli/tout"):
        assert page.html.find("a", href=href) is not None, href


def test_a_step_up_with_a_blocked_key_never_leads_into_it(portal: Portal, anne: Person) -> None:
    give_key(portal, anne)
    browser = signed_in_by_application(portal, anne)
    press(browser.get(f"{key_path(portal, anne)}/perdu"), "Bloquer « Téléphone »")
    page = browser.get("/compte/mot-de-passe").follow()
    assert page.html.find_all("a", class_="tile") == []
    assert "bloqué" in text(page) and page.html.find("a", href="/connexion/oubli/tout") is not None
