"""Sign-ins by card through a real nginx: handshakes with a certificate, gunicorn, and the application's own share."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.bench.stage import bench_settings, gunicorn

from esea_auth_plugin.foundation.migrations import unchecked, upgrade
from esea_auth_plugin.foundation.security.clock import SystemClock
from esea_auth_plugin.interfaces import ExternalIdentity, ILinking, LinkBasis
from esea_auth_plugin.testing import databases, ports, run
from esea_auth_plugin.testing.clock import ManualClock
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.smtp import SmtpSink
from esea_auth_plugin.testing.threads import at_once
from host_app import configure
from host_app.demo.cards import BY_SLUG, write
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
CLIENTS = 4
SECONDS = 8.0
_CARD = "medecin"


@dataclass(frozen=True)
class CardFigures:
    """Sign-ins a second through nginx; milliseconds of one, of its handshake with the card, of the application."""

    per_second: float
    median_ms: float
    handshake_ms: float
    application_ms: float


def measure(smtp: SmtpSink) -> CardFigures:
    """Sign in by card from several clients at once, each request a connection of its own."""
    with card_stage(smtp) as (place, portal):
        contexts = Contexts(place)
        sign_in(place, contexts)  # templates are compiled, lists are read
        durations: list[float] = []
        end = time.monotonic() + SECONDS

        def client(_: int) -> list[float]:
            own = []
            while time.monotonic() < end:
                begun = time.perf_counter()
                sign_in(place, contexts)
                own.append((time.perf_counter() - begun) * 1000)
            return own

        begun = time.monotonic()
        for own in at_once(client, range(CLIENTS)):
            durations += own
        rate = len(durations) / (time.monotonic() - begun)
        return CardFigures(rate, statistics.median(durations), _handshake(place, contexts), _application(place, portal))


@contextmanager
def card_stage(smtp: SmtpSink) -> Iterator[tuple[Location, Portal]]:
    """Run nginx and gunicorn on one database; yield where they are, and the portal in this process."""
    folder = run.folder() / "cards"
    place = Location(folder, ports.lease(), f"127.0.0.1:{ports.lease()}", workers=2)
    now = SystemClock().now()
    render(ROOT / "config" / "nginx", place, proxy_secret(folder))
    write_server_certificates(folder / "tls", place.portal, place.card, now)
    write(folder / "cartes", now)
    give_lists(place, folder / "cartes")
    catalogue = folder / "services.ini"
    catalogue.write_text("[portail]\ntitle = Banc\nlevel = mot-de-passe\nmode.cps_card =\nmode.mail_code =\n")
    settings = {
        **bench_settings(smtp, place.portal_url),
        **card_settings(place),
        "portal.secret_keys": f"file:{run.folder() / 'keys'}",
        "portal.database_url": databases.empty("postgresql", "bench_cards"),
        "portal.plugins": "esea_auth",
        # One machine plays a whole hospital.
        "portal.establishment_networks": "127.0.0.0/8 = Banc",
        "portal.establishment_factor": "1000",
        "esea_auth.modes": "cps_card password mail_code",
        "esea_auth.services": str(catalogue),
    }
    clock = ManualClock(now, path=run.folder() / "clock")
    with unchecked():
        config = configure({}, dict(settings))
        wsgi = config.make_wsgi_app()
    upgrade(config.registry)
    portal = Portal(config.registry, wsgi, clock, smtp, "postgresql")
    _link(portal)
    port = int(place.upstream.rpartition(":")[2])
    with gunicorn(settings, port, f"{place.portal}:{place.port}"), Nginx(place.main, place.port):
        yield place, portal
    portal.close()


def _link(portal: Portal) -> None:
    person = portal.person(first_name="Paul", last_name="Castets")
    identity = ExternalIdentity(
        "igc-sante", BY_SLUG[_CARD].common_name, kind="card", origin="card", evidence={"not_after": "2090-01-01"}
    )
    with portal.db.writing() as session:
        portal.find(ILinking).link(session, person.subject, identity, mode="cps_card", basis=LinkBasis.SIGN_UP)


class Contexts:
    """TLS of a browser, with and without the card."""

    def __init__(self, place: Location) -> None:
        authority = place.folder / "tls" / "autorite.pem"
        self.plain = ssl.create_default_context(cafile=str(authority))
        self.card = ssl.create_default_context(cafile=str(authority))
        cards = place.folder / "cartes" / "cartes"
        self.card.load_cert_chain(cards / f"{_CARD}.pem", cards / f"{_CARD}.key")


@dataclass
class Visitor:
    """A browser: cookies, and a connection a request."""

    place: Location
    contexts: Contexts
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, url: str, form: Mapping[str, str] | None = None) -> tuple[int, str, str]:
        """Return status, location and text."""
        parts = urlsplit(url)
        at_card_host = parts.hostname == self.place.card
        context = self.contexts.card if at_card_host else self.contexts.plain
        body = urlencode(form).encode() if form is not None else b""
        lines = {"Host": parts.netloc, "Connection": "close"}
        if not at_card_host and self.cookies:
            lines["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if form is not None:
            lines |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
            lines["Origin"] = self.place.portal_url
        head = f"{'GET' if form is None else 'POST'} {parts.path}{'?' if parts.query else ''}{parts.query} HTTP/1.1\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n"
        with (
            socket.create_connection(("127.0.0.1", self.place.port), timeout=30) as plain,
            context.wrap_socket(plain, server_hostname=parts.hostname) as secured,
        ):
            secured.sendall(head.encode("ascii") + body)
            found = http.client.HTTPResponse(secured)
            found.begin()
            text = found.read().decode("utf-8", "replace")
        for cookie in found.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return found.status, found.getheader("Location", "") or "", text


def sign_in(place: Location, contexts: Contexts) -> None:
    """One whole sign-in: the page, « Lire ma carte », the card host, and back."""
    visitor = Visitor(place, contexts)
    page = f"{place.portal_url}/connexion/cps"
    _, _, text = visitor.ask(page)
    token = re.search(r'name="csrf_token" value="([^"]+)"', text)
    if token is None:
        raise RuntimeError(f"no form at {page}")
    _, address, _ = visitor.ask(page, {"csrf_token": token[1]})
    status, way_back, text = visitor.ask(address)
    if "ticket=" not in way_back:
        raise RuntimeError(f"the card host answers {status}: {text[:500]}")
    status, _, _ = visitor.ask(way_back)
    if status != 303 or "__Host-portail" not in visitor.cookies:
        raise RuntimeError(f"nobody is signed in: {status} {sorted(visitor.cookies)}")


def _handshake(place: Location, contexts: Contexts, many: int = 100) -> float:
    """Return the milliseconds of a handshake with the card, the client's signature among them."""
    begun = time.perf_counter()
    for _ in range(many):
        with (
            socket.create_connection(("127.0.0.1", place.port), timeout=30) as plain,
            contexts.card.wrap_socket(plain, server_hostname=place.card),
        ):
            pass
    return (time.perf_counter() - begun) / many * 1000


def _application(place: Location, portal: Portal, many: int = 30) -> float:
    """Return the milliseconds that the application takes of one sign-in: the same four requests, in this process."""
    from urllib.parse import quote

    pem = (place.folder / "cartes" / "cartes" / f"{_CARD}.pem").read_text(encoding="ascii")
    proven = {
        "X-SSL-Client-Cert": quote(pem),
        "X-SSL-Client-Verify": "SUCCESS",
        "X-Portal-Proxy-Secret": proxy_secret(place.folder),
    }
    took = []
    for _ in range(many):
        browser = portal.browser()
        begun = time.perf_counter()
        page = browser.get("/connexion/cps").maybe_follow()
        form = next(form for form in page.forms.values() if "Lire ma carte" in form.text)
        address = urlsplit(form.submit().location)
        card_host = {"HTTP_HOST": address.netloc}
        found = portal.browser().get(f"{address.path}?{address.query}", headers=proven, extra_environ=card_host)
        back = urlsplit(found.location)
        browser.get(f"{back.path}?{back.query}", status=303)
        took.append((time.perf_counter() - begun) * 1000)
    return statistics.median(took)
