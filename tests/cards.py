"""Cards for tests: a throw-away authority, a portal that trusts it, and a proxy's headers as nginx writes them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from sqlalchemy import select
from webtest import TestApp, TestResponse

from esea_auth_plugin.auth_modes.cps_card.certificate import read_der
from esea_auth_plugin.auth_modes.cps_card.identity import identity_of
from esea_auth_plugin.auth_modes.cps_card.models import CardTicketRow
from esea_auth_plugin.foundation.audit.models import AuditEvent
from esea_auth_plugin.interfaces import ILinking, LinkBasis
from esea_auth_plugin.testing.clock import DEFAULT_MOMENT, ManualClock
from esea_auth_plugin.testing.databases import Backend
from esea_auth_plugin.testing.fixtures import Applications
from esea_auth_plugin.testing.pages import press, text
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.settings import SERVICES
from esea_auth_plugin.testing.smtp import SmtpSink
from host_app.demo.cards import Card, write

HOST = "carte.example.test"
SECRET = "un-secret-que-seul-le-mandataire-connait"
PROXY = "127.0.0.7"


@dataclass(frozen=True)
class Cards:
    """A written authority and its cards, as they are on the first day of the tests' clock."""

    folder: Path
    by_slug: dict[str, Card]

    def __getitem__(self, slug: str) -> Card:
        return self.by_slug[slug]

    @property
    def settings(self) -> dict[str, str]:
        """Settings of a portal that trusts them, its card host behind a proxy at :data:`PROXY`."""
        return {
            "portal.hosts": f"{HOST} = card",
            "portal.trusted_proxies": PROXY,
            "esea_auth.modes": "cps_card password mail_code",
            "esea_auth.services": str(self.folder / "services.ini"),
            "esea_auth.cps_card.url": f"https://{HOST}",
            "esea_auth.cps_card.proxies": PROXY,
            "esea_auth.cps_card.proxy_secret": f"file:{self.folder / 'secret'}",
            "esea_auth.cps_card.authorities": str(self.folder / "autorites/confiance.pem"),
            "esea_auth.cps_card.crl_folder": str(self.folder / "crl"),
            "esea_auth.cps_card.crl_max_age": "7 d",
        }


def write_cards(folder: Path, services: str, now: datetime = DEFAULT_MOMENT) -> Cards:
    """Write authority, cards, the proxy's secret and a catalogue that admits cards."""
    found = write(folder, now)
    (folder / "secret").write_text(SECRET, encoding="ascii")
    (folder / "secret").chmod(0o600)
    admitted = services.replace("mode.mail_code =\n", "mode.cps_card =\nmode.mail_code =\n")
    (folder / "services.ini").write_text(admitted, encoding="utf-8")
    return Cards(folder, found)


def headers_of(der: bytes | None, *, verify: str = "") -> dict[str, str]:
    """Return what nginx sends of a certificate: escaped PEM, its verdict, the secret."""
    pem = b""
    if der is not None:
        body = base64.encodebytes(der)
        pem = b"-----BEGIN CERTIFICATE-----\n" + body + b"-----END CERTIFICATE-----\n"
    verdict = verify or ("SUCCESS" if der is not None else "NONE")
    name = "X-SSL-Client-Refused-Cert" if verdict.startswith("FAILED") else "X-SSL-Client-Cert"
    return {name: quote(pem), "X-SSL-Client-Verify": verdict, "X-Portal-Proxy-Secret": SECRET}


def at_card_host(portal: Portal, address: str, headers: dict[str, str], **expect: Any) -> TestResponse:
    """Open an address of the card host through the proxy, as a browser without any of the portal's cookies does."""
    parts = urlsplit(address)
    browser = TestApp(
        portal.wsgi,
        extra_environ={"HTTP_HOST": HOST, "wsgi.url_scheme": "https", "REMOTE_ADDR": PROXY},
    )
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return browser.get(path, headers=headers, **expect)


def ask(browser: TestApp, service: str = "") -> str:
    """Choose « Carte CPS » and « Lire ma carte »; return the address at the card host."""
    page = browser.get("/connexion/cps", params={"service": service} if service else {})
    answer = press(page, "Lire ma carte")
    assert answer.location.startswith(f"https://{HOST}/lire?state="), answer.location
    return str(answer.location)


def read(portal: Portal, asked: str, card: Card, **expect: Any) -> TestResponse:
    """Present a card at the card host."""
    return at_card_host(portal, asked, headers_of(card.der), **expect)


def back(browser: TestApp, answer: TestResponse) -> TestResponse:
    """Let the browser follow the card host's redirect to the portal."""
    parts = urlsplit(answer.location)
    return browser.get(f"{parts.path}?{parts.query}")


def with_card(portal: Portal, browser: TestApp, card: Card, service: str = "") -> TestResponse:
    """Sign in with a card, as a person does it; return where the portal sends the browser."""
    return back(browser, read(portal, ask(browser, service), card))


def ticket_of(answer: TestResponse) -> str:
    """Return the ticket in the address of a redirect."""
    return str(parse_qs(urlsplit(answer.location).query)["ticket"][0])


def link(portal: Portal, subject: str, card: Card) -> None:
    """Link a card to an account, as if the account had been opened with it."""
    identity = identity_of(read_der(card.der), portal.clock.now())
    with portal.db.writing() as session:
        portal.find(ILinking).link(session, subject, identity, mode="cps_card", basis=LinkBasis.SIGN_UP)


def rows(portal: Portal, action: str = "card.refused") -> list[str]:
    """Codes of the trail's rows of this action, oldest first."""
    with portal.db.reading() as session:
        found = session.scalars(select(AuditEvent.details).where(AuditEvent.action == action).order_by(AuditEvent.at))
        return [json.loads(details).get("code", "") for details in found]


def tickets(portal: Portal) -> int:
    with portal.db.reading() as session:
        return len(session.scalars(select(CardTicketRow.digest)).all())


def refused(portal: Portal, answer: TestResponse, code: str, *, status: int = 403) -> None:
    """It lets nobody in: no ticket, its own row, a page in French with a way out and the code for the support."""
    assert answer.status_int == status
    assert rows(portal) == [code]
    assert tickets(portal) == 0
    page = text(answer)
    assert code in page
    assert "Choisir un autre mode" in page
    assert answer.html.find("a", href="http://localhost/connexion/cps/diagnostic")


@pytest.fixture(scope="session")
def cards(tmp_path_factory: pytest.TempPathFactory) -> Cards:
    """The authority and the cards of this run."""
    return write_cards(tmp_path_factory.mktemp("igc"), SERVICES.read_text(encoding="utf-8"))


@pytest.fixture
def card_portal(
    request: pytest.FixtureRequest,
    cards: Cards,
    applications: Applications,
    clock: ManualClock,
    smtp: SmtpSink,
    backend: Backend,
) -> Iterator[Portal]:
    """A portal that trusts them; further settings by the marker ``settings``."""
    overrides = dict(cards.settings)
    for marker in reversed(list(request.node.iter_markers("settings"))):
        overrides.update(marker.kwargs)
    registry, wsgi = applications.get(backend, overrides)
    portal = Portal(registry, wsgi, clock, smtp, backend)
    yield portal
    portal.close()
