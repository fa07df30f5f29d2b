"""A reader who copies the files of a how-to guide, and nothing else, gets what the guide promises."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import sys
from pathlib import Path

import pytest
from tests.docs.conftest import ScratchDistribution, StartPortal
from tests.docs.samples import samples, settings_of

import host_app
from esea_auth_plugin.errors import ConfigurationError
from esea_auth_plugin.testing.host import configure as plain_host
from esea_auth_plugin.testing.pages import press, send, text
from esea_auth_plugin.testing.processes import execute


def settings_in(page: str, number: int = 0) -> dict[str, str]:
    """Return the settings that a page tells its reader to add."""
    return settings_of([sample for sample in samples(page, "ini") if not sample.path][number].text)


def test_a_mode_in_one_folder_signs_people_in(
    scratch_distribution: ScratchDistribution,
    start_portal: StartPortal,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = "how-to/auth-mode.md"
    folder = scratch_distribution(page)
    badges = tmp_path / "badges.json"
    badges.write_text(json.dumps({hashlib.sha256(b"0451-7730").hexdigest(): "anne.badge"}), encoding="utf-8")
    monkeypatch.setenv("BADGES_FILE", str(badges))
    portal = start_portal(plain_host, {**settings_in(page), "esea_auth.services": str(folder / "services.ini")})
    anne = portal.person(identifier="anne.badge")

    sign_in = portal.app.get("/connexion/badge").maybe_follow()
    assert "n'est pas reconnu" in text(send(sign_in, {"Numéro du badge": "9999"}))
    sign_in = portal.app.get("/connexion/badge").maybe_follow()
    send(sign_in, {"Numéro du badge": "0451-7730"}).maybe_follow()
    assert anne.display_name in portal.app.get("/compte").text


def test_the_mode_of_the_guide_passes_the_conformance_tests_as_the_guide_runs_them(
    scratch_distribution: ScratchDistribution,
) -> None:
    folder = scratch_distribution("how-to/auth-mode.md")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_badge.py"]
    done = execute(command, cwd=folder, env=dict(_environment(folder)))
    assert "passed" in done.stdout
    assert "failed" not in done.stdout


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(folder)}


def test_a_page_and_a_setting_in_one_folder(
    scratch_distribution: ScratchDistribution, start_portal: StartPortal
) -> None:
    page = "how-to/page.md"
    scratch_distribution(page)
    portal = start_portal(host_app.configure, settings_in(page))
    assert portal.app.get("/astreinte", status="*").status_int in {302, 303}
    browser, _ = portal.signed_in()
    shown = browser.get("/astreinte")
    assert "05 56 00 00 00" in text(shown).replace("\xa0", " ")
    assert "Astreinte" in browser.get("/compte").text


def test_a_missing_setting_of_the_page_stops_the_start(
    scratch_distribution: ScratchDistribution, start_portal: StartPortal
) -> None:
    page = "how-to/page.md"
    scratch_distribution(page)
    settings = {key: value for key, value in settings_in(page).items() if key != "on_call.phone"}
    with pytest.raises(ConfigurationError, match=r"on_call\.phone"):
        start_portal(host_app.configure, settings)


def test_a_request_kind_in_one_folder_is_asked_decided_and_mailed(
    scratch_distribution: ScratchDistribution, start_portal: StartPortal
) -> None:
    page = "how-to/request-kind.md"
    scratch_distribution(page)
    portal = start_portal(host_app.configure, settings_in(page))
    browser, anne = portal.signed_in()
    asked = press(browser.get("/compte/lecteur"), "Demander un lecteur").follow()
    assert "Votre demande est envoyée au support." in asked.text

    support, _ = portal.signed_in(roles=["support"], first_name="Solène")
    queue = support.get("/support/lecteurs")
    decided = press(queue.click(anne.display_name), "Accepter la demande")
    assert decided.status_int in {302, 303}
    assert "Votre lecteur de carte vous est envoyé." in portal.emails(anne.email)[-1].text


@pytest.mark.parametrize("package", ["town", "own_root"])
def test_both_wirings_of_an_existing_portal_work(
    scratch_distribution: ScratchDistribution, start_portal: StartPortal, package: str
) -> None:
    page = "how-to/existing-portal.md"
    scratch_distribution(page)
    host = importlib.import_module(package)
    portal = start_portal(host.configure, {"esea_auth.modes": settings_in(page)["esea_auth.modes"]})
    own = {"town": ("/horaires", "Ouvert de 9 h à 17 h"), "own_root": ("/", "La ville de Saintes")}[package]
    assert own[1] in portal.app.get(own[0]).text
    browser, anne = portal.signed_in()
    assert anne.display_name in browser.get("/compte").text


def test_what_the_include_changes_for_existing_views_is_true(
    scratch_distribution: ScratchDistribution, start_portal: StartPortal
) -> None:
    scratch_distribution("how-to/existing-portal.md")
    host = importlib.import_module("town")

    def configure(global_config: dict[str, str], settings: dict[str, str]) -> object:
        config = host.configure(global_config, settings)
        config.add_route("old", "/ancienne")
        config.add_view(host.opening_hours, route_name="old")
        config.add_route("form", "/formulaire")
        config.add_view(
            host.opening_hours, route_name="form", permission="__no_permission_required__", request_method="POST"
        )
        config.commit()
        return config

    portal = start_portal(configure, {"esea_auth.modes": "password mail_code"})
    browser, _ = portal.signed_in()
    assert browser.get("/ancienne", status="*").status_int == 403
    assert browser.post("/formulaire", {"a": "b"}, status="*").status_int == 400
    assert portal.app.get("/horaires", extra_environ={"HTTP_HOST": "autre.example.org"}, status="*").status_int == 400
