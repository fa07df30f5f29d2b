"""Fixtures of the documentation's tests: distributions made from the samples of a page."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.docs.samples import install, write_files

from esea_auth_plugin.testing.clock import ManualClock
from esea_auth_plugin.testing.fixtures import Applications
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.smtp import SmtpSink

ScratchDistribution = Callable[[str], Path]
StartPortal = Callable[..., Portal]


@pytest.fixture
def scratch_distribution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScratchDistribution]:
    """``scratch_distribution("how-to/page.md")`` writes the files of a page into a folder that is installed."""
    before = set(sys.modules)

    def make(page: str) -> Path:
        folder = tmp_path / "distribution"
        folder.mkdir()
        if "pyproject.toml" in write_files(page, folder):
            install(folder)
        monkeypatch.syspath_prepend(str(folder))
        return folder

    yield make
    # Two pages may use one package name; modules of the suite itself stay.
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.fixture
def start_portal(base_settings: dict[str, str], clock: ManualClock, smtp: SmtpSink) -> Iterator[StartPortal]:
    """``start_portal(configure, **settings)`` starts an application on a fresh database."""
    opened: list[Applications] = []

    def start(configure: Any, settings: dict[str, str]) -> Portal:
        applications = Applications(configure, {**base_settings, "portal.plugins": "", **settings})
        opened.append(applications)
        return Portal(*applications.get("sqlite", {}), clock, smtp, "sqlite")

    yield start
    for applications in opened:
        applications.close()
