"""Signing in, from the service's page to the service, as a person with a browser does it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from esea_auth_plugin.interfaces import IAccounts
from esea_auth_plugin.testing.pages import press, send, text
from esea_auth_plugin.testing.portal import Person, Portal


def with_password(browser: Any, person: Person, service: str = "smur-tab") -> Any:
    """Sign in by « Identifiant - Mot de passe », where a service still admits it."""
    page = browser.get("/connexion/mot-de-passe", params={"service": service})
    return send(page, {"Identifiant ou email": person.identifier, "Mot de passe": person.password})


def test_password_then_mailed_code_opens_the_session(portal: Portal) -> None:
    anne = portal.person()
    browser = portal.browser()
    page = browser.get("/connexion/otp")
    page = send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": anne.password}).follow()
    assert "a…" in text(page)
    page = send(page, {"Code reçu par courriel": portal.emails(anne.email)[-1].code})
    assert page.location.endswith("/compte")


def test_the_email_is_as_good_as_the_identifier_and_the_code_may_hold_spaces(portal: Portal) -> None:
    anne = portal.person()
    browser = portal.browser()
    page = browser.get("/connexion/otp")
    page = send(page, {"Identifiant ou email": anne.email.upper(), "Mot de passe": anne.password}).follow()
    code = portal.emails(anne.email)[-1].code.replace(" ", "")
    page = send(page, {"Code reçu par courriel": f" {code[:3]} \u00a0{code[3:]} "})
    assert page.location.endswith("/compte")


def test_the_page_of_a_service_shows_its_modes_the_warning_and_whom_to_call(portal: Portal) -> None:
    page = portal.app.get("/connexion", params={"service": "smur-tab"})
    assert page.html.h1.get_text() == "Accès sécurisé au service : Smur-Tab"
    said = page.html.get_text(" ")
    assert "Face aux risques cyber : soyez vigilants !" in said
    assert "Plus que 16 jours : jusqu'au 30 septembre 2026 inclus" in " ".join(said.split())
    assert "05 64 090 090" in said
    assert page.html.find("a", href="/connexion/otp?service=smur-tab")
    assert page.html.find("a", href="/inscription?service=smur-tab")


def test_a_mode_that_ended_says_since_when_and_what_to_use_instead(portal: Portal) -> None:
    page = portal.app.get("/connexion", params={"service": "ror"})
    assert "n'est plus accepté par ce service depuis le 1er juillet 2026. Utilisez à la place : OTP" in text(page)
    answer = portal.app.get("/connexion/mot-de-passe", params={"service": "ror"})
    assert answer.location.endswith("/connexion?service=ror")


def test_the_last_day_of_a_mode_ends_at_midnight_in_paris(portal: Portal) -> None:
    portal.clock.set(datetime.fromisoformat("2026-09-30T21:59:59+00:00"))
    assert "Dernier jour" in text(portal.app.get("/connexion", params={"service": "smur-tab"}))
    portal.clock.advance(seconds=1)
    said = text(portal.app.get("/connexion", params={"service": "smur-tab"}))
    assert "n'est plus accepté par ce service depuis le 1er octobre 2026" in said


def test_an_unknown_service_is_not_found(portal: Portal) -> None:
    portal.app.get("/connexion", params={"service": "inconnu"}, status=404)


def test_one_comes_back_to_the_page_one_asked_for(portal: Portal) -> None:
    anne = portal.person(services=["espace-pro"])
    browser = portal.browser()
    page = browser.get("/compte").follow()
    assert "retour=%2Fcompte" in page.request.url
    page = browser.get("/connexion/otp", params={"retour": "/compte/mot-de-passe?x=1"})
    page = send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": anne.password}).follow()
    page = send(page, {"Code reçu par courriel": portal.emails(anne.email)[-1].code})
    assert page.location.endswith("/compte/mot-de-passe?x=1")


def test_a_session_below_a_services_level_is_asked_only_for_what_is_missing(portal: Portal) -> None:
    anne = portal.person(services=["espace-pro", "smur-tab"])
    browser = portal.browser()
    with_password(browser, anne)
    page = browser.get("/connexion", params={"service": "espace-pro"})
    assert "seul ce qui manque" in text(page)
    page = browser.get("/connexion/otp", params={"service": "espace-pro"})
    assert "password" not in [field.attrs.get("type") for field in page.html.find_all("input")]
    page = press(page, "Continuer").follow()
    page = send(page, {"Code reçu par courriel": portal.emails(anne.email)[-1].code})
    assert page.location.endswith("/services/espace-pro")


def test_whoever_is_signed_in_well_enough_goes_straight_on(portal: Portal) -> None:
    browser, _ = portal.signed_in()
    assert browser.get("/connexion").location.endswith("/compte")
    assert browser.get("/connexion", params={"service": "smur-tab"}).location.endswith("/services/smur-tab")


def test_new_conditions_are_put_before_anything_opens(portal: Portal) -> None:
    anne = portal.person()
    with portal.db.writing() as session:
        portal.find(IAccounts).accept_terms(session, anne.subject, "2020-01")
    browser = portal.browser()
    page = with_password(browser, anne).follow()
    assert page.html.h1.get_text() == "Conditions d'Utilisation"
    assert browser.get("/compte").status_int == 303, "nobody is signed in yet"
    refused = page.form
    refused["cgu"] = "non"
    assert "aucun service ne s'ouvre sans elles" in text(refused.submit().follow())
    assert browser.get("/compte").status_int == 303
    page = with_password(browser, anne).follow()
    accepted = page.form
    accepted["cgu"] = "oui"
    assert accepted.submit().location.endswith("/services/smur-tab")
    with portal.db.reading() as session:
        assert portal.find(IAccounts).by_subject(session, anne.subject).terms_version != "2020-01"


def test_the_conditions_are_asked_again_after_a_year(portal: Portal) -> None:
    anne = portal.person()
    portal.clock.set(datetime.fromisoformat("2027-09-15T08:00:00+00:00"))
    page = portal.app.get("/connexion/otp")
    page = send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": anne.password}).follow()
    page = send(page, {"Code reçu par courriel": portal.emails(anne.email)[-1].code})
    assert page.location.endswith("/connexion/conditions")


def test_signing_out_takes_a_click_and_leaves_nothing_behind(portal: Portal) -> None:
    browser, _ = portal.signed_in()
    page = browser.get("/connexion/deconnexion")
    assert browser.get("/compte").status_int == 200
    answer = press(page, "Me déconnecter")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert browser.get("/compte").status_int == 303


def test_a_session_ends_after_thirty_idle_minutes_and_four_hours_whatever_happens(portal: Portal) -> None:
    browser, _ = portal.signed_in()
    for _ in range(11):
        portal.clock.advance(minutes=20)
        assert browser.get("/compte").status_int == 200
    portal.clock.advance(minutes=20)
    assert browser.get("/compte").status_int == 303, "four hours are over"
    browser, _ = portal.signed_in()
    portal.clock.advance(minutes=30)
    assert browser.get("/compte").status_int == 303, "thirty idle minutes are over"


@pytest.fixture
def short_sessions(
    request: pytest.FixtureRequest, base_settings: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A catalogue in which one service asks for a shorter idle time."""
    shipped = Path(base_settings["esea_auth.services"]).read_text(encoding="utf-8")
    file = tmp_path_factory.mktemp("catalogue") / "services.ini"
    file.write_text(shipped.replace("[espace-pro]\n", "[espace-pro]\nidle_minutes = 10\n"), encoding="utf-8")
    request.node.add_marker(pytest.mark.settings(**{"esea_auth.services": str(file)}))


