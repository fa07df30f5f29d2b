"""e-CPS without redirect, against a certified provider in CIBA poll mode: the worker asks, the page waits."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.interop.psc.journeys import actions, is_signed_in, refusals, registered, said, sessions
from tests.interop.psc.provider import Provider
from tests.unit.esea_auth_plugin.auth_modes.pro_sante_connect.claims import CLAIMS, NATIONAL_ID
from webtest import TestApp, TestResponse

from esea_auth_plugin.auth_modes.pro_sante_connect.ciba import ask_due
from esea_auth_plugin.foundation.nomenclatures.identifiers import luhn_is_right
from esea_auth_plugin.interfaces import IAccounts
from esea_auth_plugin.testing.pages import fill, press, send, text
from esea_auth_plugin.testing.portal import Person, Portal

LABEL = "Identifiant national"
UNKNOWN_ID = "899900000029"


@pytest.fixture
def person(portal: Portal, psc: Provider) -> Person:
    psc.knows(CLAIMS)
    return registered(portal)


@pytest.fixture
def browser(portal: Portal, person: Person) -> TestApp:
    """A browser that somebody has signed in with before, signed out since."""
    found = portal.browser()
    portal.sign_in(found, person)
    press(found.get("/connexion/deconnexion"), "Me déconnecter")
    return found


@pytest.fixture
def worker(portal: Portal) -> Callable[..., None]:
    """``worker(5)``: five seconds pass, then the worker's turn comes."""

    def turn(seconds: float = 0) -> None:
        portal.clock.advance(seconds=seconds)
        ask_due(portal.registry)

    return turn


def ask(browser: TestApp, national_id: str = NATIONAL_ID) -> TestResponse:
    """Type an identifier; return the page that waits."""
    return send(browser.get("/connexion/ecps"), {LABEL: national_id}).maybe_follow()


def another(browser: TestApp) -> None:
    """Press « Saisir un autre identifiant »."""
    page = browser.get("/connexion/ecps")
    token = page.html.find("input", attrs={"name": "csrf_token"})["value"]
    browser.post("/connexion/ecps/annuler", {"csrf_token": token})


def ready(browser: TestApp) -> bool:
    found: dict[str, Any] = browser.get("/connexion/ecps/attente").json
    return bool(found["ready"])


def test_an_answer_on_the_telephone_signs_in(
    portal: Portal, psc: Provider, person: Person, browser: TestApp, worker: Callable[..., None]
) -> None:
    page = ask(browser)
    number = re.search(r'aria-hidden="true">(\d\d)<', page.text)
    assert number is not None
    assert f"Nombre à choisir : {number[1][0]}, {number[1][1]}." in text(page)
    assert not ready(browser)
    worker()
    (ring,) = psc.rings()
    assert (ring["binding_message"], ring["login_hint"], ring["channel"]) == (number[1], NATIONAL_ID, "MOBILE")
    worker(5)
    assert not ready(browser)
    psc.answers(NATIONAL_ID, accept=True)
    worker(5)
    assert ready(browser)
    assert press(browser.get("/connexion/ecps"), "Continuer").location.endswith(
        "/compte/premiere-liaison?retour=%2Fcompte"
    )
    assert is_signed_in(browser, person)


def test_the_answer_is_good_once(portal: Portal, psc: Provider, browser: TestApp, worker: Callable[..., None]) -> None:
    page = ask(browser)
    worker()
    psc.answers(NATIONAL_ID, accept=True)
    worker(5)
    before = sessions(portal)
    form = next(form for form in page.forms.values() if form.action == "/connexion/ecps")
    for _ in range(2):
        browser.post("/connexion/ecps", form.submit_fields(), expect_errors=True)
    assert sessions(portal) == before + 1


def test_a_refusal_on_the_telephone_is_told(
    portal: Portal, psc: Provider, browser: TestApp, worker: Callable[..., None]
) -> None:
    page = ask(browser)
    worker()
    psc.answers(NATIONAL_ID, accept=False)
    worker(5)
    assert ready(browser)
    assert "refusée sur l'application" in said(press(page, "Continuer"))
    assert refusals(portal) == ["ecps.refused"]


