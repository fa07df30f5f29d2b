"""Signing out: here and there after a click, from there when PSC says so; never there when our session just ends."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select
from tests.interop.psc.journeys import actions, come_in, is_signed_in, leave, registered
from tests.interop.psc.provider import PORTAL, Provider, Visitor
from tests.races import race
from tests.unit.esea_auth_plugin.auth_modes.pro_sante_connect.claims import CLAIMS
from webtest import TestApp

from esea_auth_plugin.auth_modes.pro_sante_connect.models import PscSession, PscWay
from esea_auth_plugin.auth_modes.pro_sante_connect.ways import prune
from esea_auth_plugin.foundation import single_use
from esea_auth_plugin.testing.pages import press
from esea_auth_plugin.testing.portal import Person, Portal

TOLD = "/connexion/psc/deconnexion-distante"


@pytest.fixture
def person(portal: Portal, psc: Provider) -> Person:
    psc.present(CLAIMS)
    return registered(portal)


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


@pytest.fixture
def browser(portal: Portal, person: Person, visitor: Visitor) -> TestApp:
    """A browser signed in by PSC."""
    found = portal.browser()
    come_in(found, visitor)
    assert is_signed_in(found, person)
    return found


def sign_out(browser: TestApp) -> str:
    """Press « Me déconnecter »; return where it leads."""
    return str(press(browser.get("/connexion/deconnexion"), "Me déconnecter").location).removeprefix(PORTAL)


def test_a_click_ends_both_sessions(psc: Provider, person: Person, browser: TestApp, visitor: Visitor) -> None:
    page = browser.get(sign_out(browser))
    assert not is_signed_in(browser, person)
    form = page.forms["psc-fin"]
    fields = {name: form[name].value for name in ("id_token_hint", "client_id", "post_logout_redirect_uri")}
    assert form.action == f"{psc.auth}/session/end"
    assert f"form-action 'self' {psc.auth}" in page.headers["Content-Security-Policy"]
    _, asks = visitor.post(form.action, fields)
    xsrf = re.search(r'name="xsrf" value="([^"]+)"', asks)
    assert xsrf is not None, asks
    back, _ = visitor.post(f"{psc.auth}/session/end/confirm", {"xsrf": xsrf[1], "logout": "yes"})
    assert back.startswith(f"{PORTAL}/connexion/psc/fin")
    assert "Vos sessions sont fermées" in browser.get(back.removeprefix(PORTAL)).follow().text


def test_no_token_stands_in_an_address(browser: TestApp) -> None:
    address = sign_out(browser)
    assert "eyJ" not in address
    assert browser.get(address).headers["Cache-Control"].find("no-store") >= 0


def test_the_ticket_of_a_sign_out_is_good_for_two_minutes(portal: Portal, browser: TestApp) -> None:
    address = sign_out(browser)
    portal.clock.advance(minutes=3)
    assert browser.get(address).location.endswith("/")
    assert portal.browser().get("/connexion/psc/sortie?ticket=autre").location.endswith("/")


def test_the_end_of_our_own_session_leaves_psc_s_alone(
    portal: Portal, psc: Provider, person: Person, browser: TestApp
) -> None:
    before = psc.counts().get("/session/end", 0)
    portal.clock.advance(minutes=31)
    assert not is_signed_in(browser, person)
    assert psc.counts().get("/session/end", 0) == before


def test_what_comes_back_after_a_sign_out_is_not_acted_upon(portal: Portal, person: Person, browser: TestApp) -> None:
    """PSC answers without a state (KEYCLOAK-7209); somebody else's link must not sign anybody out either."""
    assert browser.get("/connexion/psc/fin").location.endswith("/")
    assert browser.get("/connexion/psc/fin?state=x&logout=all").location.endswith("/")
    assert is_signed_in(browser, person)


# --- back-channel logout ----------------------------------------------------------------------------------------


def test_psc_ends_our_session_by_its_sub(psc: Provider, person: Person, browser: TestApp, portal: Portal) -> None:
    token = psc.logout_token(sub=CLAIMS["sub"])
    assert portal.browser().post(TOLD, {"logout_token": token}).status_int == 200
    assert not is_signed_in(browser, person)
    assert "psc.ended_there" in actions(portal)


def test_another_person_s_logout_ends_nothing_of_ours(psc: Provider, person: Person, browser: TestApp) -> None:
    browser.post(TOLD, {"logout_token": psc.logout_token(sub="quelqu-un-d-autre")})
    assert is_signed_in(browser, person)


def test_a_logout_token_is_good_once(psc: Provider, portal: Portal) -> None:
    token = psc.logout_token(sub=CLAIMS["sub"])
    anybody = portal.browser()
    assert anybody.post(TOLD, {"logout_token": token}).status_int == 200
    assert anybody.post(TOLD, {"logout_token": token}, status=400).json == {"error": "invalid_request"}


@pytest.mark.parametrize(
    ("changes", "without", "strange"),
    [
        ({}, (), True),
        ({"nonce": "x"}, (), False),
        ({"aud": "autre"}, (), False),
        ({"iss": "https://autre.example"}, (), False),
        ({"events": {}}, (), False),
        ({"iat": 1_700_000_000}, (), False),
        ({"exp": 1_700_000_000}, (), False),
        ({}, ("jti",), False),
        ({}, ("events",), False),
        ({}, ("iat",), False),
        ({"sub": ""}, (), False),
    ],
)
def test_a_logout_token_that_breaks_a_rule_ends_nothing(
    psc: Provider, person: Person, browser: TestApp, changes: dict[str, object], without: tuple[str, ...], strange: bool
) -> None:
    claims = {"sub": CLAIMS["sub"], **changes}
    token = psc.logout_token(strange=strange, without=without, **claims)
    browser.post(TOLD, {"logout_token": token}, status=400)
    assert is_signed_in(browser, person)


def test_an_id_token_is_no_logout_token(portal: Portal, psc: Provider, person: Person, browser: TestApp) -> None:
    hint = browser.get(sign_out(browser)).forms["psc-fin"]["id_token_hint"].value
    portal.browser().post(TOLD, {"logout_token": hint}, status=400)


@pytest.mark.settings(**{"esea_auth.psc.backchannel_logout": "false"})
def test_the_address_is_not_there_unless_a_setting_opens_it(portal: Portal, psc: Provider) -> None:
    portal.browser().post(TOLD, {"logout_token": psc.logout_token(sub="x")}, status=404)


def test_what_has_ended_is_deleted_in_the_end(portal: Portal, psc: Provider, person: Person, browser: TestApp) -> None:
    leave(portal.browser())
    portal.clock.advance(hours=6)
    prune(portal.registry)
    single_use.prune(portal.registry)
    with portal.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(PscSession)) == 0
        assert session.scalar(select(func.count()).select_from(PscWay)) == 0


@pytest.mark.databases("sqlite", "postgresql")
def test_psc_ends_a_session_by_which_a_sign_in_is_finishing(
    psc: Provider, person: Person, portal: Portal, visitor: Visitor
) -> None:
    """Nobody sees yet the session that is being opened when PSC says that the one behind it has ended."""
    browser = portal.browser()
    back = visitor.go(leave(browser))

    def come_back() -> object:
        return browser.get(back, expect_errors=True)

    def end() -> object:
        return portal.browser().post(TOLD, {"logout_token": psc.logout_token(sub=CLAIMS["sub"])}, status="*")

    came, ended = race(portal.db.engine, come_back, end, hold="INSERT INTO esea_psc_session")
    assert came.error is None and ended.error is None and ended.result.status_int == 200
    assert not is_signed_in(browser, person)
