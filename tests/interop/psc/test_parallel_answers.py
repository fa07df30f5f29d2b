"""Many answers at once for one sign-in: the one with the right state completes it, the others change nothing."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from tests.interop.psc.journeys import is_signed_in, leave, refusals, registered, said, sessions
from tests.interop.psc.provider import Provider, Visitor
from tests.unit.esea_auth_plugin.auth_modes.pro_sante_connect.claims import CLAIMS
from webtest import TestApp, TestResponse

from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.threads import at_once

pytestmark = pytest.mark.databases("sqlite", "postgresql")


def twin(portal: Portal, browser: TestApp) -> TestApp:
    """Return the same browser in another tab: the same cookies, its own connection."""
    other = portal.browser()
    for cookie in browser.cookiejar:
        other.cookiejar.set_cookie(cookie)
    return other


def with_state(path: str, state: str) -> str:
    parts = urlsplit(path)
    return f"{parts.path}?{urlencode({**dict(parse_qsl(parts.query)), 'state': state})}"


def all_sent(tabs: list[TestApp], paths: list[str]) -> list[TestResponse]:
    """Send every request at the same moment."""
    return at_once(lambda pair: pair[0].get(pair[1]), zip(tabs, paths, strict=True))


@pytest.mark.parametrize("many", [2, 20])
def test_the_right_state_wins_among_wrong_ones(portal: Portal, psc: Provider, many: int) -> None:
    person = registered(portal)
    psc.present(CLAIMS)
    browser = portal.browser()
    back = Visitor().go(leave(browser))
    tabs = [twin(portal, browser) for _ in range(many)]
    paths = [back, *(with_state(back, f"faux-{number}-" + "x" * 40) for number in range(many - 1))]
    answers = all_sent(tabs, paths)
    assert "/compte" in str(answers[0].location)
    assert is_signed_in(tabs[0], person)
    assert sessions(portal) == 1
    assert set(refusals(portal)) <= {"psc.state"}


@pytest.mark.parametrize("many", [2, 20])
def test_one_answer_sent_many_times_signs_in_once(portal: Portal, psc: Provider, many: int) -> None:
    """A double click, a browser that repeats a slow request: whoever lost does not end the sign-in of who won."""
    person = registered(portal)
    psc.present(CLAIMS)
    browser = portal.browser()
    back = Visitor().go(leave(browser))
    before = psc.counts().get("/token", 0)
    tabs = [twin(portal, browser) for _ in range(many)]
    all_sent(tabs, [back] * many)
    assert [is_signed_in(tab, person) for tab in tabs].count(True) == 1
    assert sessions(portal) == 1
    assert psc.counts()["/token"] == before + 1
    assert set(refusals(portal)) <= {"psc.state_used"}


def test_a_wrong_answer_ends_no_sign_in(portal: Portal, psc: Provider) -> None:
    """An unknown state, none, one of another browser, a forged error: the way that was begun still leads in."""
    person = registered(portal)
    psc.present(CLAIMS)
    browser, other = portal.browser(), portal.browser()
    back = Visitor().go(leave(browser))
    parts = urlsplit(back)
    forged = f"{parts.path}?{urlencode({'error': 'access_denied'})}"
    for wrong in (
        with_state(back, "autre-state-autre-state"),
        with_state(back, ""),
        forged,
        Visitor().go(leave(other)),
    ):
        assert "a déjà servi ou a expiré" in said(browser.get(wrong))
    browser.get(back)
    assert is_signed_in(browser, person)
    assert refusals(portal) == ["psc.state"] * 4