def test_an_unknown_identifier_waits_like_a_known_one_that_nobody_answers(
    portal: Portal, psc: Provider, browser: TestApp, worker: Callable[..., None]
) -> None:
    """Nobody can find out who has an e-CPS: same pages, same rows, same end."""
    told: dict[str, list[str]] = {}
    for national_id in (NATIONAL_ID, UNKNOWN_ID):
        seen = told[national_id] = []
        page = ask(browser, national_id)
        seen.append(re.sub(r"\d", "0", text(page)))
        for _ in range(23):
            worker(5)
            seen.append(str(ready(browser)))
        seen.append(re.sub(r"\d", "0", said(press(page, "Continuer"))))
        worker(5)
        seen.append(str(ready(browser)))
        seen.append(said(press(browser.get("/connexion/ecps"), "Continuer")))
    assert told[NATIONAL_ID] == told[UNKNOWN_ID]
    assert "Aucune réponse n'est arrivée" in told[UNKNOWN_ID][-1]
    assert refusals(portal) == ["ecps.expired", "ecps.expired"]
    assert actions(portal).count("ecps.asked") == 2


def test_the_sixth_request_in_an_hour_rings_nowhere_and_looks_like_the_others(
    portal: Portal, psc: Provider, browser: TestApp, worker: Callable[..., None]
) -> None:
    pages = []
    for _ in range(6):
        pages.append(re.sub(r"\d", "0", text(ask(browser))))
        worker()
        another(browser)
    assert len(psc.rings()) == 5
    assert pages[5] == pages[0]


def test_third_parties_who_use_up_the_limit_of_a_number_do_not_keep_its_holder_out(
    portal: Portal, psc: Provider, person: Person, browser: TestApp, worker: Callable[..., None]
) -> None:
    """The holder's known browser has five requests an hour of its own; a colleague's known browser has no share."""
    with portal.db.writing() as session:
        portal.find(IAccounts).change_attributes(
            session, person.subject, {"rpps": NATIONAL_ID[1:]}, origin="psc", by=person.subject
        )
    colleague = portal.browser()
    portal.sign_in(colleague, portal.person(first_name="Autre"))
    press(colleague.get("/connexion/deconnexion"), "Me déconnecter")
    for each, rung in ((colleague, 5), (browser, 10)):
        for _ in range(7):
            ask(each)
            worker()
            another(each)
        assert len(psc.rings()) == rung


def test_an_address_that_asks_for_everybody_is_stopped(portal: Portal, psc: Provider, browser: TestApp) -> None:
    for place in range(20):
        ask(browser, _valid_id(place))
        another(browser)
    page = fill(browser.get("/connexion/ecps"), {LABEL: NATIONAL_ID}).submit(expect_errors=True)
    assert page.status_int == 429
    assert "autres modes de connexion restent possibles" in text(page)


def _valid_id(place: int) -> str:
    body = f"9990001{place:03d}"
    return next(f"8{body}{key}" for key in range(10) if luhn_is_right(f"{body}{key}"))


def test_a_browser_that_nobody_has_signed_in_with_makes_no_telephone_ring(
    portal: Portal, psc: Provider, person: Person, worker: Callable[..., None]
) -> None:
    third_party = portal.browser()
    assert "e-CPS" not in [tile.get_text().strip() for tile in third_party.get("/connexion").html.select(".tile-title")]
    page = third_party.get("/connexion/ecps")
    assert "personne ne s'est encore connecté" in text(page)
    token = page.html.find("input", attrs={"name": "csrf_token"})["value"]
    third_party.post("/connexion/ecps", {"csrf_token": token, "identifiant_national": NATIONAL_ID})
    worker()
    assert psc.rings() == []
    assert refusals(portal) == ["ecps.unknown_browser"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [("99900000011", "Il manque le 8"), ("8 9990 0000 01", "12 chiffres"), ("999900000012", "12 chiffres")],
)
def test_a_mistyped_identifier_is_told_at_once(portal: Portal, browser: TestApp, typed: str, told: str) -> None:
    """What can't be an identifier says nothing about anybody."""
    assert told in text(send(browser.get("/connexion/ecps"), {LABEL: typed}))


