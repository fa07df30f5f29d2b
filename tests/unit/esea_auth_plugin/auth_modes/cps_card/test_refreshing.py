"""Revocation lists are fetched from a real server, proven, and swapped whole; what fails leaves the former in place."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from tests.cards import Cards

from esea_auth_plugin.auth_modes.cps_card.certificate import read_der
from esea_auth_plugin.auth_modes.cps_card.refreshing import refresh
from esea_auth_plugin.auth_modes.cps_card.refusals import CardRefused
from esea_auth_plugin.auth_modes.cps_card.trust import Trust
from esea_auth_plugin.cli import main
from esea_auth_plugin.interfaces import IRevocationLists
from esea_auth_plugin.testing.clock import DEFAULT_MOMENT, ManualClock
from esea_auth_plugin.testing.databases import Backend
from esea_auth_plugin.testing.fixtures import Applications
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.smtp import SmtpSink
from host_app.demo.cards import Authority, Igc

LIST = "ACI-FO-PP.crl"


class Publisher:
    """A web server that publishes lists, or misbehaves."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[int, bytes]] = {}
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = publisher.files.get(self.path, (404, b""))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                if status == 302:
                    self.send_header("Location", "http://127.0.0.1:9/")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/{LIST}"

    def put(self, body: bytes, status: int = 200) -> None:
        self.files[f"/{LIST}"] = (status, body)


@pytest.fixture(scope="module")
def publisher() -> Iterator[Publisher]:
    found = Publisher()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("listes")


@pytest.fixture
def fetching(
    cards: Cards,
    publisher: Publisher,
    place: Path,
    applications: Applications,
    clock: ManualClock,
    smtp: SmtpSink,
    backend: Backend,
) -> Iterator[Portal]:
    """A portal with a folder of lists of its own, that fetches one of them, and tells when it would reload nginx."""
    shutil.rmtree(place / "crl", ignore_errors=True)
    shutil.copytree(cards.folder / "crl", place / "crl")
    (place / "rechargé").unlink(missing_ok=True)
    settings = {
        **cards.settings,
        "portal.outbound_private_networks": "127.0.0.0/8",
        "esea_auth.cps_card.crl_folder": str(place / "crl"),
        "esea_auth.cps_card.crl_urls": publisher.url,
        "esea_auth.cps_card.crl_bundle": str(place / "toutes.pem"),
        "esea_auth.cps_card.reload_command": f"/usr/bin/touch {place / 'rechargé'}",
    }
    registry, wsgi = applications.get(backend, settings)
    portal = Portal(registry, wsgi, clock, smtp, backend)
    yield portal
    portal.close()


def der(crl: Any) -> bytes:
    return bytes(crl.public_bytes(Encoding.DER))


def revoked_now(portal: Portal, cards: Cards, slug: str) -> bool:
    try:
        portal.find(Trust).judge(read_der(cards[slug].der), portal.clock.now())
    except CardRefused as error:
        assert error.code == "card.revoked"
        return True
    return False


def test_a_new_list_takes_effect_at_once_and_the_proxy_is_told(
    fetching: Portal, cards: Cards, publisher: Publisher, place: Path
) -> None:
    assert not revoked_now(fetching, cards, "medecin")
    fetching.clock.advance(hours=1)
    serial = cards["medecin"].certificate.serial_number
    publisher.put(der(cards["medecin"].authority.crl(fetching.clock.now(), revoked=[serial])))
    [found] = refresh(fetching.registry)
    assert (found.authority, found.changed, found.problem) == ("AC IGC-SANTE FORT PERSONNES", True, "")
    assert revoked_now(fetching, cards, "medecin")
    assert (place / "rechargé").exists()
    assert (place / "toutes.pem").read_text().count("BEGIN X509 CRL") == 6
    ages = {one.authority: one.age for one in fetching.find(IRevocationLists).statuses()}
    assert ages["AC IGC-SANTE FORT PERSONNES"] == timedelta(0)
    assert ages["AC IGC-SANTE STANDARD PERSONNES"] == timedelta(hours=1)


def test_the_same_list_again_changes_and_reloads_nothing(
    fetching: Portal, cards: Cards, publisher: Publisher, place: Path
) -> None:
    publisher.put((place / "crl" / LIST).read_bytes())
    refresh(fetching.registry)
    (place / "rechargé").unlink(missing_ok=True)
    [found] = refresh(fetching.registry)
    assert (found.changed, found.problem) == (False, "")
    assert not (place / "rechargé").exists()


