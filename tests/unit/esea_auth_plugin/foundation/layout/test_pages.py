"""The frame of pages, static files and error pages, in an application that has no more than web safety and layout."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPForbidden, HTTPMethodNotAllowed, HTTPNotFound
from pyramid.security import NO_PERMISSION_REQUIRED
from sqlalchemy.exc import OperationalError
from webtest import TestApp

from esea_auth_plugin.errors import PortalError, TooManyAttempts
from esea_auth_plugin.foundation.database import IDatabase
from esea_auth_plugin.foundation.layout import accessibility
from esea_auth_plugin.foundation.security.keyring import create_key_file
from esea_auth_plugin.interfaces import NavItem
from esea_auth_plugin.resources import PortalRoot
from esea_auth_plugin.services import find

HTTPS = {"HTTP_HOST": "portail.exemple.fr", "wsgi.url_scheme": "https"}


class Untouchable:
    """A security policy that fails the test as soon as an error page asks who is there."""

    def identity(self, request: Any) -> Any:
        raise AssertionError("the page asked for the identity")

    authenticated_userid = identity

    def permits(self, request: Any, context: Any, permission: str) -> bool:
        return permission == "open"


class Refused(PortalError):
    code = "test.refused"
    status = 409


RAISED = {
    "403": HTTPForbidden(),
    "404": HTTPNotFound(),
    "405": HTTPMethodNotAllowed(headers={"Allow": "GET"}),
    "409": Refused("Cette demande a déjà été traitée."),
    "429": TooManyAttempts("Trop d'essais : patientez une minute.", retry_after=61),
    "500": RuntimeError("secret detail <b>"),
    "503": OperationalError("SELECT secret", {}, Exception("no server")),
}


def fail(context: Any, request: Any) -> Any:
    raise RAISED[request.GET["status"]]


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Any]:
    key = tmp_path / "key"
    create_key_file(key, datetime(2026, 6, 18, tzinfo=UTC))
    settings = {
        "portal.env": "test",
        "portal.name": "Portail <d'essai>",
        "portal.url": "https://portail.exemple.fr",
        "portal.database_url": f"sqlite:///{tmp_path / 'layout.sqlite'}",
        "portal.secret_keys": f"file:{key}",
        "portal.theme_css": "esea_auth_plugin:static/tokens.css",
    }
    config = Configurator(settings=settings, root_factory=PortalRoot, security_policy=Untouchable())
    for package in (
        "directives",
        "settings",
        "foundation.security",
        "foundation.database",
        "foundation.web",
        "foundation.layout",
    ):
        config.include(f"esea_auth_plugin.{package}")
    config.add_nav_item(NavItem("Pour tous", "/tous", order=2))
    config.add_nav_item(NavItem("Réservé", "/support", permission="esea.support", order=1))
    config.add_footer_link("Mentions légales", "/mentions-legales", 10)
    config.add_view(fail, name="fail", context=PortalRoot, permission=NO_PERMISSION_REQUIRED)
    config.commit()
    yield config
    find(config, IDatabase).engine.dispose()


@pytest.fixture
def app(config: Any) -> TestApp:
    return TestApp(config.make_wsgi_app(), extra_environ=HTTPS)


@pytest.mark.parametrize("status", list(RAISED))
def test_an_error_page_is_whole_and_french_and_looks_nobody_up(app: TestApp, status: str) -> None:
    page = app.get("/fail", {"status": status}, status=int(status))
    assert '<html lang="fr">' in page.text and 'href="#contenu"' in page.text
    assert "Portail &lt;d&#39;essai&gt;</title>" in page.text
    assert "Accessibilité : non conforme" in page.text and 'href="/mentions-legales"' in page.text
    assert 'href="/tous"' in page.text and 'href="/support"' not in page.text
    assert "secret" not in page.text
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "accept", ["application/json", "application/problem+json", "application/json, text/html;q=0.5"]
)
@pytest.mark.parametrize("status", list(RAISED))
def test_a_machine_gets_problem_details(app: TestApp, status: str, accept: str) -> None:
    answer = app.get("/fail", {"status": status}, headers={"Accept": accept}, status=int(status))
    assert answer.content_type == "application/problem+json"
    problem = json.loads(answer.body)
    assert problem["status"] == int(status) and problem["title"] and "secret" not in answer.text


@pytest.mark.parametrize("accept", ["*/*", "text/html,application/xhtml+xml,*/*;q=0.8", ""])
def test_browsers_and_those_who_do_not_say_get_the_page(app: TestApp, accept: str) -> None:
    assert app.get("/nothing", headers={"Accept": accept}, status=404).content_type == "text/html"


def test_what_the_room_said_and_when_to_come_back_are_told(app: TestApp) -> None:
    page = app.get("/fail", {"status": "429"}, status=429)
    assert "patientez une minute" in page.text and page.headers["Retry-After"] == "61"
    assert app.get("/fail", {"status": "405"}, status=405).headers["Allow"] == "GET"


def test_an_address_that_is_not_utf8_is_a_400_page(app: TestApp) -> None:
    page = app.get("/%ff", status=400)
    assert "Adresse illisible" in page.text and "Accessibilité" in page.text


def test_an_incident_bears_the_reference_of_its_request(app: TestApp) -> None:
    page = app.get("/fail", {"status": "500"}, status=500)
    assert page.headers["X-Request-Id"] in page.text


def test_a_broken_layout_does_not_hide_the_error(config: Any, app: TestApp) -> None:
    config.registry["esea.portal_layout"] = "esea_auth_plugin:foundation/layout/templates/missing.jinja2"
    page = app.get("/nothing", status=404)
    assert "Page introuvable" in page.text and '<a href="/">' in page.text


def test_static_files_may_be_kept_for_ever_under_the_digest_of_their_folder(app: TestApp) -> None:
    page = app.get("/nothing", status=404)
    sheet = next(part for part in page.text.split('"') if part.endswith("/portal.css"))
    answer = app.get(sheet, status=200)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.content_type == "text/css"


def test_a_file_asked_under_another_digest_is_answered_but_not_kept(app: TestApp) -> None:
    answer = app.get("/static/esea_auth_plugin/0123456789abcdef/portal.css", status=200)
    assert answer.headers["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "/static/deform/x/css/form.css",
        "/static/esea_auth_plugin/x/nothing.css",
        "/static/esea_auth_plugin/x/../settings.py",
        "/static/esea_auth_plugin/x/%2e%2e/settings.py",
        "/static/esea_auth_plugin/x/",
    ],
)
def test_only_files_of_declared_folders_are_served(app: TestApp, path: str) -> None:
    assert app.get(path, status="*").status_int in {400, 403, 404}


def test_a_file_that_is_missing_or_undeclared_is_an_error_when_the_page_is_made(config: Any) -> None:
    folders = config.registry["esea.static_folders"]
    with pytest.raises(LookupError, match="no such file"):
        folders.path("esea_auth_plugin:static/nothing.css")
    with pytest.raises(LookupError, match="add_static_folder"):
        folders.path("deform:static/css/form.css")


def test_the_theme_of_the_integrator_comes_last(app: TestApp) -> None:
    page = app.get("/nothing", status=404).text
    assert page.rindex("/tokens.css") > page.index("/portal.css")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ('{"checked_on": "2026-06-18", "pages": 31, "violations": 0}', "partiellement conforme"),
        ('{"checked_on": "2026-06-18", "pages": 31, "violations": 2}', "non conforme"),
        ('{"checked_on": "2026-06-18", "pages": 0, "violations": 0}', "non conforme"),
        ('{"state": "totalement conforme"}', "non conforme"),
        ("not json", "non conforme"),
        (None, "non conforme"),
    ],
)
def test_the_accessibility_statement_never_claims_more_than_tests_show(
    tmp_path: Path, content: str | None, word: str
) -> None:
    facts = tmp_path / "facts.json"
    if content is not None:
        facts.write_text(content)
    assert accessibility.read(str(facts), "/accessibilite").word == word


def test_a_file_that_a_host_overrides_changes_the_digest(config: Any) -> None:
    before = config.registry["esea.static_folders"].digest("esea_auth_plugin")
    again = Configurator(settings=dict(config.registry.settings), root_factory=PortalRoot)
    for package in (
        "directives",
        "settings",
        "foundation.security",
        "foundation.database",
        "foundation.web",
        "foundation.layout",
    ):
        again.include(f"esea_auth_plugin.{package}")
    again.override_asset("esea_auth_plugin:static/tokens.css", "esea_auth_plugin:static/print.css")
    again.commit()
    with again:  # overrides are those of the current registry, as in a request
        assert again.registry["esea.static_folders"].digest("esea_auth_plugin") != before
    find(again, IDatabase).engine.dispose()
