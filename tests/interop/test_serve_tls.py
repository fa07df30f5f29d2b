"""``make serve-tls``: the demo comes up behind nginx, says what to import, and leaves nothing behind when it stops."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest
from tests.interop.curl import Curl
from tests.interop.front import Front

from esea_auth_plugin.testing import ports
from esea_auth_plugin.testing.processes import Helper, says
from host_app.demo.tls import Location
from host_app.demo.tls.__main__ import main

ROOT = Path(__file__).parents[2]


def test_it_refuses_a_portal_that_people_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("production.ini", "test.ini"):
        assert main(["--config", str(ROOT / "config" / name), "--folder", str(tmp_path / "demo")]) == 2
        assert "is not development" in capsys.readouterr().err
    assert not (tmp_path / "demo").exists()


def test_the_demo_reads_a_card_and_stops_in_order(front: Front, tmp_path: Path) -> None:
    """One process makes authorities, cards, a database and the demo's people."""
    place = Location(tmp_path / "demo", ports.lease(also=(2,)), "")
    command = [sys.executable, "-W", "ignore", "-m", "host_app.demo.tls", "--port", str(place.port)]
    command += ["--folder", str(place.folder)]
    with Helper(command, ready=says("Stop with Ctrl-C"), cwd=ROOT) as demo:
        told = demo.output()
        assert place.portal_url in told and place.card_url in told and "medecin.p12" in told
        cards = place.folder / "cartes" / "cartes"
        own = Front(place, front.nginx, front.door, cards, place.folder / "tls" / "autorite.pem")
        found = Curl(own, tmp_path).get(f"{place.card_url}/diagnostic", card="medecin")
        assert found.location.startswith(f"{place.portal_url}/connexion/cps/diagnostic?ticket=")
        nginx = int((place.folder / "nginx.pid").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(nginx, 0)
    with socket.socket() as probe:
        probe.settimeout(60)
        assert probe.connect_ex(("127.0.0.1", place.port)) != 0
