"""A portal that changed its domain, in Chromium: its people's keys, of the former domain, open it at the new one."""

from __future__ import annotations

import datetime as dt
import shutil
import socketserver
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Page, Playwright, expect
from tests.browser.conftest import ARGUMENTS, need
from tests.browser.serving import PATIENCE
from tests.browser.steps import press
from tests.browser.virtual_keys import give_key_to
from tests.passkeys import MODES

from esea_auth_plugin.testing.clock import ManualClock
from esea_auth_plugin.testing.databases import Backend
from esea_auth_plugin.testing.fixtures import Applications
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.processes import DEADLINE
from esea_auth_plugin.testing.smtp import SmtpSink

FORMER, NEW = "ancien.example", "portail.nouveau.example"
MOVED = {
    **MODES,
    "portal.url": f"https://{NEW}",
    "portal.hosts": f"\n{FORMER} = portal",
    "esea_auth.passkey.rp_id": FORMER,
}
LIST = "esea_auth.passkey.related_origins"


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, *said: Any) -> None:
        pass


@pytest.fixture
def moved(
    request: pytest.FixtureRequest,
    applications: Applications,
    clock: ManualClock,
    smtp: SmtpSink,
    backend: Backend,
    tmp_path: Path,
) -> Iterator[tuple[Portal, int]]:
    """The portal at its new address, with a port on which it answers to both names over TLS."""
    [listed] = request.node.iter_markers("settings")
    registry, wsgi = applications.get(backend, {**MOVED, **listed.kwargs})
    portal = Portal(registry, wsgi, clock, smtp, backend)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(tmp_path))
    server = make_server("127.0.0.1", 0, wsgi, _Server, _Silent)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield portal, server.server_port
    server.shutdown()
    thread.join(DEADLINE)
    server.server_close()
    portal.close()


@pytest.fixture
def page(moved: tuple[Portal, int], playwright: Playwright) -> Iterator[Page]:
    """A browser that finds both names at that port, and takes its certificate for good."""
    path = shutil.which("chromium")
    need(path, "Chromium")
    names = ",".join(f"MAP {name} 127.0.0.1:{moved[1]}" for name in (FORMER, NEW))
    browser = playwright.chromium.launch(
        executable_path=path,
        args=[*ARGUMENTS, f"--host-resolver-rules={names}", "--ignore-certificate-errors"],
        timeout=PATIENCE,
    )
    context = browser.new_context(ignore_https_errors=True, locale="fr-FR", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    browser.close()


def use_key(moved: tuple[Portal, int], page: Page) -> None:
    """Give somebody a key of the former domain, and use it at the new one."""
    portal, _ = moved
    give_key_to(page, portal, portal.person())
    page.goto(f"https://{NEW}/connexion/cle")
    press(page, "Utiliser ma clé d’accès")


@pytest.mark.settings(**{LIST: f"https://{NEW}"})
def test_a_key_of_the_former_domain_opens_the_portal_at_its_new_one(moved: tuple[Portal, int], page: Page) -> None:
    use_key(moved, page)
    expect(page.get_by_role("heading", name="Mon compte", exact=True)).to_be_visible()
    assert page.url.startswith(f"https://{NEW}/")


@pytest.mark.settings(**{LIST: "https://autre.example", "esea_auth.passkey.origins": f"https://{FORMER}"})
def test_a_browser_gives_no_key_to_a_page_that_the_list_does_not_name(moved: tuple[Portal, int], page: Page) -> None:
    use_key(moved, page)
    expect(page.get_by_text("L’adresse de cette page ne permet pas d’utiliser une clé d’accès")).to_be_visible()


def _certificate(folder: Path) -> str:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NEW)])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(start).not_valid_after(start + dt.timedelta(days=36_500))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(each) for each in (FORMER, NEW)]), False)
    path = folder / "serveur.pem"
    pem = serialization.Encoding.PEM
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(plain + builder.sign(key, hashes.SHA256()).public_bytes(pem))
    return str(path)
