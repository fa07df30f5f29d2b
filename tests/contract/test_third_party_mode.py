"""An auth mode of somebody else's distribution: found by entry point, enabled by ini, refused when broken."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyramid.exceptions import ConfigurationExecutionError

from esea_auth_plugin.errors import ConfigurationError
from esea_auth_plugin.testing.clock import ManualClock
from esea_auth_plugin.testing.fixtures import Applications
from esea_auth_plugin.testing.host import configure
from esea_auth_plugin.testing.pages import send, text
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.settings import SERVICES
from esea_auth_plugin.testing.smtp import SmtpSink

SOURCE = Path(__file__).parent / "third_party_mode"
Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """``install("distribution")`` puts a distribution with the mode on the path, as pip would leave it."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))

    def put(distribution: str, *, module: str = "third_party_badge", code: str | None = None) -> None:
        if code is None:
            shutil.copytree(SOURCE, site / module)
        else:
            (site / f"{module}.py").write_text(code, encoding="utf-8")
        metadata = site / f"{distribution.replace('-', '_')}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[esea_auth.auth_modes]\nbadge = {module}:BadgeMode\n")

    yield put
    for name in [name for name in sys.modules if name.startswith(("third_party_badge", "broken_badge"))]:
        del sys.modules[name]


@pytest.fixture
def settings(base_settings: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """A portal whose catalogue admits badges."""
    catalogue = tmp_path / "services.ini"
    admitted = SERVICES.read_text(encoding="utf-8").replace("mode.mail_code =\n", "mode.mail_code =\nmode.badge =\n")
    catalogue.write_text(admitted, encoding="utf-8")
    return {
        **base_settings,
        "portal.plugins": "",
        "esea_auth.services": str(catalogue),
        "esea_auth.modes": "password mail_code badge",
    }


def problems_of(settings: dict[str, str]) -> str:
    """Start a portal that must refuse to; return what it says."""
    with pytest.raises((ConfigurationError, ConfigurationExecutionError)) as refused:
        configure({}, {**settings, "portal.database_url": "sqlite://"})
    error = refused.value
    cause = error if isinstance(error, ConfigurationError) else error.evalue
    assert isinstance(cause, ConfigurationError)
    return str(cause)


def test_a_third_parties_mode_finds_the_person_by_itself(
    install: Install, settings: dict[str, str], clock: ManualClock, smtp: SmtpSink
) -> None:
    install("hospital-badges")
    applications = Applications(configure, settings)
    portal = Portal(*applications.get("sqlite", {}), clock, smtp, "sqlite")
    anne = portal.person()

    page = portal.app.get("/connexion").click("Badge de l'établissement")
    refused = send(page, {"Numéro du badge": "nobody"})
    assert "Ce badge n'est pas reconnu." in text(refused)
    send(page, {"Numéro du badge": anne.identifier[::-1]}).maybe_follow()
    assert anne.display_name in portal.app.get("/compte").text
    applications.close()


def test_installed_is_not_enabled(
    install: Install, settings: dict[str, str], clock: ManualClock, smtp: SmtpSink
) -> None:
    install("hospital-badges")
    applications = Applications(configure, {**settings, "esea_auth.modes": "password mail_code"})
    portal = Portal(*applications.get("sqlite", {}), clock, smtp, "sqlite")
    assert "Badge" not in portal.app.get("/connexion").text
    assert portal.app.get("/connexion/badge", status=404)
    applications.close()


def test_a_mode_that_is_not_installed_stops_the_start(settings: dict[str, str]) -> None:
    said = problems_of(settings)
    assert "esea_auth.modes: badge" in said
    assert "is not installed" in said


def test_a_broken_mode_stops_the_start_and_is_named(install: Install, settings: dict[str, str]) -> None:
    install("broken-badges", module="broken_badge", code="raise RuntimeError('no reader driver')\n")
    said = problems_of(settings)
    assert "broken-badges" in said
    assert "no reader driver" in said
    assert "badge" in said


def test_two_modes_of_one_name_stop_the_start_and_both_are_named(install: Install, settings: dict[str, str]) -> None:
    install("hospital-badges")
    install("clinic-badges", module="third_party_badge_two")
    said = problems_of(settings)
    assert "hospital-badges" in said
    assert "clinic-badges" in said
    assert "uninstall all but one" in said


def test_a_mode_that_breaks_the_contract_stops_the_start(install: Install, settings: dict[str, str]) -> None:
    install("wrong-badges", module="broken_badge_two", code="class BadgeMode:\n    def __init__(self, registry): ...\n")
    assert "is no AuthMode" in problems_of(settings)