def test_psc_down_is_told_apart(portal: Portal, psc: Provider, browser: TestApp, worker: Callable[..., None]) -> None:
    page = ask(browser)
    psc.fail(ciba="down")
    for _ in range(4):
        worker(5)
    assert ready(browser)
    assert "Pro Santé Connect ne répond pas" in said(press(page, "Continuer"))


@pytest.mark.parametrize(
    ("where", "error", "told"),
    [
        ("ciba", "unauthorized_client", "réglage est à corriger"),
        ("ciba", "invalid_client", "réglage est à corriger"),
        ("ciba", "invalid_scope", "réglage est à corriger"),
        ("ciba", "invalid_request", "réglage est à corriger"),
        ("ciba", "invalid_binding_message", "réglage est à corriger"),
        ("token", "unsupported_grant_type", "réglage est à corriger"),
        ("token", "access_denied", "refusée sur l'application"),
        # Of one identifier: it must not be told from one that nobody answers.
        ("ciba", "unknown_user_id", "dans le délai"),
        ("ciba", "expired_login_hint_token", "dans le délai"),
        ("ciba", "missing_user_code", "dans le délai"),
        ("ciba", "access_denied", "dans le délai"),
        ("token", "expired_token", "dans le délai"),
        ("token", "transaction_failed", "dans le délai"),
    ],
)
def test_each_error_of_an_e_cps_request_leads_to_what_to_do_next(
    portal: Portal, psc: Provider, browser: TestApp, worker: Callable[..., None], where: str, error: str, told: str
) -> None:
    page = ask(browser)
    if where == "token":
        worker()
    psc.fail(**{where: f"error:{error}"})
    worker(6)
    if "délai" in told:
        assert not ready(browser)
        portal.clock.advance(minutes=2)
    assert ready(browser)
    assert told in said(press(page, "Continuer"))
    assert sessions(portal) == 1


def test_slow_down_is_heeded(portal: Portal, psc: Provider, browser: TestApp, worker: Callable[..., None]) -> None:
    ask(browser)
    worker()
    psc.fail(token="slow_down")
    worker(5)
    asked = psc.counts()["/token"]
    worker(5)
    assert psc.counts()["/token"] == asked
    worker(5)
    assert psc.counts()["/token"] == asked + 1


@pytest.mark.parametrize("fault", ["bad_signature", "other_audience", "no_acr"])
def test_an_answer_that_is_not_to_be_believed(
    portal: Portal, psc: Provider, browser: TestApp, worker: Callable[..., None], fault: str
) -> None:
    page = ask(browser)
    worker()
    psc.fail(id_token=fault)
    psc.answers(NATIONAL_ID, accept=True)
    worker(5)
    before = sessions(portal)
    said(press(page, "Continuer"))
    assert sessions(portal) == before
    assert refusals(portal)[-1].startswith("psc.")


def test_another_browser_does_not_get_the_answer(
    portal: Portal, psc: Provider, person: Person, browser: TestApp, worker: Callable[..., None]
) -> None:
    """The answer belongs to the sign-in that asked."""
    ask(browser)
    worker()
    psc.answers(NATIONAL_ID, accept=True)
    worker(5)
    other = portal.browser()
    portal.sign_in(other, portal.person(first_name="Autre"))
    press(other.get("/connexion/deconnexion"), "Me déconnecter")
    press(other.get("/connexion/ecps"), "Continuer")
    assert not is_signed_in(other, person)


def test_the_poll_costs_one_query(portal: Portal, psc: Provider, browser: TestApp, queries: Callable[[], Any]) -> None:
    ask(browser)
    browser.get("/connexion/ecps/attente")
    with queries() as seen:
        browser.get("/connexion/ecps/attente")
    assert len(seen) == 1, str(seen)
