"""Related origins, attacked: a page that is not listed, look-alikes of one that is, a list bent by a request."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.passkeys import MODES, answer_with, give_key, key_page

from esea_auth_plugin.authentication.contract import Attempt, Enrolled, Refused
from esea_auth_plugin.authentication.registry import modes_of
from esea_auth_plugin.foundation.database import new_id
from esea_auth_plugin.testing.authenticator import Authenticator
from esea_auth_plugin.testing.portal import Portal

PATH = "/.well-known/webauthn"
FORMER, OTHER = "https://ancien.example.org", "https://portail.example.net:8443"
LISTED = {**MODES, "esea_auth.passkey.related_origins": f"{FORMER} {OTHER}"}

listed = pytest.mark.settings(**LISTED)
pytestmark = pytest.mark.settings(**MODES)


def signed_from(portal: Portal, key: Authenticator, origin: str, **wrong: Any) -> bool:
    """Tell whether an answer that a page of this origin obtained opens the account."""
    browser = portal.browser()
    form, options = key_page(browser)
    answer_with(form, key.get(options, origin=origin, **wrong))
    return bool(browser.get("/compte", expect_errors=True).status_int == 200)


def made_at(portal: Portal, origin: str) -> Any:
    """Return what becomes of a key that a page of this origin had made."""
    mode, person = modes_of(portal.registry).get("passkey"), portal.person()
    assert mode is not None
    attempt = Attempt(new_id(), portal.clock.now(), subject=person.subject, email=person.email, browser="a browser")
    with portal.db.writing() as session:
        shown: Any = mode.enrolment.begin(session, attempt)
        credential = Authenticator(origin).create(shown.values["options"])
        values = {"credential": credential, "challenge": shown.values["challenge"], "label": "Téléphone"}
        return mode.enrolment.answer(session, replace(attempt, values=values), None)


# --- the list


def test_a_portal_that_lists_nothing_has_no_such_address(portal: Portal) -> None:
    browser = portal.browser()
    for headers in ({}, {"Origin": FORMER}, {"Accept": "application/json"}):
        assert browser.get(PATH, headers=headers, expect_errors=True).status_int == 404


@listed
def test_the_list_is_that_of_the_settings_for_everybody_and_costs_no_query(
    portal: Portal, queries: Callable[[], Any]
) -> None:
    with queries() as seen:
        answer = portal.browser().get(PATH)
    assert len(seen) == 0, str(seen)
    assert answer.content_type == "application/json"
    assert json.loads(answer.body) == {"origins": [FORMER, OTHER]}
    assert answer.headers["Cache-Control"] == "max-age=600, public"
    assert "Set-Cookie" not in answer.headers


@listed
def test_the_list_never_names_an_origin_of_the_request(portal: Portal) -> None:
    evil = "https://evil.example"
    said = {
        "Origin": evil,
        "Referer": f"{evil}/page",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Forwarded": "host=evil.example",
        "X-Original-URL": f"{evil}/",
    }
    answer = portal.browser().get(f"{PATH}?origins={evil}&origin={evil}", headers=said)
    assert json.loads(answer.body) == {"origins": [FORMER, OTHER]}
    unknown = portal.browser().get(PATH, headers={"Host": "evil.example"}, expect_errors=True)
    assert unknown.status_int == 400
    assert "evil.example" not in unknown.text


@listed
@pytest.mark.parametrize("way", ["post", "put", "delete"])
def test_nobody_writes_the_list(portal: Portal, way: str) -> None:
    answer = getattr(portal.browser(), way)(PATH, expect_errors=True)
    assert answer.status_int in {400, 404, 405}


@pytest.mark.settings(**{**LISTED, "esea_auth.modes": "password mail_code"})
def test_without_the_mode_there_is_no_list(portal: Portal) -> None:
    assert portal.browser().get(PATH, expect_errors=True).status_int == 404


# --- what an answer from elsewhere is worth


@listed
def test_a_listed_origin_makes_and_uses_keys(portal: Portal) -> None:
    key = give_key(portal, portal.person())
    for origin in (FORMER, OTHER, key.origin):
        assert signed_from(portal, key, origin), origin
        assert isinstance(made_at(portal, origin), Enrolled), origin


def test_an_origin_that_is_not_listed_is_refused(portal: Portal) -> None:
    key = give_key(portal, portal.person())
    assert not signed_from(portal, key, FORMER)
    assert made_at(portal, FORMER) == Refused("passkey.not_verified", "La clé n’a pas pu être ajoutée. Réessayez.")


@listed
@pytest.mark.parametrize(
    "origin",
    [
        "http://ancien.example.org",
        "https://ancien.example.org:444",
        "https://ancien.example.org.evil.example",
        "https://evil.example/https://ancien.example.org",
        "https://www.ancien.example.org",
        "https://example.org",
        "https://ANCIEN.example.org",
        "https://ancien.example.org/",
        "https://portail.example.net",
        "null",
        "",
    ],
)
def test_what_looks_like_a_listed_origin_is_refused(portal: Portal, origin: str) -> None:
    key = give_key(portal, portal.person())
    assert not signed_from(portal, key, origin)
    assert isinstance(made_at(portal, origin), Refused)


@listed
def test_a_listed_origin_may_not_frame_the_portal_nor_be_framed(portal: Portal) -> None:
    """To be listed is to use keys, not to have them used inside somebody's page."""
    key = give_key(portal, portal.person())
    assert not signed_from(portal, key, FORMER, cross_origin=True)
    assert not signed_from(portal, key, key.origin, top_origin=FORMER)


@listed
def test_a_listed_origin_gets_no_key_of_another_domain(portal: Portal) -> None:
    key = give_key(portal, portal.person())
    assert not signed_from(portal, key, FORMER, rp_id="ancien.example.org")
