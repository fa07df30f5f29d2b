"""One Chromium and one server a worker, a fresh context a test, the real portal behind them with its worker."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright
from tests.browser.accessibility import AccessibilityCheck, axe_source, check, watch
from tests.browser.serving import PATIENCE, Door

from esea_auth_plugin.foundation.jobs.worker import Worker
from esea_auth_plugin.testing import run
from esea_auth_plugin.testing.clock import DEFAULT_MOMENT, ManualClock
from esea_auth_plugin.testing.databases import Backend
from esea_auth_plugin.testing.fixtures import Applications
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.smtp import SmtpSink

#: Root's Chromium has no sandbox; the rest keeps it from calling its maker's hosts.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
ROOT = Path(__file__).parents[2]

#: ``new_page(width=1280, javascript=True)``
NewPage = Callable[..., Page]


def need(found: object, what: str) -> None:
    """Fail by name when a program of the machine is missing."""
    if not found:
        pytest.fail(f"{what} is missing: run `make test`, which installs it or says how")


# --- the browser -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    path = shutil.which("chromium")
    need(path, "Chromium")
    browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS, timeout=PATIENCE)
    yield browser
    browser.close()


@pytest.fixture
def noise() -> list[str]:
    """What the browsers complained of so far; a test that asks for a complaint takes it out."""
    return []


@pytest.fixture
def new_page(chromium: Browser, standing: Portal, door: Door, noise: list[str]) -> Iterator[NewPage]:
    """``page = new_page()`` opens a browser of its own, without cookies; its console must stay silent."""
    contexts: list[BrowserContext] = []

    def make(*, width: int = 1280, javascript: bool = True, scheme: Any = "light") -> Page:
        context = chromium.new_context(
            base_url=door.url,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=javascript,
            locale="fr-FR",
            timezone_id="Europe/Paris",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        watch(page, noise)
        return page

    yield make
    for context in contexts:
        for page in context.pages:  # pytest shows this when the test failed
            print(f"left open: {page.url} « {page.title()} »\n{page.locator('body').inner_text()[:1500]}\n")
        context.close()
    assert not noise, "the browser complained:\n" + "\n".join(noise)


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A browser of its own, for tests that need one."""
    return new_page()


# --- the portal, served ----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def door() -> Iterator[Door]:
    """The worker's server; its port is part of the portal's settings, so it stays from test to test."""
    door = Door()
    door.open()
    yield door
    door.close()


@pytest.fixture(scope="session")
def catalogue() -> Path:
    """The demo's catalogue of services; its relative days are counted from the first day of the tests' clock."""

    def absolute(found: re.Match[str]) -> str:
        return str((DEFAULT_MOMENT + timedelta(days=int(found[1]))).date())

    text = (ROOT / "config" / "services.ini").read_text(encoding="utf-8")
    with run.locked("browser-services.ini") as path:
        path.write_text(re.sub(r"([+-]\d+) days", absolute, text), encoding="utf-8")
    return path


@pytest.fixture
def standing(
    request: pytest.FixtureRequest,
    applications: Applications,
    clock: ManualClock,
    smtp: SmtpSink,
    backend: Backend,
    door: Door,
    catalogue: Path,
) -> Iterator[Portal]:
    """The portal, served to browsers, without its worker: mail leaves when the test asks for its emails."""
    overrides = {"portal.url": door.url, "esea_auth.services": str(catalogue)}
    for marker in reversed(list(request.node.iter_markers("settings"))):
        overrides.update(marker.kwargs)
    registry, door.application = applications.get(backend, overrides)
    portal = Portal(registry, door.application, clock, smtp, backend)
    yield portal
    portal.close()


@pytest.fixture
def served(standing: Portal) -> Iterator[Portal]:
    """The portal with its worker beside it: mail leaves by itself, within a moment."""
    worker = Worker(standing.registry, pace=0.1).start()
    yield standing
    worker.stop()


# --- accessibility ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, installed from its package at the first need."""
    source = axe_source(ROOT / ".local" / "frontend")
    need(source, "npm, which brings axe-core,")
    return source


@pytest.fixture
def assert_accessible(axe: str) -> AccessibilityCheck:
    """``assert_accessible(page)``: axe in light and at 1280 px, 320 px without scrolling sideways, contrast in dark."""
    return lambda page: check(page, axe)
