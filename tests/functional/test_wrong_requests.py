"""What the portal answers to requests that it can't take: a page that helps, or problem details for machines."""

from __future__ import annotations

from typing import Any

import pytest
from webtest import TestApp

from esea_auth_plugin.testing.pages import text
from esea_auth_plugin.testing.portal import Portal

pytestmark = pytest.mark.databases("sqlite")

MACHINE = {"Accept": "application/json"}


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", "/", "GET, HEAD"),
        ("POST", "/services", "GET, HEAD"),
        ("DELETE", "/inscription", "GET, HEAD, POST"),
        ("GET", "/support/comptes/quelqu-un/reactiver", "POST"),
        ("PUT", "/connexion/oubli", "GET, HEAD"),
        ("POST", "/healthz", "GET, HEAD"),
    ],
)
def test_a_method_that_an_address_does_not_take_is_405_with_those_that_it_does(
    portal: Portal, method: str, path: str, allow: str
) -> None:
    page = portal.app.request(path, method=method, status=405)
    assert set(page.headers["Allow"].split(", ")) >= set(allow.split(", "))
    assert method not in page.headers["Allow"].split(", ")
    assert "Action impossible" in text(page)
    problem = portal.app.request(path, method=method, headers=MACHINE, status=405)
    assert problem.content_type == "application/problem+json"
    assert problem.json["status"] == 405 and problem.headers["Allow"] == page.headers["Allow"]


@pytest.mark.parametrize("path", ["/nulle-part", "/services/nulle-part", "/connexion/otp/reste/encore", "/@@connexion"])
def test_an_address_that_does_not_exist_is_404_by_any_method(portal: Portal, path: str) -> None:
    for method in ("GET", "POST", "PUT"):
        assert portal.app.request(path, method=method, status=404)


def test_a_body_over_the_cap_gets_a_page_of_the_portal(portal: Portal) -> None:
    huge = {"motif": "x" * (1024 * 1024 + 10)}
    page = portal.app.post("/connexion/oubli/mot-de-passe", huge, status=413)
    assert page.html.find("link", rel="stylesheet") is not None and "Envoi trop volumineux" in text(page)
    assert page.html.find("a", href="/") is not None
    problem = portal.app.post("/connexion/oubli/mot-de-passe", huge, headers=MACHINE, status=413)
    assert problem.content_type == "application/problem+json" and problem.json["status"] == 413


def test_an_unreadable_length_gets_a_page_of_the_portal(portal: Portal) -> None:
    careless = TestApp(portal.wsgi, lint=False, extra_environ=portal.app.extra_environ)
    page = careless.post("/connexion", "x", headers={"Content-Length": "-1"}, status=400)
    assert page.html.find("link", rel="stylesheet") is not None and "Demande illisible" in text(page)


def test_a_name_that_is_not_ours_gets_a_bare_page_that_leads_to_the_portal(portal: Portal, queries: Any) -> None:
    """Its style sheet would be asked for under that same name, and be refused there."""
    with queries() as seen:
        page = portal.app.get("/connexion", extra_environ={"HTTP_HOST": "pirate.exemple"}, status=400)
    assert len(seen) == 0
    assert page.html.find("link", rel="stylesheet") is None
    assert page.html.find("a")["href"].startswith("http://localhost")
    assert "pirate" not in page.text
    problem = portal.app.get("/", headers=MACHINE, extra_environ={"HTTP_HOST": "pirate.exemple"}, status=400)
    assert problem.json["status"] == 400


def test_pages_of_refused_requests_ask_the_database_for_nothing(portal: Portal, queries: Any) -> None:
    browser, _ = portal.signed_in()
    with queries() as seen:
        browser.post("/connexion/oubli/mot-de-passe", {"motif": "x" * (1024 * 1024 + 10)}, status=413)
        browser.post("/services", {}, status=405)
    assert len(seen) == 0, str(seen)
