"""Rows 5 and 6 of the threat model: no step of the sign-up is done by another step, or by nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from webtest import TestApp, TestResponse

from esea_auth_plugin.sign_up.models import SignUp
from esea_auth_plugin.testing import sign_up as wizard
from esea_auth_plugin.testing.pages import press, send
from esea_auth_plugin.testing.portal import PASSWORD, Portal

STEPS = (
    "/inscription",
    "/inscription/donnees",
    "/inscription/identifiant",
    "/inscription/adhesion",
    "/inscription/verification",
)
FORGED = {
    "identifier": "anne.pierre",
    "password": PASSWORD,
    "password_again": PASSWORD,
    "motive": wizard.MOTIVE,
    "terms": "oui",
    "services": "ror",
    "envoyer": "1",
}


def requests_in(portal: Portal) -> int:
    with portal.db.reading() as session:
        return int(session.scalar(select(func.count()).select_from(SignUp)) or 0)


def csrf(browser: TestApp) -> str:
    return str(browser.get("/inscription").forms[0]["csrf_token"].value)


def post(browser: TestApp, path: str, body: dict[str, Any]) -> TestResponse:
    return browser.post(path, {**body, "csrf_token": csrf(browser)})


def test_nobody_jumps_ahead(portal: Portal) -> None:
    browser = portal.browser()
    for path in STEPS[1:]:
        assert browser.get(path).location.endswith("/inscription")
        assert post(browser, path, FORGED).location.endswith("/inscription")
    wizard.to_step_2(browser)
    for path in STEPS[2:]:
        assert browser.get(path).location.endswith("/inscription/donnees")
        assert post(browser, path, FORGED).location.endswith("/inscription/donnees")
    wizard.to_step_3(browser)
    assert post(browser, STEPS[3], FORGED).location.endswith("/inscription/identifiant")
    assert requests_in(portal) == 0 and portal.emails() == []


@pytest.mark.parametrize("body", [{}, {"csrf": "x"}, {"suivant": "1"}, {"valider": "1"}, {"carte": ""}])
def test_an_empty_post_stays_on_each_step(portal: Portal, body: dict[str, str]) -> None:
    browser = portal.browser()
    assert post(browser, STEPS[0], body).location.endswith("/inscription")
    for path, reach in zip(STEPS[1:4], (wizard.to_step_2, wizard.to_step_3, wizard.to_step_4), strict=True):
        browser = portal.browser()
        reach(browser)
        page = post(browser, path, body)
        assert page.status_int == 200 and page.html.find(class_="error-summary") is not None
    assert requests_in(portal) == 0


def test_another_steps_body_stays_on_the_step(portal: Portal) -> None:
    browser = portal.browser()
    wizard.to_step_2(browser)
    page = post(browser, STEPS[1], FORGED)
    assert page.status_int == 200
    assert browser.get(STEPS[2]).location.endswith("/inscription/donnees")


def test_without_the_csrf_token_nothing_is_done(portal: Portal) -> None:
    browser = portal.browser()
    wizard.to_step_4(browser)
    browser.post(STEPS[3], FORGED, status=[400, 403])
    assert requests_in(portal) == 0


def test_a_draft_belongs_to_its_browser(portal: Portal) -> None:
    """Without its cookie, or with a made-up one, there is nothing to find."""
    wizard.to_step_4(portal.browser())
    other = portal.browser()
    other.set_cookie("inscription", "A" * 43)
    assert other.get(STEPS[3]).location.endswith("/inscription")


def test_new_names_ask_for_the_password_again(portal: Portal) -> None:
    """It may not hold the name: going back to change the name may not smuggle it past the check."""
    browser = portal.browser()
    wizard.to_step_4(browser)
    send(browser.get(STEPS[1]), {"Nom": "Brouette"})
    assert browser.get(STEPS[3]).location.endswith("/inscription/identifiant")
    page = send(browser.get(STEPS[2]), {"Mot de passe": PASSWORD, "Confirmez votre mot de passe": PASSWORD})
    assert "brouette" in page.text.lower() and page.status_int == 200


def _right(number: int, browser: TestApp, page: TestResponse) -> None:
    passwords = {"Mot de passe": PASSWORD, "Confirmez votre mot de passe": PASSWORD}
    if number == 5:
        press(page, wizard.SEND)
    else:
        send(page, (wizard.personal(), passwords, wizard.adhesion())[number - 2])


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(acts=st.lists(st.tuples(st.sampled_from(["right", "empty", "look"]), st.integers(2, 5)), max_size=10))
def test_whatever_the_order_of_steps_a_request_needs_each_of_them(portal: Portal, acts: list[tuple[str, int]]) -> None:
    """Model: how many steps are done. The page that opens, and the request at the end, must agree with it."""
    before, browser, done, sent = requests_in(portal), portal.browser(), 1, False
    portal.clock.advance(days=31)  # the limits of the former example are over
    wizard.to_step_2(browser)
    token = csrf(browser)
    for act, number in acts:
        answer = browser.get(STEPS[number - 1])
        allowed = number <= done + 1 and not sent
        assert (answer.status_int == 200) is allowed
        if act == "empty":
            answer = browser.post(STEPS[number - 1], {"csrf_token": token})
            assert (answer.status_int == 200) is allowed
        elif act == "right" and allowed:
            _right(number, browser, answer)
            sent = number == 5
            done = max(done, min(number, 4))
    assert requests_in(portal) == before + sent
