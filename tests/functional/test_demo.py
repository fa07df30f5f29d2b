"""The demo starts where it may, tells people and scripts the same, and stays on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import column, table, update
from webtest import TestApp

from esea_auth_plugin.errors import ConfigurationError
from esea_auth_plugin.foundation.database import IDatabase, UtcDateTime
from esea_auth_plugin.foundation.mail import deliver_due
from esea_auth_plugin.interfaces import IAccounts, ICatalogue, IMailWorker
from esea_auth_plugin.services import find
from host_app import configure
from host_app.demo.__main__ import at_localhost, build
from host_app.demo.people import PEOPLE
from host_app.demo.seed import seed

CONFIG = Path(__file__).parents[2] / "config"
PORT = 6543

pytestmark = pytest.mark.databases("sqlite")


class Demo:
    """A demo that runs in this process, its worker left out."""

    def __init__(self, registry: Any, application: Any) -> None:
        self.registry = registry
        self.browser = TestApp(application, extra_environ={"HTTP_HOST": f"localhost:{PORT}"})

    def json(self, path: str) -> Any:
        """Read a page the way a script does."""
        return self.browser.get(path, headers={"Accept": "application/json"}).json


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Demo]:
    """The shipped demo in an empty folder."""
    monkeypatch.chdir(tmp_path)
    registry, application = build(str(CONFIG / "demo.ini"), PORT)
    yield Demo(registry, application)
    find(registry, IDatabase).engine.dispose()


def test_its_page_tells_people_and_scripts_who_may_sign_in(demo: Demo) -> None:
    page = demo.browser.get("/demo")
    told = demo.json("/demo")
    assert {person["identifier"] for person in told["people"]} == {person.identifier for person in PEOPLE}
    for person in told["people"]:
        assert person["identifier"] in page.text
    assert told["password"] in page.text
    for step in told["steps"]:
        assert f'href="{step["path"]}"' in page.text
        assert demo.browser.get(step["path"], status="*").status_int in {200, 303}


def test_requests_wait_and_their_letters_are_readable(demo: Demo) -> None:
    deliver_due(demo.registry)
    emails = demo.json("/demo/courriels")["emails"]
    told = demo.json("/demo")
    applicants = {applicant["email"] for applicant in told["applicants"]}
    assert applicants | {"thomas.ibarra@ch-demo.example", "emilie.garat@ch-demo.example"} <= {
        one["to"] for one in emails
    }
    one = emails[0]
    page = demo.browser.get(f"/demo/courriels/{one['key']}")
    assert one["subject"] in page.html.text
    assert demo.json(f"/demo/courriels/{one['key']}")["text"] == one["text"]
    assert {letter["to"] for letter in demo.json(f"/demo/courriels?a={one['to']}")["emails"]} == {one["to"]}
    assert demo.browser.get("/demo/courriels/..%2f..%2fcles", status=400)
    with find(demo.registry, IDatabase).reading() as session:
        assert find(demo.registry, IMailWorker).backlog(session).waiting == 0


def test_a_second_start_adds_nobody(demo: Demo) -> None:
    assert seed(demo.registry) == 0
    with find(demo.registry, IDatabase).reading() as session:
        assert find(demo.registry, IAccounts).by_login(session, "claire.dumas") is not None


def test_its_mode_ends_twenty_days_after_its_first_day_whenever_it_is_started(demo: Demo) -> None:
    """A demo of a week has a mode that ends in thirteen days, not in twenty again."""
    began = datetime.now(UTC) - timedelta(days=7)
    with find(demo.registry, IDatabase).writing() as session:
        session.execute(update(table("esea_account", column("created_at", UtcDateTime))).values(created_at=began))
    again, _ = build(str(CONFIG / "demo.ini"), PORT)
    service = find(again, ICatalogue).get("smur-tab")
    assert service is not None
    until = {mode.mode: mode.last_day for mode in service.modes}["password"]
    assert until == began.astimezone(ZoneInfo("Europe/Paris")).date() + timedelta(days=20)
    find(again, IDatabase).engine.dispose()


@pytest.mark.parametrize("env", ["test", "production"])
def test_it_refuses_to_start_outside_development(env: str, tmp_path: Path) -> None:
    settings = {
        "portal.env": env,
        "portal.demo": "true",
        "portal.url": "https://portail.example.fr",
        "portal.plugins": "esea_auth",
        "portal.database_url": f"sqlite:///{tmp_path}/p.sqlite",
    }
    with pytest.raises(ConfigurationError, match=r"portal\.demo.*remove the key"):
        configure({"__file__": "portal.ini"}, settings)


def test_the_address_without_name_redirects_to_localhost(demo: Demo) -> None:
    numbered = TestApp(at_localhost(demo.browser.app, PORT), extra_environ={"HTTP_HOST": f"127.0.0.1:{PORT}"})
    answer = numbered.get("/connexion?service=ror", status=302)
    assert answer.headers["Location"] == f"http://localhost:{PORT}/connexion?service=ror"
    for hostile in ("//evil.example", "/\\evil.example", "/x%0d%0aSet-Cookie:%20a=b"):
        location = numbered.get(hostile, status=302).headers["Location"]
        assert location.startswith(f"http://localhost:{PORT}/")
        assert "\n" not in location
