"""Codes of applications and printed codes: used once whatever the race, and never guessed (rows 9 and 10)."""

from __future__ import annotations

import pytest
from tests.devices import MODES, code_now, give_application, give_codes, with_password
from webtest import TestResponse

from esea_auth_plugin.testing.pages import fill, send, text
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.threads import at_once

pytestmark = [pytest.mark.settings(**MODES), pytest.mark.databases("sqlite", "postgresql")]
APPLICATION, PRINTED = "Code de l’application", "Code de secours"


def typed_at_once(pages: list[TestResponse], label: str, code: str) -> list[str]:
    """Type one code in several browsers at the same moment; return where each is led, ``""`` for nowhere."""
    forms = [fill(page, {label: code}) for page in pages]
    return at_once(lambda form: form.submit(status="*").location or "", forms)


def test_a_code_of_an_application_opens_one_of_twenty_browsers(portal: Portal) -> None:
    anne = portal.person()
    key = give_application(portal, anne)
    portal.clock.advance(minutes=1)
    pages = [with_password(portal.browser(f"203.0.113.{n}"), anne, "totp") for n in range(20)]
    led = typed_at_once(pages, APPLICATION, code_now(portal, key))
    assert sum(location.endswith("/compte") for location in led) == 1


def test_a_printed_code_opens_one_of_twenty_browsers(portal: Portal) -> None:
    anne = portal.person()
    give_application(portal, anne)
    printed = give_codes(portal, anne)
    pages = [with_password(portal.browser(f"203.0.113.{n}"), anne, "secours") for n in range(20)]
    led = typed_at_once(pages, PRINTED, printed[0])
    assert sum("nouveau-dispositif" in location for location in led) == 1


@pytest.mark.parametrize(("segment", "label"), [("totp", APPLICATION), ("secours", PRINTED)])
def test_ten_wrong_codes_an_hour_close_the_account_to_guessing_from_anywhere(
    portal: Portal, segment: str, label: str
) -> None:
    """Across sign-ins, browsers and addresses; the right code does not pass either until the hour is over."""
    anne = portal.person()
    key = give_application(portal, anne)
    printed = give_codes(portal, anne)
    judged = 0
    for n in range(8):
        page = with_password(portal.browser(f"198.51.100.{n}"), anne, segment)
        for _ in range(2):
            answer = fill(page, {label: "000000" if segment == "totp" else "AAAA-AAAA-AAAA-AAAA"}).submit(status="*")
            judged += "n’est pas accepté" in text(answer)
        portal.clock.advance(minutes=4)
    assert judged <= 10
    page = with_password(portal.browser("192.0.2.9"), anne, segment)
    right = code_now(portal, key) if segment == "totp" else printed[0]
    answer = fill(page, {label: right}).submit(status="*")
    assert answer.status_int == 429
    assert "Trop d'essais" in text(answer)


def test_five_wrong_codes_end_the_sign_in(portal: Portal) -> None:
    anne = portal.person()
    key = give_application(portal, anne)
    portal.clock.advance(minutes=1)
    browser = portal.browser()
    page = with_password(browser, anne, "totp")
    for _ in range(4):
        page = fill(page, {APPLICATION: "000000"}).submit(status="*")
        portal.clock.advance(minutes=3)
    answer = send(page, {APPLICATION: "000000"})
    assert "recommencez depuis le début" in text(answer.follow())
    page = browser.get("/connexion/totp")
    assert APPLICATION not in text(page), "the password comes first again"
    assert key
