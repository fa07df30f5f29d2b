"""The portal beside a certified OpenID provider with PSC's claims, installed and started by the tests themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.interop.psc.provider import Provider, forget, install

from esea_auth_plugin.testing import databases, ports, run
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
    found = Provider(install(), folder, ports.lease(), ports.lease())
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
        "esea_auth.psc.environment": "autre",
        "esea_auth.psc.issuer": psc.auth,
        # Longer than the shipped one: on a busy machine the provider takes its time.
        "esea_auth.psc.budget": "60 s",
        "esea_auth.psc.client_id": "portail",
        "esea_auth.psc.client_secret": f"file:{secret}",
        "esea_auth.psc.backchannel_logout": "true",
    }
    for marker in reversed(list(request.node.iter_markers("settings"))):
        overrides.update(marker.kwargs)
    registry, wsgi = applications.get(backend, overrides)
    forget(registry)
    made = Portal(registry, wsgi, clock, smtp, backend)
    yield made
    made.close()
