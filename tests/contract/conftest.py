"""Fixtures of the contracts: distributions of third parties, put on the path as pip would leave them."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from esea_auth_plugin.testing.clock import ManualClock
from esea_auth_plugin.testing.fixtures import Applications
from esea_auth_plugin.testing.host import configure
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.settings import SERVICES
from esea_auth_plugin.testing.smtp import SmtpSink

HERE = Path(__file__).parent
ProvingPortal = Callable[..., Portal]


@pytest.fixture
def proving_portal(
    base_settings: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    clock: ManualClock,
    smtp: SmtpSink,
    request: pytest.FixtureRequest,
) -> Iterator[ProvingPortal]:
    """``proving_portal(**settings)``: a portal that admits a third party's mode which proves identities."""
    site = tmp_path / "site"
    shutil.copytree(HERE / "third_party_identity", site / "third_party_identity")
    metadata = site / "regional_authority-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: regional-authority\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[esea_auth.auth_modes]\nauthority = third_party_identity:AuthorityMode\n"
    )
    monkeypatch.syspath_prepend(str(site))
    catalogue = tmp_path / "services.ini"
    admitted = SERVICES.read_text(encoding="utf-8").replace(
        "mode.mail_code =\n", "mode.mail_code =\nmode.authority =\n"
    )
    granting = admitted.replace("[ror]\n", "[ror]\ngrant = proven_identity\n")
    catalogue.write_text(granting, encoding="utf-8")
    opened: list[Applications] = []

    def start(**settings: str) -> Portal:
        applications = Applications(
            configure,
            {
                **base_settings,
                "portal.plugins": "",
                "esea_auth.services": str(catalogue),
                "esea_auth.modes": "password mail_code authority",
                **settings,
            },
        )
        opened.append(applications)
        return Portal(*applications.get("sqlite", {}), clock, smtp, "sqlite")

    yield start
    for applications in opened:
        applications.close()
    for name in [name for name in sys.modules if name.startswith("third_party_identity")]:
        del sys.modules[name]
