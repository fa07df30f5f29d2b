"""Everything that goes wrong over there, in a real provider: each ends in the right page, one row, and no session."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from tests.interop.psc.journeys import come_in, is_signed_in, leave, refusals, registered, said, sessions
from tests.interop.psc.provider import Provider, Visitor
from tests.unit.esea_auth_plugin.auth_modes.pro_sante_connect.claims import CLAIMS
from webtest import TestResponse

from esea_auth_plugin.testing.pages import press
from esea_auth_plugin.testing.portal import Portal

NOT_BELIEVED = "n'a pas pu être vérifiée"
DOWN = "ne répond pas en ce moment"


@pytest.fixture(autouse=True)
def somebody(portal: Portal, psc: Provider) -> Iterator[None]:
    """Somebody who would get in, were nothing wrong; nobody ever does."""
    registered(portal)
    psc.present(CLAIMS)
    yield
    assert sessions(portal) == 0


def changed_query(path: str, **changes: str) -> str:
    parts = urlsplit(path)
    query = {**dict(parse_qsl(parts.query)), **changes}
    return f"{parts.path}?{urlencode({name: value for name, value in query.items() if value})}"


def with_modes(page: TestResponse) -> str:
    """Return what the page of all modes says: the other ones are offered at once."""
    page = page.maybe_follow()
    assert page.request.path == "/connexion"
    assert "/connexion/otp" in page.text
    return said(page)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("wrong_nonce", "psc.nonce"),
        ("no_nonce", "psc.nonce"),
        ("expired", "psc.exp"),
        ("future", "psc.iat"),
        ("other_issuer", "psc.iss"),
        ("other_audience", "psc.aud"),
        ("two_audiences", "psc.azp"),
        ("no_acr", "psc.acr"),
        ("no_auth_time", "psc.auth_time"),
        ("other_sub", "psc.userinfo_sub"),
        ("bad_at_hash", "psc.at_hash"),
        ("bad_signature", "psc.signature"),
        ("alg_none", "psc.signature"),
        ("hs256_public", "psc.signature"),
        ("nested", "psc.signature"),
        ("unknown_kid", "psc.unknown_key"),
    ],
)
def test_a_token_that_breaks_one_rule_proves_nothing(portal: Portal, psc: Provider, fault: str, code: str) -> None:
    psc.fail(id_token=fault)
    assert NOT_BELIEVED in with_modes(come_in(portal.browser(), Visitor()))
    assert refusals(portal) == [code]


def test_a_level_below_the_one_asked_for(portal: Portal, psc: Provider) -> None:
    psc.present(CLAIMS, acr="eidas0")
    assert NOT_BELIEVED in with_modes(come_in(portal.browser(), Visitor()))
    assert refusals(portal) == ["psc.acr"]


def test_a_session_of_more_than_four_hours(portal: Portal, psc: Provider) -> None:
    psc.fail(id_token="old_auth_time")
    browser = portal.browser()
    page = come_in(browser, Visitor()).maybe_follow()
    # It is asked about first, as any older session; then refused.
    assert "plus de quatre heures" in with_modes(press(page, "Continuer en tant que Alix Exemple"))
    assert refusals(portal) == ["psc.session_too_old"]


def test_a_userinfo_of_somebody_else(portal: Portal, psc: Provider) -> None:
    psc.fail(userinfo="other_sub")
    assert NOT_BELIEVED in with_modes(come_in(portal.browser(), Visitor()))
    assert refusals(portal) == ["psc.userinfo_sub"]


# --- the state --------------------------------------------------------------------------------------------------


def test_a_state_that_was_not_this_sign_in_s(portal: Portal, psc: Provider) -> None:
    browser = portal.browser()
    back = Visitor().go(leave(browser))
    page = browser.get(changed_query(back, state="autre-state-autre-state"))
    assert "a déjà servi ou a expiré" in said(page)
    assert refusals(portal) == ["psc.state"]


def test_an_answer_in_another_browser(portal: Portal, psc: Provider) -> None:
    """Row 18: the state is bound to the browser that set out (Authlib CVE-2025-68158)."""
    back = Visitor().go(leave(portal.browser()))
    other = portal.browser()
    assert "autre navigateur" in said(other.get(back))
    # One that has a sign-in of its own under way does not take it either.
    leave(other)
    assert "a déjà servi ou a expiré" in said(other.get(back))


def test_an_answer_that_comes_back_too_late(portal: Portal, psc: Provider) -> None:
    browser = portal.browser()
    back = Visitor().go(leave(browser))
    portal.clock.advance(minutes=16)
    assert "a déjà servi ou a expiré" in said(browser.get(back))
    assert refusals(portal) == ["psc.state_used"]


def test_the_code_of_another_client(portal: Portal, psc: Provider) -> None:
    browser = portal.browser()
    own = Visitor().go(leave(browser))
    stolen = leave(portal.browser()).replace("client_id=portail", "client_id=autre")
    code = dict(parse_qsl(urlsplit(Visitor().go(stolen)).query))["code"]
    page = browser.get(changed_query(own, code=code))
    assert "n'a pas accepté" in with_modes(page)
    assert refusals(portal) == ["psc.refused.invalid_grant"]


def test_a_code_that_somebody_else_obtained(portal: Portal, psc: Provider) -> None:
    """Code injection: the code of an attacker's way, in a victim's; PKCE's verifier is not the same."""
    victim = portal.browser()
    own = Visitor().go(leave(victim))
    code = dict(parse_qsl(urlsplit(Visitor().go(leave(portal.browser()))).query))["code"]
    assert "n'a pas accepté" in with_modes(victim.get(changed_query(own, code=code)))


