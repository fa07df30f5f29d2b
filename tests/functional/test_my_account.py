"""« Mon compte »: favourites, sessions, activity and the menu, for somebody with much of everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.crowd import FIREFOX, a_crowded_account, eight_devices, twelve_services
from webtest import TestApp

from esea_auth_plugin.foundation.audit import activity_page
from esea_auth_plugin.interfaces import IAuditTrail, ISessions
from esea_auth_plugin.testing.pages import press, send, text
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.queries import count_queries

pytestmark = pytest.mark.databases("sqlite")
both = pytest.mark.databases("sqlite", "postgresql")
SERVICES = [f"service-{number}" for number in range(1, 13)]
ACCEPT = "J'accepte les Conditions d'Utilisation"


@pytest.fixture(scope="session")
def services_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("catalogue") / "services.ini"
    path.write_text(twelve_services(), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def twelve(request: pytest.FixtureRequest, services_file: Path) -> None:
    request.node.add_marker(pytest.mark.settings(**{"esea_auth.services": str(services_file)}))


# --- the menu --------------------------------------------------------------------------------------------------


def test_the_menu_stands_beside_every_page_and_each_entry_opens(portal: Portal) -> None:
    browser, _ = portal.signed_in()
    menu = browser.get("/compte").html.find("nav", attrs={"aria-label": "Mon compte"})
    addresses = [link["href"] for link in menu.find_all("a")]
    assert {"/compte", "/compte/profil", "/compte/mot-de-passe", "/compte/sessions", "/compte/activite"} <= set(
        addresses
    )
    for address in addresses:
        page = browser.get(address).maybe_follow()
        assert page.status_int == 200
        if page.request.path.startswith("/compte"):
            beside = page.html.find("nav", attrs={"aria-label": "Mon compte"})
            assert [link["href"] for link in beside.find_all("a")] == addresses, address


def test_the_hub_says_what_each_entry_is_for(portal: Portal) -> None:
    browser, _ = portal.signed_in()
    page = browser.get("/compte").click("Gestion de votre compte")
    assert "Mes sessions" in text(page) and "Modifier mon mot de passe" in text(page)


# --- favourites ------------------------------------------------------------------------------------------------


@both
def test_a_favourite_comes_first_and_goes_back_without_a_script(portal: Portal) -> None:
    browser, _ = portal.signed_in(services=SERVICES)
    page = press(browser.get("/compte"), "Ajouter aux favoris : Service 9").follow()
    assert titles(page)[:2] == ["Service 9", "Service 1"]
    assert page.html.find(id="favoris") is not None
    page = press(page, "Retirer des favoris : Service 9").follow()
    assert titles(page)[0] == "Service 1" and page.html.find(id="favoris") is None


def test_few_services_ask_for_no_order(portal: Portal) -> None:
    browser, _ = portal.signed_in(services=SERVICES[:3])
    assert "favoris" not in text(browser.get("/compte"))


def test_only_a_service_that_is_open_to_the_person_becomes_a_favourite(portal: Portal) -> None:
    browser, _ = portal.signed_in(services=SERVICES[:8])
    page = browser.get("/compte")
    form = next(form for form in page.forms.values() if form.action == "/compte/favori")
    form["service"] = "service-12"
    assert "parmi vos favoris" not in text(form.submit().follow())


def titles(page: Any) -> list[str]:
    return [tag.get_text(strip=True) for tag in page.html.find("main").select(".tile h3")]


# --- sessions --------------------------------------------------------------------------------------------------


@both
def test_sessions_tell_browser_and_place_and_the_others_end_at_once(portal: Portal) -> None:
    anne = portal.person()
    here, there = (
        _signed_in(portal, anne, FIREFOX),
        _signed_in(portal, anne, "Mozilla/5.0 (iPhone) Version/17 Safari/6"),
    )
    page = here.get("/compte/sessions")
    assert "Firefox sur Windows" in text(page) and "Safari sur iPhone" in text(page)
    assert text(page).index("Cette session") < text(page).index("Safari sur iPhone")
    page = press(page, "Déconnecter les autres").follow()
    assert "ce navigateur seulement" in text(page)
    assert there.get("/compte", expect_errors=True).status_int != 200
    assert here.get("/compte").status_int == 200


def test_one_session_ends_and_the_rest_stay(portal: Portal) -> None:
    anne = portal.person()
    here, there, elsewhere = (_signed_in(portal, anne, FIREFOX) for _ in range(3))
    page = here.get("/compte/sessions")
    forms = [form for form in page.forms.values() if form.action == "/compte/sessions/fermer"]
    assert len(forms) == 2
    forms[0].submit()
    answers = {browser.get("/compte", expect_errors=True).status_int == 200 for browser in (there, elsewhere)}
    assert answers == {True, False}


def test_the_session_in_use_is_ended_by_signing_out_only(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    other = _signed_in(portal, anne, FIREFOX)
    with portal.db.reading() as session:
        live = portal.find(ISessions).of_subject(session, anne.subject)
    form = next(form for form in browser.get("/compte/sessions").forms.values() if form.action.endswith("/fermer"))
    form["session"] = next(view.id for view in live if view.user_agent != FIREFOX)
    assert "Me déconnecter" in text(form.submit().follow())
    assert other.get("/compte").status_int == 200


def test_nobody_ends_the_session_of_another_person(portal: Portal) -> None:
    victim, anne = portal.signed_in()
    thief, mallory = portal.signed_in()
    _signed_in(portal, mallory, FIREFOX)
    with portal.db.reading() as session:
        target = portal.find(ISessions).of_subject(session, anne.subject)[0].id
    form = next(form for form in thief.get("/compte/sessions").forms.values() if form.action.endswith("/fermer"))
    form["session"] = target
    assert "déjà fermée" in text(form.submit().follow())
    assert victim.get("/compte").status_int == 200


def _signed_in(portal: Portal, person: Person, user_agent: str) -> TestApp:
    browser = portal.browser()
    browser.extra_environ["HTTP_USER_AGENT"] = user_agent
    portal.sign_in(browser, person)
    return browser


# --- activity --------------------------------------------------------------------------------------------------


@both
def test_activity_tells_what_happened_in_words(portal: Portal) -> None:
    anne = portal.person(services=SERVICES[:1])
    browser = _signed_in(portal, anne, FIREFOX)
    page = browser.get("/compte/activite")
    said = text(page)
    assert "Connexion – OTP" in said and "Droit d'accès à un service donné – Service 1" in said
    assert "127.0.0.1" in said
    page = page.click("Connexions")
    assert "Droit d'accès" not in text(page) and "Connexion – OTP" in text(page)


def test_what_somebody_typed_and_who_decided_stay_out_of_the_activity(portal: Portal) -> None:
    anne = portal.person()
    reviewer = portal.person(roles=["support"], first_name="Claire", last_name="Dumas")
    trail = portal.find(IAuditTrail)
    with portal.db.writing() as session:
        typed = {"login": "MotDePasseTapéTropTôt", "address": "192.0.2.7"}
        trail.record(session, "sign_in.refused", outcome="refused", target=anne.subject, personal=typed)
        by_another = {"address": "192.0.2.99"}
        trail.record(
            session, "grant.given", actor=reviewer.subject, target=anne.subject, details={"service": "service-2"},
            personal=by_another,
        )  # fmt: skip
    said = text(_signed_in(portal, anne, FIREFOX).get("/compte/activite"))
    assert "MotDePasseTapéTropTôt" not in said and "192.0.2.7" in said
    assert "par l’équipe du portail" in said and "192.0.2.99" not in said and "Claire" not in said


def test_another_person_s_activity_is_never_shown(portal: Portal) -> None:
    other = portal.person()
    with portal.db.writing() as session:
        portal.find(IAuditTrail).record(
            session, "password.changed", actor=other.subject, target=other.subject, personal={"address": "192.0.2.50"}
        )
    browser, _ = portal.signed_in()
    assert "192.0.2.50" not in text(browser.get("/compte/activite"))


@both
def test_leafing_through_the_activity_shows_each_line_once(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    a_crowded_account(portal, anne, sessions=0, rows=130)
    addresses: list[str] = []
    page = browser.get("/compte/activite")
    while True:
        addresses += [tag.get_text(strip=True) for tag in page.html.select(".log .muted")]
        if "Plus ancien" not in text(page):
            break
        page = page.click("Plus ancien")
    numbered = [each for each in addresses if "10.7." in each]
    assert len(numbered) == len(set(numbered)) == 130


@pytest.mark.parametrize("typed", ["x", "2026-01-01T00:00:00~a", "~", "2026-13-01T00:00:00+00:00~a", "é" * 300])
def test_a_beginning_that_is_none_shows_the_first_page(portal: Portal, typed: str) -> None:
    browser, _ = portal.signed_in()
    assert "Connexion" in text(browser.get("/compte/activite", params={"avant": typed, "type": typed}))


# --- much of everything ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/compte", 10),  # one of them: is there a first link whose question is not answered yet?
        ("/compte/sessions", 5),
        ("/compte/activite", 7),
        ("/compte/gestion", 4),
        ("/compte/notifications", 7),
        ("/compte/profil", 8),
        ("/compte/profil/modifier", 10),
        ("/compte/profil/rectifier", 11),
        ("/compte/courriel", 8),
        ("/compte/mot-de-passe", 8),
        ("/compte/demandes", 5),
        ("/compte/mes-donnees", 4),
        ("/compte/fermer", 7),
    ],
)
def test_pages_cost_the_same_for_who_has_much(portal: Portal, queries: Any, path: str, most: int) -> None:
    browser, anne = portal.signed_in(services=SERVICES)
    with queries() as few:
        browser.get(path)
    a_crowded_account(portal, anne, sessions=39, rows=400)
    with queries() as many:
        browser.get(path)
    assert len(few) == len(many) <= most, f"{few}\n\n{many}"


@pytest.mark.settings(**{"esea_auth.modes": "passkey password mail_code totp recovery_codes"})
def test_the_page_of_devices_costs_the_same_with_eight(portal: Portal, queries: Any) -> None:
    browser, anne = portal.signed_in()
    with queries() as few:
        browser.get("/compte/dispositifs")
    eight_devices(portal, anne)
    with queries() as many:
        page = browser.get("/compte/dispositifs")
    assert len(page.html.select(".entry")) == 8
    assert len(few) == len(many) <= 12, f"{few}\n\n{many}"


@both
def test_five_thousand_rows_make_pages_of_fifty(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    a_crowded_account(portal, anne, sessions=39, rows=5_000)
    assert len(browser.get("/compte/activite").html.select(".log > li")) == 50
    assert "40 navigateurs" in text(browser.get("/compte/sessions"))


def test_a_page_of_activity_walks_indexes(portal: Portal) -> None:
    with portal.db.reading() as session, count_queries() as seen:
        activity_page(session, "somebody", references=["DEM-AAAA-BBBB"], told_of_references=["review.accepted"])
        query = seen.statements[0]
        values = tuple("x" * query.count("?"))
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values).all()
    read = " ".join(str(row) for row in plan)
    assert "SCAN esea_audit_event" not in read and "ix_esea_audit_event_actor_at" in read, read


def test_one_s_requests_say_what_was_asked_not_one_s_own_name(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    values = {"Motif de l'inscription": "Pour mon service", "Conditions d'Utilisation": ACCEPT}
    send(browser.get("/services/service-4/adhesion"), values)
    for path in ("/compte", "/compte/demandes"):
        page = browser.get(path)
        assert "Demande d'accès à un service : Service 4" in text(page), path
    assert anne.last_name not in text(page)