@pytest.mark.usefixtures("short_sessions")
def test_a_service_may_shorten_the_idle_time_of_the_sessions_opened_for_it(portal: Portal) -> None:
    anne = portal.person(services=["espace-pro"])
    short, usual = portal.browser(), portal.browser()
    for browser, slug in ((short, "espace-pro"), (usual, None)):
        portal.sign_in(browser, anne, slug)
    portal.clock.advance(minutes=8)
    assert [browser.get("/compte").status_int for browser in (short, usual)] == [200, 200]
    portal.clock.advance(minutes=10)
    assert [browser.get("/compte").status_int for browser in (short, usual)] == [303, 200]


@pytest.mark.settings(**{"esea_auth.shared_workstation_networks": "198.51.100.0/24"})
def test_a_shared_workstation_sends_one_email_the_first_time_and_none_after(portal: Portal) -> None:
    """A doctor of a ward signs in on another browser each hour; a thief elsewhere is told of as before."""
    anne = portal.person()
    portal.sign_in(portal.browser("192.0.2.1"), anne)

    def told(address: str) -> int:
        before = len([each for each in portal.emails(anne.email) if "Nouvelle connexion" in each.subject])
        portal.sign_in(portal.browser(address), anne)
        return len([each for each in portal.emails(anne.email) if "Nouvelle connexion" in each.subject]) - before

    assert told("198.51.100.7") == 1, "the first time in this network"
    assert told("198.51.100.8") == 0
    assert told("203.0.113.9") == 1, "another network"
    assert told("192.0.2.1") == 1, "a known network that is not shared, with a new browser"


def test_the_person_may_stay_and_is_told_how_long(portal: Portal) -> None:
    browser, _ = portal.signed_in()
    page = browser.get("/compte")
    portal.clock.advance(minutes=26)
    token = page.html.find("input", attrs={"name": "csrf_token"})["value"]
    answer = browser.post("/compte/session/prolonger", {"csrf_token": token})
    assert answer.json == {"ends_in": 1800}
    portal.clock.advance(minutes=26)
    assert browser.get("/compte").status_int == 200


def test_a_wrong_password_says_neither_who_nor_what(portal: Portal) -> None:
    anne = portal.person()
    page = portal.app.get("/connexion/otp")
    page = send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": "pas le bon du tout"})
    assert "Identifiant ou mot de passe incorrect" in text(page)
    assert page.html.find("input", id="login")["value"] == anne.identifier
    assert not page.html.find("input", id="password").get("value")


def test_another_code_may_be_asked_for_after_a_minute_and_the_last_two_are_good(portal: Portal) -> None:
    anne = portal.person()
    page = portal.app.get("/connexion/otp")
    page = send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": anne.password}).follow()
    first = portal.emails(anne.email)[-1].code
    page = press(page, "Renvoyer un code")
    assert "il y a moins d'une minute" in text(page)
    portal.clock.advance(minutes=1)
    page = press(page, "Renvoyer un code")
    assert "Un nouveau code est parti" in text(page)
    assert portal.emails(anne.email)[-1].code != first
    assert send(page, {"Code reçu par courriel": first}).location.endswith("/compte")


@pytest.mark.parametrize("minutes", [10])
def test_a_code_is_good_for_ten_minutes(portal: Portal, minutes: int) -> None:
    anne = portal.person()
    page = portal.app.get("/connexion/otp")
    page = send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": anne.password}).follow()
    code = portal.emails(anne.email)[-1].code
    portal.clock.advance(minutes=minutes)
    assert "a expiré" in text(send(page, {"Code reçu par courriel": code}))
