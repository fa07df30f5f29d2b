"""Fixtures of the whole suite: the example host under test, on both databases where it matters."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, strategies
from hypothesis import settings as hypothesis_settings

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

pytest_plugins = ["esea_auth_plugin.testing.fixtures", "tests.audit", "tests.cards", "tests.mail_domains"]

# A busy machine must not fail a property for the time its examples take; CI draws the same examples every time.
hypothesis_settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.register_profile("ci", hypothesis_settings.get_profile("here"), derandomize=True)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "here")

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session", autouse=True)
def unicode_tables() -> None:
    """Build hypothesis' tables of Unicode: on a clean checkout they take seconds that no test should be charged."""
    strategies.text().validate()


@pytest.fixture(scope="session")
def portal_factory() -> Any:
    """The example host, as its ini files start it."""
    from host_app import configure

    return configure


@pytest.fixture(scope="session")
def portal_ini() -> dict[str, str]:
    """Both plugins, in the order of the shipped ini files."""
    return {"portal.plugins": "esea_auth oru_espace_pro"}


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver: one a worker, since two in one process refuse each other."""
    from playwright.sync_api import expect, sync_playwright
    from tests.browser.serving import PATIENCE

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as driver:
        yield driver
