"""A Pyramid application that is not ours includes the plugin and gets working pages in its own layout."""

from __future__ import annotations

import inspect as source_of
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect
from tests.contract import third_party_host

from esea_auth_plugin.testing.clock import ManualClock
from esea_auth_plugin.testing.databases import Backend
from esea_auth_plugin.testing.fixtures import Applications
from esea_auth_plugin.testing.pages import text
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.smtp import SmtpSink


@pytest.fixture
def town(base_settings: dict[str, str], clock: ManualClock, smtp: SmtpSink, backend: Backend) -> Iterator[Portal]:
    """The third party's application with a database of its own."""
    applications = Applications(third_party_host.configure, {**base_settings, "portal.plugins": ""})
    registry, wsgi = applications.get(backend, {})
    yield Portal(registry, wsgi, clock, smtp, backend)
    applications.close()


def test_the_host_is_as_small_as_we_say() -> None:
    lines = Path(source_of.getfile(third_party_host)).read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line.strip()]) <= 40


def test_its_own_page_and_root_stay_its_own(town: Portal) -> None:
    assert "La ville de Saintes" in town.app.get("/").text
    assert town.app.get("/espace-pro", status=404)


@pytest.mark.parametrize("path", ["/connexion", "/connexion/otp", "/inscription", "/connexion/oubli"])
def test_public_pages_work_in_the_third_parties_layout(town: Portal, path: str) -> None:
    page = town.app.get(path).maybe_follow()
    assert page.status_int == 200
    assert "– Ville de Saintes" in page.html.title.get_text()
    assert text(page)


@pytest.mark.databases("sqlite", "postgresql")
def test_people_sign_in_and_reach_their_account(town: Portal) -> None:
    browser, anne = town.signed_in()
    page = browser.get("/compte")
    assert anne.display_name in page.text
    assert "Ville de Saintes" in page.text


def test_pages_of_the_support_stay_closed_to_everybody_else(town: Portal) -> None:
    assert town.app.get("/support", status="*").status_int in {302, 303}
    browser, _ = town.signed_in()
    assert browser.get("/support", status=403)


def test_no_table_of_another_plugin_is_made(town: Portal) -> None:
    tables = inspect(town.db.engine).get_table_names()
    assert tables
    assert all(name.startswith("esea_") for name in tables)
