"""Attacks on the sign-in: each is named after what it tries, and fails as it should."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from esea_auth_plugin.auth_modes.mail_code.models import MailCodeRow
from esea_auth_plugin.foundation.sessions.models import SessionRow
from esea_auth_plugin.foundation.throttling.rules import failures_of_address
from esea_auth_plugin.foundation.web.return_paths import local_path
from esea_auth_plugin.testing.pages import press, send, text
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.threads import at_once

WRONG = "Ce n'est pas le bon 1"


def log_in(browser: Any, login: str, password: str, *, status: int | str | None = None, service: str = "") -> Any:
    """Send login and password from a fresh page."""
    page = browser.get("/connexion/otp", params={"service": service} if service else {})
    form = page.forms[0]
    form["login"], form["password"] = login, password
    return form.submit(status=status) if status else form.submit()


def at_code(portal: Portal, person: Person, browser: Any | None = None) -> Any:
    """Return the page that asks for the mailed code."""
    return log_in(browser or portal.browser(), person.identifier, person.password).follow()


def type_code(page: Any, code: str, status: int | str | None = None) -> Any:
    form = page.forms[0]
    form["code"] = code
    return form.submit(status=status) if status else form.submit()


def other_code(code: str) -> str:
    """Return six digits that are not this code."""
    digits = re.sub(r"\D", "", code)
    return f"{(int(digits) + 1) % 1_000_000:06d}"


# --- fixation, mixed people, key spaces (rows 12, 19) ----------------------------------------------------------


def test_a_planted_session_cookie_is_replaced_and_opens_nothing(portal: Portal) -> None:
    anne = portal.person()
    browser = portal.browser()
    planted = "A" * 43
    browser.set_cookie("portail", planted)
    portal.sign_in(browser, anne)
    assert browser.cookies["portail"] != planted
    attacker = portal.browser()
    attacker.set_cookie("portail", planted)
    assert attacker.get("/compte").status_int == 303


def test_every_rise_changes_the_cookie_and_kills_the_former_one(portal: Portal) -> None:
    anne = portal.person(services=["espace-pro"])
    browser = portal.browser()
    page = browser.get("/connexion/mot-de-passe", params={"service": "smur-tab"})
    send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": anne.password})
    low = browser.cookies["portail"]
    page = press(browser.get("/connexion/otp", params={"service": "espace-pro"}), "Continuer").follow()
    send(page, {"Code reçu par courriel": portal.emails(anne.email)[-1].code})
    assert browser.cookies["portail"] != low
    former = portal.browser()
    former.set_cookie("portail", low)
    assert former.get("/compte").status_int == 303


def test_who_signs_in_ends_the_session_of_who_was_there(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    paul = portal.person(first_name="Paul")
    old = browser.cookies["portail"]
    portal.sign_in(browser, paul)
    assert "Paul" in browser.get("/compte").text
    thief = portal.browser()
    thief.set_cookie("portail", old)
    assert thief.get("/compte").status_int == 303
    assert anne.first_name not in text(browser.get("/compte"))


def test_the_sign_in_cookie_is_no_session_and_a_stolen_row_is_no_cookie(portal: Portal) -> None:
    anne = portal.person()
    browser = portal.browser()
    at_code(portal, anne, browser)
    portal.deliver()  # two codes of one moment would arrive in any order
    attacker = portal.browser()
    for name in ("portail", "navigateur", "formulaire"):
        attacker.set_cookie(name, browser.cookies["connexion"])
    assert attacker.get("/compte").status_int == 303
    portal.sign_in(portal.browser(), anne)
    with portal.db.reading() as session:
        digest = session.scalar(select(SessionRow.cookie_digest))
    attacker.set_cookie("portail", digest)
    assert attacker.get("/compte").status_int == 303


# --- stages (rows 5, 6) ----------------------------------------------------------------------------------------


def test_half_a_sign_in_is_nobody(portal: Portal) -> None:
    anne = portal.person()
    browser = portal.browser()
    at_code(portal, anne, browser)
    assert browser.get("/compte").status_int == 303
    assert "portail" not in browser.cookies


@pytest.mark.parametrize(
    "values", [{}, {"code": ""}, {"code": "      "}, {"login": "x", "password": "y"}, {"stage": "done"}]
)
def test_an_empty_or_foreign_body_passes_no_stage(portal: Portal, values: dict[str, str]) -> None:
    anne = portal.person()
    browser = portal.browser()
    page = at_code(portal, anne, browser)
    token = page.html.find("input", attrs={"name": "csrf_token"})["value"]
    for path in ("/connexion/otp", "/connexion/conditions", "/connexion/mot-de-passe"):
        browser.post(path, {"csrf_token": token, **values})
        assert browser.get("/compte").status_int == 303, path


def test_a_code_without_the_password_stage_is_worth_nothing(portal: Portal) -> None:
    anne = portal.person()
    at_code(portal, anne)
    code = portal.emails(anne.email)[-1].code
    attacker = portal.browser()
    page = attacker.get("/connexion/otp")
    token = page.html.find("input", attrs={"name": "csrf_token"})["value"]
    attacker.post("/connexion/otp", {"csrf_token": token, "code": code, "login": anne.identifier})
    assert attacker.get("/compte").status_int == 303


def test_a_code_belongs_to_its_own_sign_in(portal: Portal) -> None:
    anne = portal.person()
    first, second = portal.browser(), portal.browser()
    at_code(portal, anne, first)
    code = portal.emails(anne.email)[-1].code
    portal.clock.advance(minutes=1)
    page = at_code(portal, anne, second)
    assert "pas le bon" in text(type_code(page, code))


# --- brute force (rows 10, 24) ---------------------------------------------------------------------------------


def test_five_wrong_codes_end_the_sign_in_even_across_resends(portal: Portal) -> None:
    anne = portal.person()
    page = at_code(portal, anne)
    code = portal.emails(anne.email)[-1].code
    for number in range(4):
        page = type_code(page, other_code(code))
        assert "pas le bon" in text(page)
        portal.clock.advance(minutes=1)
        if number == 2:
            page = press(page, "Renvoyer un code")
            code = portal.emails(anne.email)[-1].code
    answer = type_code(page, other_code(code))
    assert answer.status_int == 303
    page = answer.follow()
    assert "recommencez depuis le début" in text(page)


def test_ten_wrong_codes_an_hour_close_the_account_to_guessing_from_anywhere(portal: Portal) -> None:
    anne = portal.person()
    wrong = 0
    for number in range(3):
        browser = portal.browser(f"198.51.100.{number}")
        portal.clock.advance(minutes=2)  # the wait after five failures, which comes on top
        page = at_code(portal, anne, browser)
        code = portal.emails(anne.email)[-1].code
        for _ in range(5):
            portal.clock.advance(seconds=61)
            answer = type_code(page, other_code(code), status="*")
            if answer.status_int == 429:
                assert wrong == 10
                return
            wrong += 1
            if answer.status_int != 200:
                break
            page = answer
    raise AssertionError(f"{wrong} wrong codes in an hour")


def test_a_code_is_used_once_whatever_the_race(portal: Portal) -> None:
    anne = portal.person()
    browser = portal.browser()
    page = at_code(portal, anne, browser)
    code = portal.emails(anne.email)[-1].code
    token = page.html.find("input", attrs={"name": "csrf_token"})["value"]
    cookies = dict(browser.cookies)

    def use(_: int) -> bool:
        own = portal.browser()
        for name, value in cookies.items():
            own.set_cookie(name, value)
        own.post("/connexion/otp", {"csrf_token": token, "code": code}, status="*")
        return "portail" in own.cookies

    assert sum(at_once(use, range(8))) == 1


def test_twenty_guesses_at_once_are_at_most_five_comparisons(portal: Portal) -> None:
    anne = portal.person()
    browser = portal.browser()
    page = at_code(portal, anne, browser)
    code = portal.emails(anne.email)[-1].code
    token = page.html.find("input", attrs={"name": "csrf_token"})["value"]
    cookies = dict(browser.cookies)

    def guess(number: int) -> None:
        own = portal.browser(f"203.0.113.{number}")
        for name, value in cookies.items():
            own.set_cookie(name, value)
        own.post("/connexion/otp", {"csrf_token": token, "code": other_code(code)}, status="*")

    at_once(guess, range(20), most=8)
    with portal.db.reading() as session:
        assert session.scalars(select(MailCodeRow.tries)).one() <= 5
    assert type_code(page, code, status="*").status_int != 303 or "portail" not in browser.cookies


def test_five_wrong_passwords_make_one_wait_over_a_minute(portal: Portal) -> None:
    anne = portal.person()
    browser = portal.browser()
    for _ in range(5):
        log_in(browser, anne.identifier, WRONG)
    answer = log_in(browser, anne.identifier, anne.password, status="*")
    assert answer.status_int == 429
    assert int(answer.headers["Retry-After"]) > 60
    portal.clock.advance(seconds=int(answer.headers["Retry-After"]))
    assert log_in(browser, anne.identifier, anne.password).status_int == 303


def test_five_failures_spread_over_the_morning_make_the_same_wait(portal: Portal) -> None:
    anne = portal.person()
    for _ in range(5):
        portal.clock.advance(minutes=25)
        log_in(portal.browser(), anne.identifier, WRONG)
    answer = log_in(portal.browser(), anne.identifier, anne.password, status="*")
    assert answer.status_int == 429
    assert int(answer.headers["Retry-After"]) > 60


def test_identifier_and_email_share_the_hidden_count_and_nobody_learns_it(portal: Portal) -> None:
    anne = portal.person()
    for _ in range(5):
        log_in(portal.browser(), anne.identifier, WRONG)
    page = log_in(portal.browser(), anne.email, anne.password)
    assert page.status_int == 200
    assert "incorrect" in text(page), "neither a lock, which would tie both names together, nor a sixth try"


def test_at_most_twenty_five_failures_a_day_an_account(portal: Portal) -> None:
    anne = portal.person()
    failures = 0
    for number in range(60):
        answer = log_in(portal.browser(f"198.51.100.{number}"), anne.identifier, WRONG, status="*")
        failures += answer.status_int == 200
        portal.clock.advance(minutes=5)
    assert failures <= 25


def test_an_attacker_cannot_keep_a_known_browser_out(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    press(browser.get("/connexion/deconnexion"), "Me déconnecter")
    for number in range(30):
        log_in(portal.browser(f"198.51.100.{number}"), anne.identifier, WRONG, status="*")
    third_party = portal.browser("198.51.100.250")
    assert log_in(third_party, anne.identifier, anne.password, status="*").status_int == 429
    assert log_in(browser, anne.identifier, anne.password).status_int == 303


def test_a_planted_known_browser_cookie_gives_nothing(portal: Portal) -> None:
    anne = portal.person()
    for _ in range(5):
        log_in(portal.browser(), anne.identifier, WRONG)
    browser = portal.browser()
    browser.set_cookie("navigateur", "B" * 43)
    assert log_in(browser, anne.identifier, anne.password, status="*").status_int == 429


def test_ipv6_addresses_of_one_network_are_one_address(portal: Portal) -> None:
    answers = [
        log_in(portal.browser(f"2001:db8:1:2::{number:x}"), f"inconnue.{number}", WRONG, status="*").status_int
        for number in range(1, 53)
    ]
    assert answers.count(429) >= 2
    assert log_in(portal.browser("2001:db8:1:3::1"), "inconnue.autre", WRONG).status_int == 200


def test_a_whole_hospital_signs_in_behind_one_address(portal: Portal) -> None:
    """Successes use up nothing of the address's limit, which no range need lift: it still counts every failure.

    A few more people than the limit prove it; the unit test of the throttle counts five hundred.
    """
    most, hospital = failures_of_address("password").count, "192.0.2.1"
    for _ in range(most + 10):
        person = portal.person()
        assert log_in(portal.browser(hospital), person.identifier, person.password).status_int == 303
    answers = [
        log_in(portal.browser(hospital), f"inconnue.{number}", WRONG, status="*").status_int
        for number in range(most + 1)
    ]
    assert answers == [200] * most + [429]


# --- redirects -------------------------------------------------------------------------------------------------

HOSTILE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "/%2f/evil.example",
    "/%5cevil.example",
    "/a/..//evil.example",
    "/\tevil",
    "/a\r\nSet-Cookie: x=1",
    "evil.example",
    "/.%2e/x",
    "/connexion/deconnexion",
    "/compte#@evil.example",
    "/" + "a" * 3000,
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_way_back_leads_home(portal: Portal, hostile: str) -> None:
    assert local_path(hostile) == ""
    browser, _ = portal.signed_in()
    assert browser.get("/connexion", params={"retour": hostile}).location == "http://localhost/compte"


@given(st.text(max_size=60))
def test_whatever_is_accepted_stays_on_this_portal(text_given: str) -> None:
    from urllib.parse import urljoin, urlsplit

    for candidate in (text_given, f"/{text_given}"):
        found = local_path(candidate)
        if found:
            joined = urlsplit(urljoin("https://portail.example/connexion", found))
            assert (joined.scheme, joined.netloc) == ("https", "portail.example")


# --- codes never leave the mail (row 25) -----------------------------------------------------------------------


def test_no_page_or_header_ever_holds_the_code(portal: Portal) -> None:
    anne = portal.person()
    browser = portal.browser()
    answer = log_in(browser, anne.identifier, anne.password)
    page = answer.follow()
    digits = re.sub(r"\D", "", portal.emails(anne.email)[-1].code)
    for each in (answer, page):
        assert digits not in re.sub(r"\s", "", each.text)
        assert digits not in str(each.headers)


# --- suspended at once (row 23) --------------------------------------------------------------------------------


def test_a_suspended_account_is_nobody_at_once_and_gets_the_common_answer(portal: Portal) -> None:
    from esea_auth_plugin.interfaces import AccountState, IAccounts

    browser, anne = portal.signed_in()
    half = at_code(portal, anne, portal.browser())
    code = portal.emails(anne.email)[-1].code
    with portal.db.writing() as session:
        portal.find(IAccounts).set_state(session, anne.subject, AccountState.SUSPENDED, reason="essai")
    assert browser.get("/compte").status_int == 303
    answer = type_code(half, code)
    assert not answer.location or not answer.location.endswith("/compte")
    assert "incorrect" in text(log_in(portal.browser(), anne.identifier, anne.password))
