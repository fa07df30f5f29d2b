"""What stops the start of a portal that accepts cards, and how certificates travel from each kind of proxy."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from pyramid.exceptions import ConfigurationExecutionError
from tests.cards import HOST, PROXY, SECRET, Cards

from esea_auth_plugin.auth_modes.cps_card.refusals import CardRefused
from esea_auth_plugin.auth_modes.cps_card.settings import CardSettings
from esea_auth_plugin.auth_modes.cps_card.transport import presented
from esea_auth_plugin.cli import main
from esea_auth_plugin.errors import ConfigurationError
from esea_auth_plugin.foundation.migrations import unchecked
from esea_auth_plugin.testing.clock import ManualClock
from esea_auth_plugin.testing.host import configure

KEY = "esea_auth.cps_card."


def problems(base: dict[str, str], cards: Cards, **changed: str | None) -> str:
    """Start a portal with these settings changed, and return what it says."""
    settings: dict[str, Any] = {**base, **cards.settings, "portal.plugins": "", "portal.database_url": "sqlite://"}
    for key, value in changed.items():
        name = key.replace("__", ".")
        if value is None:
            settings.pop(name, None)
        else:
            settings[name] = value
    try:
        with unchecked():
            configure({"__file__": "test.ini"}, settings)
    except ConfigurationExecutionError as error:
        return str(error.evalue)
    except ConfigurationError as error:
        return str(error)
    return ""


def test_a_complete_portal_starts(base_settings: dict[str, str], cards: Cards) -> None:
    assert problems(base_settings, cards) == ""


@pytest.mark.parametrize("name", ["url", "proxies", "proxy_secret", "authorities", "crl_folder"])
def test_what_is_missing_is_told_by_its_key(base_settings: dict[str, str], cards: Cards, name: str) -> None:
    assert f"{KEY}{name}" in problems(base_settings, cards, **{f"{KEY}{name}": None})


def test_the_card_host_must_be_a_host_of_the_portal(base_settings: dict[str, str], cards: Cards) -> None:
    told = problems(base_settings, cards, portal__hosts=None)
    assert "portal.hosts" in told
    assert f"{HOST} = card" in told
    assert "unknown" in problems(base_settings, cards, portal__hosts=f"{HOST} = carte")


def test_an_unknown_key_of_a_section_below_is_told(base_settings: dict[str, str], cards: Cards) -> None:
    assert "urll" in problems(base_settings, cards, **{f"{KEY}urll": "x"})
    assert "cps_cart.url" in problems(base_settings, cards, **{"esea_auth.cps_cart.url": "x"})


def test_test_cards_and_plain_http_are_refused_in_production(base_settings: dict[str, str], cards: Cards) -> None:
    production = {"portal.env": "production", "portal.clock": None, "portal.url": "https://portail.example"}
    told = problems(base_settings, cards, **production, **{f"{KEY}accept_test_cards": "true"})
    assert f"{KEY}accept_test_cards" in told
    told = problems(base_settings, cards, **production, **{f"{KEY}url": f"http://{HOST}"})
    assert f"{KEY}url" in told


def test_an_organisations_authority_among_the_trusted_stops_the_start(
    base_settings: dict[str, str], cards: Cards, tmp_path: Path
) -> None:
    """With it, every server's certificate would be a person's."""
    trusted = tmp_path / "autorites.pem"
    folder = cards.folder / "autorites"
    trusted.write_bytes((folder / "confiance.pem").read_bytes() + (folder / "ACI-ST-ORG.pem").read_bytes())
    told = problems(base_settings, cards, **{f"{KEY}authorities": str(trusted)})
    assert "AC IGC-SANTE STANDARD ORGANISATIONS" in told
    for content in (b"", b"garbage", (folder / "ACR-ST.pem").read_bytes()):
        trusted.write_bytes(content)
        assert f"{KEY}authorities" in problems(base_settings, cards, **{f"{KEY}authorities": str(trusted)})


def environ(**headers: str) -> dict[str, str]:
    given = {"X-Portal-Proxy-Secret": SECRET, "X-SSL-Client-Verify": "SUCCESS", **headers}
    found = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in given.items()}
    return {**found, "REMOTE_ADDR": PROXY}


def settings(**changed: Any) -> CardSettings:
    return CardSettings(proxies=(PROXY,), proxy_secret=SECRET, **changed)


def test_nginx_escapes_and_apache_folds_the_lines(cards: Cards) -> None:
    der, pem = cards["medecin"].der, cards["medecin"].pem.decode()
    nginx = environ(**{"X-SSL-Client-Cert": quote(pem)})
    apache = environ(**{"X-SSL-Client-Cert": " ".join(pem.split("\n"))})
    for found in (nginx, apache):
        assert presented(found, settings()).der == der


def test_client_cert_of_rfc_9440(cards: Cards) -> None:
    der = cards["medecin"].der
    text = base64.b64encode(der).decode()
    by_rfc = settings(transport="client-cert")
    assert presented(environ(**{"Client-Cert": f":{text}:"}), by_rfc).der == der
    for bad in (text, f":{text}", f":{text}:;a=1", f":{text}:, :{text}:", "::", f":{text[:-3]}:"):
        try:
            assert presented(environ(**{"Client-Cert": bad}), by_rfc).der in {b"", None}, bad
        except CardRefused as error:
            assert error.code == "card.unreadable"


def test_only_the_configured_transport_is_read(cards: Cards) -> None:
    by_pem = environ(**{"X-SSL-Client-Cert": quote(cards["medecin"].pem)})
    assert presented(by_pem, settings(transport="client-cert")).der is None
    own = environ(**{"X-Carte": quote(cards["medecin"].pem)})
    assert presented(own, settings()).der is None
    assert presented(own, settings(header="X-Carte")).der == cards["medecin"].der


def test_the_command_line_tells_the_age_of_each_list(
    base_settings: dict[str, str],
    cards: Cards,
    clock: ManualClock,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = {**base_settings, **cards.settings, "portal.plugins": "esea_auth"}
    given["portal.database_url"] = f"sqlite:///{tmp_path / 'portail.sqlite'}"
    lines = [f"{name} = {value}" for name, value in given.items() if value]
    ini = tmp_path / "portail.ini"
    ini.write_text("[app:main]\nuse = egg:host-app\n" + "\n".join(lines), encoding="utf-8")
    assert main([str(ini), "migrate"]) == 0
    capsys.readouterr()
    assert main([str(ini), "crl", "show"]) == 0
    assert "AC IGC-SANTE FORT PERSONNES: 0 h old" in capsys.readouterr().out
    assert main([str(ini), "crl", "refresh"]) == 2
    assert "crl_urls names no list" in capsys.readouterr().err
