"""A browser that refuses cookies: each form and each mailed link leads to a page that says what is missing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.raw_requests import FORM, RawAnswer, call

from esea_auth_plugin.testing.portal import Portal

pytestmark = pytest.mark.databases("sqlite")

TOKEN = "Abcdefghijklmnopqrstuvwxyz012345"
#: Addresses of mailed links, below which the token stands.
LINKS = [
    "/inscription/confirmation",
    "/inscription/complement",
    "/inscription/invitation",
    "/connexion/reinitialisation",
    "/connexion/retrouver",
    "/compte/dispositifs/confirmation",
    "/signalement",
    "/adresse-precedente",
]
#: Pages with a form, open to everybody.
PAGES = ["/", "/connexion", "/connexion/otp", "/connexion/oubli/mot-de-passe", "/connexion/oubli", "/inscription"]


def text(answer: RawAnswer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split()).replace("\u2019", "'").replace("&#39;", "'")


def says_that_cookies_are_needed(answer: RawAnswer) -> None:
    told = text(answer)
    assert answer.status == 400, (answer.status, told[:400])
    assert "a besoin de cookies" in told and "Autorisez" in told
    assert "ouverte trop longtemps" not in told


def form_of(portal: Portal, page: str) -> bytes:
    token = re.search(r'name="csrf_token" value="([^"]+)"', call(portal.wsgi, "GET", page).text)
    return b"csrf_token=" + (token[1].encode() if token else b"x")


@pytest.mark.parametrize("page", PAGES)
def test_pages_open_without_cookies(portal: Portal, page: str) -> None:
    assert call(portal.wsgi, "GET", page).status in {200, 303}


@pytest.mark.parametrize("page", ["/connexion/otp", "/connexion/oubli/mot-de-passe", "/inscription"])
def test_a_form_sent_without_any_cookie_says_that_cookies_are_needed(portal: Portal, page: str) -> None:
    body = form_of(portal, page)
    own = {"HTTP_ORIGIN": "http://localhost"}
    says_that_cookies_are_needed(call(portal.wsgi, "POST", page, body=body, content_type=FORM, environ=own))
    says_that_cookies_are_needed(call(portal.wsgi, "POST", page, body=body, content_type=FORM))
    problem = call(
        portal.wsgi, "POST", page, body=body, content_type=FORM, environ={**own, "HTTP_ACCEPT": "application/json"}
    )
    assert problem.status == 400 and '"code": "portal.cookies_needed"' in problem.text


def test_a_form_of_another_site_is_refused_as_such(portal: Portal) -> None:
    """Browsers keep the portal's cookies from it: that says nothing about the person's settings."""
    body = form_of(portal, "/connexion/otp")
    for headers in ({"HTTP_ORIGIN": "https://pirate.exemple"}, {"HTTP_SEC_FETCH_SITE": "cross-site"}):
        answer = call(portal.wsgi, "POST", "/connexion/otp", body=body, content_type=FORM, environ=headers)
        assert answer.status == 400 and "a besoin de cookies" not in text(answer)


def test_a_form_with_an_old_token_still_says_that_it_is_stale(portal: Portal) -> None:
    environ = {"HTTP_COOKIE": "formulaire=Abcdefghijklmnopqrstuvwxyz"}
    answer = call(portal.wsgi, "POST", "/connexion/otp", body=b"csrf_token=x", content_type=FORM, environ=environ)
    assert answer.status == 400 and "ouverte trop longtemps" in text(answer)


@pytest.mark.parametrize("link", LINKS)
def test_a_mailed_link_without_any_cookie_says_that_cookies_are_needed(portal: Portal, queries: Any, link: str) -> None:
    moved = call(portal.wsgi, "GET", f"{link}/{TOKEN}")
    assert moved.status == 303 and moved.headers["location"].endswith(link) and "set-cookie" in moved.headers
    with queries() as seen:
        answer = call(portal.wsgi, "GET", link)
    says_that_cookies_are_needed(answer)
    assert "rouvrez le lien" in text(answer)
    assert len(seen) == 0
    says_that_cookies_are_needed(call(portal.wsgi, "POST", link, body=b"csrf_token=x", content_type=FORM))


@pytest.mark.parametrize("link", LINKS)
def test_a_mailed_link_whose_token_is_unknown_says_so_when_cookies_work(portal: Portal, link: str) -> None:
    browser = portal.browser()
    page = browser.get(f"{link}/{TOKEN}").follow(status="*")
    assert page.status_int in {404, 410} and "a besoin de cookies" not in page.text


@pytest.mark.parametrize("page", ["/compte", "/support/comptes", "/espace-pro/inscription"])
def test_a_closed_page_leads_to_a_sign_in_that_says_it(portal: Portal, page: str) -> None:
    body = b"csrf_token=x"
    for method in ("GET", "POST"):
        answer = call(portal.wsgi, method, page, body=body if method == "POST" else b"", content_type=FORM)
        assert answer.status in {303, 400, 405}, (method, answer.status)