def test_the_command_line_fetches_and_says_what_became_of_each(
    fetching: Portal, cards: Cards, publisher: Publisher, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = fetching.registry.settings
    given = {name: value for name, value in settings.items() if name.startswith(("portal.", "esea_auth.")) and value}
    given |= {"portal.database_url": f"sqlite:///{tmp_path / 'portail.sqlite'}", "portal.plugins": "esea_auth"}
    ini = tmp_path / "portail.ini"
    lines = "\n".join(f"{name} = {value}" for name, value in given.items())
    ini.write_text(f"[app:main]\nuse = egg:host-app\n{lines}", encoding="utf-8")
    assert main([str(ini), "migrate"]) == 0
    capsys.readouterr()
    fetching.clock.advance(hours=1)
    publisher.put(der(cards["medecin"].authority.crl(fetching.clock.now())))
    for state in ("new", "as before"):
        assert main([str(ini), "crl", "refresh"]) == 0
        assert f"{publisher.url}: AC IGC-SANTE FORT PERSONNES, {state}" in capsys.readouterr().out
    publisher.put(b"", 503)
    assert main([str(ini), "crl", "refresh"]) == 1
    assert f"{publisher.url}: status 503" in capsys.readouterr().out


def test_a_list_in_pem_is_as_good(fetching: Portal, cards: Cards, publisher: Publisher) -> None:
    fetching.clock.advance(hours=1)
    publisher.put(cards["medecin"].authority.crl(fetching.clock.now()).public_bytes(Encoding.PEM))
    assert refresh(fetching.registry)[0].changed


def forged(cards: Cards, portal: Portal) -> bytes:
    third_party = Igc(DEFAULT_MOMENT).people("FORT")
    named = Authority("ACI-FO-PP", cards["medecin"].authority.certificate, third_party.key)
    return der(named.crl(portal.clock.now() + timedelta(minutes=1)))


@pytest.mark.parametrize(
    ("case", "problem"),
    [
        ("forged", "is not signed by its authority"),
        ("unknown_authority", "is of none of the configured authorities"),
        ("older", "is older than the list at hand"),
        ("over", "is over already"),
        ("garbage", "is no revocation list"),
        ("empty", "is no revocation list"),
        ("missing", "status 404"),
        ("redirect", "status 302"),
    ],
)
def test_what_is_no_good_list_leaves_the_former_in_place(
    fetching: Portal, cards: Cards, publisher: Publisher, place: Path, case: str, problem: str
) -> None:
    authority, now = cards["medecin"].authority, fetching.clock.now()
    good = der(authority.crl(now + timedelta(minutes=1)))
    if case == "over":
        fetching.clock.advance(days=3)
    bodies: dict[str, Callable[[], bytes]] = {
        "forged": lambda: forged(cards, fetching),
        "unknown_authority": lambda: der(Igc(DEFAULT_MOMENT).organisations("FORT").crl(now)),
        "older": lambda: der(authority.crl(now - timedelta(days=1), days=30)),
        "over": lambda: der(authority.crl(now + timedelta(minutes=1), days=1)),
        "garbage": lambda: good[:-5],
        "empty": lambda: b"",
    }
    status = {"missing": 404, "redirect": 302}.get(case, 200)
    publisher.put(bodies.get(case, lambda: b"")(), status)
    before = (place / "crl" / LIST).read_bytes()
    [found] = refresh(fetching.registry)
    assert (found.changed, found.problem) == (False, problem)
    assert (place / "crl" / LIST).read_bytes() == before
    assert not list((place / "crl").glob(".nouveau-*"))
    assert revoked_now(fetching, cards, "revoquee") or case == "over"


def test_a_private_address_is_not_asked_unless_the_operator_says_so(
    cards: Cards, publisher: Publisher, applications: Applications, clock: ManualClock, backend: Backend, place: Path
) -> None:
    shutil.copytree(cards.folder / "crl", place / "autre")
    settings = {
        **cards.settings,
        "esea_auth.cps_card.crl_folder": str(place / "autre"),
        "esea_auth.cps_card.crl_urls": publisher.url,
    }
    registry, _ = applications.get(backend, settings)
    assert refresh(registry)[0].problem == "outbound.private_address"


def test_one_list_that_fails_does_not_keep_the_others_from_coming(
    fetching: Portal,
    cards: Cards,
    publisher: Publisher,
    place: Path,
    applications: Applications,
    backend: Backend,
) -> None:
    odd = [publisher.url.replace(LIST, name) for name in ("nulle-part.crl", "abimee.crl")]
    settings = {
        **cards.settings,
        "portal.outbound_private_networks": "127.0.0.0/8",
        "esea_auth.cps_card.crl_folder": str(place / "crl"),
        "esea_auth.cps_card.crl_urls": " ".join([*odd, publisher.url]),
    }
    registry, wsgi = applications.get(backend, settings)
    portal = Portal(registry, wsgi, fetching.clock, fetching.smtp, backend)
    publisher.files["/abimee.crl"] = (200, b"-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n")
    # The folder's own files: one that is no list, beside good ones.
    (place / "crl" / "abimee.crl").write_bytes(b"\x30\x03\x02\x01")
    portal.clock.advance(minutes=1)
    publisher.put(der(cards["medecin"].authority.crl(portal.clock.now())))
    found = refresh(portal.registry)
    assert [bool(one.problem) for one in found] == [True, True, False]
    assert found[-1].changed
    assert not revoked_now(portal, cards, "medecin")
    portal.close()