def test_the_answer_of_another_issuer(portal: Portal, psc: Provider) -> None:
    """Mix-up (RFC 9207): not even the code is sent anywhere."""
    browser = portal.browser()
    back = Visitor().go(leave(browser))
    before = psc.counts().get("/token", 0)
    assert NOT_BELIEVED in with_modes(browser.get(changed_query(back, iss="https://autre.example")))
    assert refusals(portal) == ["psc.other_issuer"]
    assert psc.counts().get("/token", 0) == before


def test_an_answer_that_names_no_issuer_though_psc_always_does(portal: Portal, psc: Provider) -> None:
    browser = portal.browser()
    back = Visitor().go(leave(browser))
    assert NOT_BELIEVED in with_modes(browser.get(changed_query(back, iss="")))


def test_somebody_who_gives_up_over_there(portal: Portal, psc: Provider) -> None:
    psc.present(None)
    assert "interrompu" in with_modes(come_in(portal.browser(), Visitor()))
    assert refusals(portal) == ["psc.cancelled"]


def test_an_answer_without_code(portal: Portal, psc: Provider) -> None:
    browser = portal.browser()
    back = Visitor().go(leave(browser))
    assert "n'a pas accepté" in with_modes(browser.get(changed_query(back, code="")))


def test_an_answer_of_a_hundred_kilobytes(portal: Portal, psc: Provider) -> None:
    """Row 30: every parameter is cut."""
    browser = portal.browser()
    back = Visitor().go(leave(browser))
    assert "illisible" in browser.get(changed_query(back, code="x" * 100_000), status=400).text
    assert browser.get(changed_query(back, code="x" * 900)).maybe_follow().status_int == 200


# --- PSC down ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["token", "userinfo", "jwks"])
@pytest.mark.parametrize("kind", ["down", "garbage"])
def test_an_endpoint_that_is_down(portal: Portal, psc: Provider, where: str, kind: str) -> None:
    psc.fail(**{where: kind})
    shown = with_modes(come_in(portal.browser(), Visitor()))
    assert (DOWN in shown) or (where == "userinfo" and kind == "garbage" and NOT_BELIEVED in shown)
    assert len(refusals(portal)) == 1


@pytest.mark.settings(**{"esea_auth.psc.budget": "1 s"})
def test_an_endpoint_that_hangs_holds_nobody_longer_than_the_budget(portal: Portal, psc: Provider) -> None:
    """The provider's answer is right but late: whoever waited for it would be signed in."""
    psc.present(CLAIMS)
    psc.fail(token="hang", hang_seconds=5)
    browser = portal.browser()
    back = Visitor().go(leave(browser))
    assert DOWN in with_modes(browser.get(back))


