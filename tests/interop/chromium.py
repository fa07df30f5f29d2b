"""Chromium with a card: its PKCS#12 imported into the browser's own store, in a home folder that is thrown away."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from playwright.sync_api import BrowserContext, Playwright
from tests.browser.conftest import ARGUMENTS
from tests.browser.serving import PATIENCE
from tests.interop.front import Front

from esea_auth_plugin.testing import run, watchdog
from esea_auth_plugin.testing.processes import execute
from host_app.demo.cards import PIN


def open_with_card(playwright: Playwright, folder: Path, front: Front, slug: str | None) -> BrowserContext:
    """Start a Chromium that has this card and no other, and trusts the throw-away authority of the servers."""
    store = folder / "home" / ".pki" / "nssdb"
    store.mkdir(parents=True)
    database = f"sql:{store}"
    execute(["certutil", "-N", "-d", database, "--empty-password"])
    execute(["certutil", "-A", "-d", database, "-n", "serveur", "-t", "C,,", "-i", front.authority])
    if slug is not None:
        execute(["pk12util", "-i", f"{front.cards / slug}.p12", "-d", database, "-W", PIN, "-K", ""])
    _choose_by_itself(folder / "profile", front.card_host)
    context = playwright.chromium.launch_persistent_context(
        str(folder / "profile"),
        executable_path=shutil.which("chromium"),
        timeout=PATIENCE,
        args=ARGUMENTS,
        env={"HOME": str(folder / "home"), "PATH": "/usr/bin:/bin", watchdog.VARIABLE: str(run.folder())},
        base_url=front.portal,
        locale="fr-FR",
        timezone_id="Europe/Paris",
        reduced_motion="reduce",
        viewport={"width": 1280, "height": 900},
    )
    context.set_default_timeout(PATIENCE)
    return context


def _choose_by_itself(profile: Path, origin: str) -> None:
    """Say that the only certificate is the one: headless, nobody could click in the browser's own window.

    The setting of the enterprise policy AutoSelectCertificateForUrls, in this profile alone.
    """
    chosen: dict[str, object] = {f"{origin},*": {"setting": {"filters": [{}]}}}
    settings = {"profile": {"content_settings": {"exceptions": {"auto_select_certificate": chosen}}}}
    (profile / "Default").mkdir(parents=True)
    (profile / "Default" / "Preferences").write_text(json.dumps(settings), encoding="utf-8")
