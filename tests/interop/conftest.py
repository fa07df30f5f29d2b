"""One nginx a worker with the shipped configuration, the fictional cards once a run, the real portal behind them."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import select
from tests.browser.conftest import need
from tests.browser.serving import Door
from tests.interop import softhsm
from tests.interop.authorities import authority_of
from tests.interop.curl import Curl
from tests.interop.front import Front, echo

from esea_auth_plugin.foundation.audit.models import AuditEvent
from esea_auth_plugin.foundation.security.clock import SystemClock
from esea_auth_plugin.testing import databases, ports, run
from esea_auth_plugin.testing.clock import ManualClock
from esea_auth_plugin.testing.databases import Backend
from esea_auth_plugin.testing.fixtures import Applications
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.smtp import SmtpSink
from host_app.demo.cards import BY_SLUG, GAMMES, write
from host_app.demo.cards.making import look_alike, self_signed
from host_app.demo.tls import (
    Location,
    Nginx,
    card_settings,
    give_lists,
    proxy_secret,
    render,
    write_server_certificates,
)

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def machine() -> None:
    """Fail by name when a program is missing that these tests drive."""
    for name in ("curl", "openssl", "certutil", "pk12util", "softhsm2-util", "pkcs11-tool"):
        need(shutil.which(name), name)
    need(softhsm.module(), "SoftHSM's module")


@pytest.fixture(scope="session")
def authority_folder() -> Path:
    """The throw-away IGC-Santé and its cards as of this machine's clock, which nginx goes by; made once a run."""
    with run.locked("interop-cards") as folder:
        if not folder.exists():
            now = SystemClock().now()
            fresh = folder.with_suffix(".new")
            write(fresh, now)
            for name, forged in (
                ("auto-signee", self_signed(BY_SLUG["medecin"], now)),
                ("imitation", look_alike(BY_SLUG["medecin"], now)),
            ):
                (fresh / "cartes" / f"{name}.pem").write_bytes(forged.pem)
                (fresh / "cartes" / f"{name}.key").write_bytes(forged.key_pem())
                (fresh / "cartes" / f"{name}.p12").write_bytes(forged.pkcs12("1234"))
            organisations = [authority_of(fresh, f"ACI-{short}-ORG") for short in GAMMES.values()]
            lists = b"".join(each.crl(now).public_bytes(Encoding.PEM) for each in organisations)
            (fresh / "organisations.pem").write_bytes(lists)
            fresh.rename(folder)
    return folder


@pytest.fixture(scope="session")
def door() -> Iterator[Door]:
    """The application server behind nginx."""
    door = Door()
    door.application = echo
    door.open()
    yield door
    door.close()


@pytest.fixture(scope="session")
def front(machine: None, door: Door, authority_folder: Path) -> Iterator[Front]:
    """The worker's nginx, with the shipped configuration under other names, ports and folders."""
    place = Location(run.folder() / f"nginx-{databases.worker()}", ports.lease(), f"127.0.0.1:{door.port}")
    render(ROOT / "config" / "nginx", place, proxy_secret(place.folder))
    authority = write_server_certificates(place.folder / "tls", place.portal, place.card, SystemClock().now())
    give_lists(place, authority_folder)
    with Nginx(place.main, place.port) as nginx:
        # The portal reads lists of its own: a test may take one away.
        shutil.copytree(authority_folder, place.folder / "cartes")
        yield Front(place, nginx, door, authority_folder / "cartes", authority)


@pytest.fixture
def curl(front: Front, tmp_path: Path) -> Curl:
    """A browser without cookies."""
    return Curl(front, tmp_path)


@pytest.fixture
def new_curl(front: Front, tmp_path: Path) -> Callable[[], Curl]:
    """``somebody = new_curl()``: further browsers."""
    return lambda: Curl(front, tmp_path)


@pytest.fixture
def echoing(front: Front) -> Iterator[Front]:
    """The proxy in front of an application that answers with what it saw: for what the proxy alone must hold."""
    before, front.door.application = front.door.application, echo
    yield front
    front.door.application = before


# --- the real portal behind nginx ------------------------------------------------------------------------------


@pytest.fixture
def clock() -> ManualClock:
    """The portal's clock begins at the machine's own, which nginx goes by."""
    path = run.folder() / databases.worker() / "clock"
    path.parent.mkdir(exist_ok=True)
    return ManualClock(SystemClock().now(), path=path)


@pytest.fixture(scope="session")
def catalogue() -> Path:
    """The tests' services, each of which admits the card too."""
    from esea_auth_plugin.testing.settings import SERVICES

    text = re.sub(r"(?m)^(mode.mail_code =)$", r"mode.cps_card =\n\1", SERVICES.read_text(encoding="utf-8"))
    with run.locked("interop-services.ini") as path:
        path.write_text(re.sub(r"(?m)^(opens|mode.password) =.*\n", "", text), encoding="utf-8")
    return path


@pytest.fixture
def served(
    request: pytest.FixtureRequest,
    applications: Applications,
    clock: ManualClock,
    smtp: SmtpSink,
    backend: Backend,
    front: Front,
    catalogue: Path,
) -> Iterator[Portal]:
    """The portal behind nginx, its settings those of ``make serve-tls``."""
    settings = {
        **card_settings(front.place),
        "esea_auth.modes": "cps_card password mail_code",
        "esea_auth.services": str(catalogue),
    }
    for own in ("portal.database_url", "portal.secret_keys"):
        del settings[own]
    for marker in reversed(list(request.node.iter_markers("settings"))):
        settings.update(marker.kwargs)
    before = front.door.application
    registry, front.door.application = applications.get(backend, settings)
    portal = Portal(registry, front.door.application, clock, smtp, backend)
    yield portal
    front.door.application = before
    portal.close()


Refusals = Callable[[], list[str]]


@pytest.fixture
def refusals(served: Portal) -> Refusals:
    """``refusals()``: the reasons of the cards that were refused so far, as the audit trail tells them."""

    def codes() -> list[str]:
        with served.db.reading() as session:
            found = session.scalars(
                select(AuditEvent).where(AuditEvent.action == "card.refused").order_by(AuditEvent.at)
            )
            return [json.loads(event.details)["code"] for event in found]

    return codes
