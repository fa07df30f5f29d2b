"""The portal beside a certified OpenID provider with PSC's claims, installed and started by the tests themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.interop.psc.provider import Provider, free_port, install

from esea_auth_plugin.auth_modes.pro_sante_connect.breaker import Breaker
from esea_auth_plugin.auth_modes.pro_sante_connect.client import PscClient
from esea_auth_plugin.auth_modes.pro_sante_connect.service import Psc
from esea_auth_plugin.services import find
from esea_auth_plugin.testing import databases, run
from esea_auth_plugin.testing.clock import ManualClock
from esea_auth_plugin.testing.fixtures import Applications
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.settings import SERVICES
from esea_auth_plugin.testing.smtp import SmtpSink


@pytest.fixture(scope="session")
def provider_process() -> Iterator[Provider]:
    """One provider a worker."""
    folder = run.folder() / f"psc-{databases.worker()}"
    folder.mkdir(exist_ok=True)
    found = Provider(install(), folder, free_port(), free_port())
    found.start()
    yield found
    found.stop()


@pytest.fixture
def psc(provider_process: Provider) -> Provider:
    """The provider, with nobody there and nothing going wrong."""
    provider_process.reset()
    return provider_process


def services_with_psc(folder: Path) -> Path:
    """Return a catalogue whose services admit both modes of PSC."""
    path = folder / "services-psc.ini"
    text = SERVICES.read_text(encoding="utf-8")
    path.write_text(
        text.replace("mode.mail_code =\n", "mode.mail_code =\nmode.pro_sante_connect =\nmode.ecps =\n"),
        encoding="utf-8",
    )
    return path


@pytest.fixture
def clock() -> ManualClock:
    """The portal's clock stands at the real moment: the provider's own can't be moved."""
    path = run.folder() / databases.worker() / "clock"
    path.parent.mkdir(exist_ok=True)
    return ManualClock(datetime.now(UTC), path=path)


@pytest.fixture
def portal(
    request: pytest.FixtureRequest,
    applications: Applications,
    clock: ManualClock,
    smtp: SmtpSink,
    backend: databases.Backend,
    psc: Provider,
) -> Iterator[Portal]:
    """The portal, configured for the provider."""
    secret = run.folder() / f"psc-secret-{databases.worker()}"
    secret.write_text(psc.secret, encoding="ascii")
    overrides = {
        "esea_auth.modes": "password mail_code pro_sante_connect ecps",
        "esea_auth.services": str(services_with_psc(secret.parent)),
        "portal.outbound_private_networks": "127.0.0.0/8 ::1/128",
        "psc.environment": "autre",
        "psc.issuer": psc.auth,
        "psc.client_id": "portail",
        "psc.client_secret": f"file:{secret}",
        "psc.backchannel_logout": "true",
    }
    for marker in reversed(list(request.node.iter_markers("settings"))):
        overrides.update(marker.kwargs)
    registry, wsgi = applications.get(backend, overrides)
    forget(registry)
    made = Portal(registry, wsgi, clock, smtp, backend)
    yield made
    made.close()


def forget(registry: Any) -> None:
    """Start with empty caches, as a new process does: applications live longer than a test."""
    parts = find(registry, Psc)
    old = parts.client
    parts.client = PscClient(parts.settings, old.outbound, old.redirect_uri)
    parts.ringing = PscClient(parts.settings, old.outbound, old.redirect_uri, Breaker(most_waiting=8))
