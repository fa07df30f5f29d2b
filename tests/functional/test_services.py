"""The services: who sees what, and what each opening checks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from esea_auth_plugin.interfaces import IGrants
from esea_auth_plugin.testing.pages import text


def test_the_catalogue_is_public_and_one_s_own_come_first(portal: Any) -> None:
    assert "Connectez-vous" in text(portal.app.get("/services"))
    browser, _ = portal.signed_in(services=["ror"])
    page = browser.get("/services")
    said = text(page)
    assert said.index("Mes services") < said.index("ROR Nouvelle-Aquitaine") < said.index("Les autres services")
    assert "Ouvre le 2 novembre 2026" in said


def test_a_third_party_is_led_to_the_sign_in_of_that_service(portal: Any) -> None:
    answer = portal.app.get("/services/ror", status=303)
    assert "/connexion?service=ror" in answer.location


def test_a_place_of_this_portal_opens_by_its_path(portal: Any) -> None:
    browser, _ = portal.signed_in(services=["espace-pro"])
    assert browser.get("/services/espace-pro", status=303).location.endswith("/espace-pro")


def test_a_service_says_when_it_opens(portal: Any) -> None:
    browser, _ = portal.signed_in(services=["service-a-venir"])
    assert "lundi 2 novembre 2026" in text(browser.get("/services/service-a-venir"))
    portal.clock.set(datetime(2026, 11, 2, 8, tzinfo=UTC))
    again = portal.browser()
    assert "/connexion" in again.get("/services/service-a-venir", status=303).location


def test_a_grant_is_checked_at_every_opening(portal: Any) -> None:
    browser, anne = portal.signed_in(services=["ror"])
    assert browser.get("/services/ror", status=303)
    with portal.db.writing() as session:
        portal.find(IGrants).withdraw(session, anne.subject, "ror", reason="départ")
    assert "Accès refusé" in text(browser.get("/services/ror", status=403))


def test_a_grant_with_an_end_opens_nothing_after_it(portal: Any) -> None:
    browser, anne = portal.signed_in()
    with portal.db.writing() as session:
        until = portal.clock.now().replace(minute=30)
        portal.find(IGrants).give(session, anne.subject, "ror", request_id=None, given_by="cli", until=until)
    assert browser.get("/services/ror", status=303)
    portal.clock.set(until)
    assert browser.get("/services/ror", status=403)
    # A new right after the old one ran out is a row of its own.
    with portal.db.writing() as session:
        portal.find(IGrants).give(session, anne.subject, "ror", request_id=None, given_by="cli")
    assert browser.get("/services/ror", status=303)


def test_an_unknown_service_is_no_page(portal: Any) -> None:
    browser, _ = portal.signed_in()
    assert browser.get("/services/inconnu", status=404)
    assert browser.get("/services/portail", status=404)
    assert browser.get("/services/ror/adhesion/plus", status=404)
