"""The files of ``config/`` start a portal, and its page of settings says what the code reads."""

from __future__ import annotations

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
from pyramid.paster import get_appsettings

from esea_auth_plugin.foundation.migrations import unchecked
from esea_auth_plugin.foundation.security.signing import create_signing_key
from esea_auth_plugin.interfaces import ICatalogue
from esea_auth_plugin.services import find
from esea_auth_plugin.settings_doc import page
from esea_auth_plugin.testing.portal import Portal

CONFIG = Path(__file__).parents[4] / "config"
INI_FILES = ("demo.ini", "development.ini", "production.ini", "test.ini")


def test_the_page_of_settings_is_current(portal: Portal) -> None:
    """If this fails: ``esea-admin config/development.ini settings-doc > config/README.md``."""
    assert (CONFIG / "README.md").read_text(encoding="utf-8") == page(portal.registry)


def started(name: str, folder: Path, keys: Path, monkeypatch: pytest.MonkeyPatch, portal_factory: Any) -> Any:
    """Configure a portal from a shipped file; only what lies outside the checkout is replaced."""
    (folder / "secret").write_text("valeur-secrete")
    (folder / "secret").chmod(0o600)
    monkeypatch.setenv("ESEA_TEST_DATABASE", f"sqlite:///{folder / 'portal.sqlite'}")
    monkeypatch.setenv("ESEA_TEST_KEYS", keys.read_text())
    monkeypatch.chdir(folder)
    settings = get_appsettings(str(CONFIG / name))
    if "portal.audit_head_key" in settings:
        create_signing_key(folder / "audit_head_key")
    own = {"portal.secret_keys": keys, "portal.audit_head_key": folder / "audit_head_key"}
    for key, value in settings.items():
        if value.startswith("file:"):
            settings[key] = f"file:{own.get(key, folder / 'secret')}"
    settings["portal.database_url"] = f"sqlite:///{folder / 'portal.sqlite'}"
    with unchecked():
        return portal_factory({"__file__": str(CONFIG / name)}, settings)


@pytest.mark.parametrize("name", INI_FILES)
def test_every_ini_file_starts_a_portal(
    name: str, tmp_path: Path, sealing_keys: Path, monkeypatch: pytest.MonkeyPatch, portal_factory: Any
) -> None:
    config = started(name, tmp_path, sealing_keys, monkeypatch, portal_factory)
    assert find(config.registry, ICatalogue).get("portail") is not None


def test_both_catalogues_hold_the_five_services(
    tmp_path: Path, sealing_keys: Path, monkeypatch: pytest.MonkeyPatch, portal_factory: Any
) -> None:
    for name in ("demo.ini", "production.ini"):
        config = started(name, tmp_path, sealing_keys, monkeypatch, portal_factory)
        slugs = [service.slug for service in find(config.registry, ICatalogue).all()]
        assert slugs == ["espace-pro", "ror", "estuaire-sante", "viatrajectoire", "smur-tab"]


def test_production_holds_no_secret_and_needs_no_demo() -> None:
    parser = configparser.RawConfigParser()
    parser.read(CONFIG / "production.ini")
    settings = dict(parser["app:main"])
    for key in ("portal.database_url", "portal.secret_keys", "portal.audit_head_key", "portal.mail_password"):
        assert settings[key].startswith(("file:", "env:"))
    assert "portal.demo" not in settings
    assert settings["portal.url"].startswith("https://")
    assert settings["portal.mail_tls"] in {"starttls", "implicit"}


def test_the_proxy_masks_every_path_that_the_portal_s_own_logs_mask() -> None:
    from esea_auth_plugin.foundation.security import log_masking

    nginx = (CONFIG / "nginx/portal.conf").read_text()
    patterns = [re.compile(found) for found in re.findall(r"~\^\(\?<kept>(.*?)\)  ", nginx)]
    for place in log_masking._PLACES:
        assert any(pattern.match(place) for pattern in patterns), place


def test_the_proxy_overwrites_what_a_browser_may_forge() -> None:
    headers = (CONFIG / "nginx/proxy.conf").read_text()
    assert "$proxy_add_x_forwarded_for" not in headers
    assert re.search(r"X-Forwarded-For\s+\$remote_addr;", headers)
    for name in ("X-Forwarded-Host", "X-Forwarded-Port", "Forwarded", "X-SSL-Client-Cert", "X-Remote-User"):
        assert re.search(rf"proxy_set_header {name}\s+\"\";", headers), name
