"""One nginx a worker with the shipped configuration, the fictional cards once a run, the real portal behind them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.browser.conftest import need
from tests.browser.serving import Door
from tests.interop import softhsm
from tests.interop.curl import Curl
from tests.interop.front import SECRET, Front, echo, free_port

from esea_auth_plugin.security.clock import SystemClock
from esea_auth_plugin.testing import databases, run
from host_app.demo.cards import BY_SLUG, write
from host_app.demo.cards.making import look_alike, self_signed
from host_app.demo.tls import Nginx, Place, give_lists, render, write_server_certificates

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
    place = Place(run.folder() / f"nginx-{databases.worker()}", free_port(), f"127.0.0.1:{door.port}")
    render(ROOT / "config" / "nginx", place, SECRET)
    authority = write_server_certificates(place.folder / "tls", place.portal, place.card, SystemClock().now())
    give_lists(place, authority_folder)
    with Nginx(place.main, place.port) as nginx:
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
