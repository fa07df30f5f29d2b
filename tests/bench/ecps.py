"""Two hundred people who wait for their e-CPS at once, and what the page of the modes loses by it."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.bench.measures import PageFigures, page
from tests.bench.stage import get

from esea_auth_plugin.auth_modes.pro_sante_connect.ecps_store import EcpsRequests
from esea_auth_plugin.authentication.attempts.models import SignInRow
from esea_auth_plugin.foundation.database import new_id
from esea_auth_plugin.foundation.security import tokens
from esea_auth_plugin.testing import run
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.processes import DEADLINE, Helper
from esea_auth_plugin.testing.settings import SERVICES
from host_app.demo.psc import CLIENT_ID, Sandbox
from host_app.demo.psc.people import PROFESSIONALS

PEOPLE = 200
SECRET = "secret-du-portail-chez-le-fournisseur-de-mesure"
#: Seconds between two questions of a waiting page, as it is told.
PACE = 2.0
_ASKING = 8


@dataclass(frozen=True)
class WaitingFigures:
    """The page of the modes without and with the people who wait; how many questions they asked, how many rang."""

    alone: PageFigures
    beside: PageFigures
    polls_per_second: float
    ringing: int


def psc_settings(sandbox: Sandbox) -> dict[str, str]:
    """Return the settings of a portal that offers the e-CPS."""
    folder = run.folder()
    (folder / "psc-secret").write_text(SECRET, encoding="ascii")
    return {
        "esea_auth.modes": "passkey qr_code password mail_code pro_sante_connect ecps",
        "esea_auth.services": str(_services(folder)),
        "portal.outbound_private_networks": "127.0.0.0/8 ::1/128",
        "esea_auth.psc.environment": "autre",
        "esea_auth.psc.issuer": sandbox.issuer,
        "esea_auth.psc.client_id": CLIENT_ID,
        "esea_auth.psc.client_secret": f"file:{folder / 'psc-secret'}",
    }


def _services(folder: Path) -> Path:
    path = folder / "services-psc.ini"
    text = SERVICES.read_text(encoding="utf-8")
    more = "mode.mail_code =\nmode.pro_sante_connect =\nmode.ecps =\n"
    path.write_text(text.replace("mode.mail_code =\n", more), encoding="utf-8")
    return path


def measure(portal: Portal, url: str, sandbox: Sandbox) -> WaitingFigures:
    """Measure the page alone, then beside the people who wait, their worker a process of its own."""
    anybody = portal.browser()
    anybody.get("/connexion")
    alone = page(url, "/connexion", anybody)
    cookies = _wait(portal)
    begun = time.monotonic()
    with _time_passes(portal), _worker(), _polling(url, cookies) as asked:
        _until_they_ring(sandbox)
        beside = page(url, "/connexion", anybody)
        rate = len(asked) / (time.monotonic() - begun)
    return WaitingFigures(alone, beside, rate, len(sandbox.memory.rings))


def _wait(portal: Portal) -> list[str]:
    """Put sign-ins that wait into the database; return their cookies."""
    cookies = [tokens.new_token(256) for _ in range(PEOPLE)]
    now = portal.clock.now()
    with portal.db.writing() as session:
        for cookie in cookies:
            row = SignInRow(
                id=new_id(),
                cookie_digest=tokens.digest(cookie, kind="sign_in"),
                mode="ecps",
                stages=["ecps"],
                stage="ecps",
                proofs=[],
                created_at=now,
                ends_at=now + timedelta(minutes=20),
            )
            session.add(row)
            portal.find(EcpsRequests).ask(session, row.id, PROFESSIONALS[2].national_id, now, decoy=False)
    return cookies


def _until_they_ring(sandbox: Sandbox) -> None:
    """Wait for the worker to have started every request: from then on it asks for their answers."""
    limit = time.monotonic() + 60
    while len(sandbox.memory.rings) < PEOPLE:
        if time.monotonic() > limit:
            raise RuntimeError((run.folder() / "worker.log").read_text())
        time.sleep(0.2)


@contextmanager
def _worker() -> Iterator[None]:
    """Run the worker as in production, on the settings that gunicorn was given."""
    program = Path(sys.executable).parent / "esea-admin"
    with Helper([program, run.folder() / "bench.ini", "worker"], log=run.folder() / "worker.log"):
        yield


@contextmanager
def _time_passes(portal: Portal) -> Iterator[None]:
    """Move the portal's clock with the machine's."""
    over = threading.Event()

    def tick() -> None:
        while not over.wait(1):
            portal.clock.advance(seconds=1)

    thread = threading.Thread(target=tick, daemon=True)
    thread.start()
    yield
    over.set()
    thread.join(DEADLINE)


@contextmanager
def _polling(url: str, cookies: list[str]) -> Iterator[list[int]]:
    """Ask for everybody who waits, each at the pace that the page is told."""
    over = threading.Event()
    asked: list[int] = []

    def ask(mine: list[str]) -> None:
        while not over.is_set():
            begun = time.monotonic()
            for cookie in mine:
                if get(f"{url}/connexion/ecps/attente", f"connexion={cookie}") != 200:
                    raise RuntimeError("a waiting page got no answer")
                asked.append(1)
            over.wait(max(0.0, PACE - (time.monotonic() - begun)))

    threads = [threading.Thread(target=ask, args=(cookies[place::_ASKING],), daemon=True) for place in range(_ASKING)]
    for thread in threads:
        thread.start()
    yield asked
    over.set()
    for thread in threads:
        thread.join(DEADLINE)