@pytest.mark.parametrize("kind", ["down", "garbage", "other_issuer"])
def test_a_discovery_that_can_not_be_read(portal: Portal, psc: Provider, kind: str) -> None:
    psc.fail(discovery=kind)
    browser = portal.browser()
    assert DOWN in with_modes(browser.get(leave(browser)))
    assert refusals(portal) == ["psc.unavailable"]


def test_a_psc_that_is_down_is_not_asked_again_and_again(portal: Portal, psc: Provider) -> None:
    """The breaker: three failures, then nobody waits; the page of all modes says so."""
    psc.fail(token="down")
    for _ in range(6):
        come_in(portal.browser(), Visitor())
    assert psc.counts()["/token"] == 3
    assert "préférez un autre mode" in portal.browser().get("/connexion").text


def test_a_storm_of_unknown_key_ids_makes_us_ask_for_the_keys_once_more_only(portal: Portal, psc: Provider) -> None:
    psc.fail(id_token="unknown_kid")
    for _ in range(5):
        come_in(portal.browser(), Visitor())
    assert psc.counts()["/jwks"] <= 2


def test_nothing_of_psc_s_answer_is_logged(portal: Portal, psc: Provider, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        psc.fail(id_token="wrong_nonce")
        browser = portal.browser()
        back = Visitor().go(leave(browser))
        browser.get(back)
    code = dict(parse_qsl(urlsplit(back).query))["code"]
    assert code not in caplog.text
    assert psc.secret not in caplog.text
    assert "eyJ" not in caplog.text
    assert not is_signed_in(browser, registered(portal, first_name="Autre"))


# --- what the provider says went wrong --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "description", "told", "code"),
    [
        ("access_denied", "", "interrompu", "psc.cancelled"),
        ("temporarily_unavailable", "authentication_expired", "a expiré", "psc.expired"),
        ("temporarily_unavailable", "", DOWN, "psc.unavailable"),
        ("server_error", "", DOWN, "psc.unavailable"),
        ("login_required", "", "de nouveau", "psc.login_required"),
        ("interaction_required", "", "de nouveau", "psc.login_required"),
        ("consent_required", "", "de nouveau", "psc.login_required"),
        ("account_selection_required", "", "de nouveau", "psc.login_required"),
        ("unmet_authentication_requirements", "", "niveau demandé", "psc.level"),
        ("invalid_request", "", "réglage est à corriger", "psc.setup"),
        ("unauthorized_client", "", "réglage est à corriger", "psc.setup"),
        ("unsupported_response_type", "", "réglage est à corriger", "psc.setup"),
        ("invalid_scope", "", "réglage est à corriger", "psc.setup"),
        ("request_not_supported", "", "réglage est à corriger", "psc.setup"),
        ("quelque_chose_de_nouveau", "", "n'a pas accepté", "psc.refused"),
        ("invalid_scope", "authentication_expired", "réglage est à corriger", "psc.setup"),
        ("<script>alert(1)</script>", "é" * 400, "n'a pas accepté", "psc.refused"),
    ],
)
def test_each_error_of_the_provider_leads_to_what_to_do_next(
    portal: Portal, psc: Provider, error: str, description: str, told: str, code: str
) -> None:
    browser = portal.browser()
    back = Visitor().go(leave(browser))
    page = with_modes(browser.get(changed_query(back, code="", error=error, error_description=description)))
    assert told in page
    assert "autre mode" in page or "depuis le bouton" in page
    assert refusals(portal) == [code]


@pytest.mark.parametrize(
    ("error", "told", "code"),
    [
        ("invalid_grant", "n'a pas accepté", "psc.refused.invalid_grant"),
        ("invalid_client", "réglage est à corriger", "psc.refused.invalid_client"),
        ("unauthorized_client", "réglage est à corriger", "psc.refused.unauthorized_client"),
        ("unsupported_grant_type", "réglage est à corriger", "psc.refused.unsupported_grant_type"),
        ("temporarily_unavailable", DOWN, "psc.error"),
        ("server_error", DOWN, "psc.error"),
    ],
)
def test_each_error_of_the_code_exchange_leads_to_what_to_do_next(
    portal: Portal, psc: Provider, error: str, told: str, code: str
) -> None:
    psc.fail(token=f"error:{error}")
    assert told in with_modes(come_in(portal.browser(), Visitor()))
    assert refusals(portal) == [code]
