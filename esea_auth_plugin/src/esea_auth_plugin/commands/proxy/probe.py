"""Knocks at a running proxy the ways that an attacker would; what holds is counted, what does not is told."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, urlsplit

from .knock import Answer, Proxy, plainly

#: The card host's own page, and pages of the portal that must not be there.
CARD_PAGE = "/lire"
PORTAL_PAGES = ("/connexion", "/compte", "/inscription", "/support", "/healthz")
#: A forger's subject: what a real card of a doctor says, by nobody's authority.
_SUBJECT = "/C=FR/title=Médecin/GN=ALIX+CN=899900000011+SN=EXEMPLE"
_WARNING = "(the application may still refuse it: mend the proxy all the same)"


@dataclass(frozen=True, slots=True)
class Target:
    """What is knocked at.

    :ivar application: ``host:port`` of the application behind the proxy, tried without it; ``""`` leaves that out.
    """

    portal_url: str
    card_url: str
    proxy: Proxy
    application: str = ""


class Unanswered(Exception):
    """Nobody answers where the proxy should; the message says what to do."""


def probe(target: Target) -> tuple[int, list[str]]:
    """Try every attack; return how many were tried and one sentence for each that was not refused.

    :raises Unanswered: the proxy can't be reached.
    """
    findings: list[str] = []
    tried = 0
    with look_alike() as card:
        attacks: list[Callable[[], Iterator[str]]] = [
            lambda: _is_there(target),
            lambda: _forged_at_the_card_host(target),
            lambda: _forged_at_the_portal(target),
            lambda: _separate(target),
            lambda: _other_handshake(target),
            lambda: _remembered(target, ssl.TLSVersion.TLSv1_2),
            lambda: _remembered(target, ssl.TLSVersion.TLSv1_3),
            lambda: _around(target),
            lambda: _listening(target),
        ]
        if card is None:
            findings.append("openssl is missing: no look-alike card was tried (apt-get install openssl)")
        else:
            attacks.insert(1, lambda: _self_signed(target, card))
        for attack in attacks:
            tried += 1
            try:
                findings += attack()
            except ssl.SSLCertVerificationError as error:
                raise Unanswered(
                    f"the server's certificate does not pass ({error.verify_message}): name --ca"
                ) from error
            except OSError as error:
                raise Unanswered(f"nobody answers at {target.card_url} ({error}): name --connect") from error
    return tried, findings


@contextmanager
def look_alike() -> Iterator[tuple[Path, Path] | None]:
    """Yield certificate and key of a card that signs itself; ``None`` where openssl is missing."""
    program = shutil.which("openssl")
    if program is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="esea-doctor-") as folder:
        certificate, key = Path(folder, "card.pem"), Path(folder, "card.key")
        command = [program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-utf8", "-multivalue-rdn"]
        command += ["-subj", _SUBJECT, "-addext", "extendedKeyUsage=clientAuth"]
        command += ["-keyout", str(key), "-out", str(certificate)]
        subprocess.run(command, check=True, capture_output=True, timeout=60)  # noqa: S603 - words of our own
        yield certificate, key


def _page(target: Target, **more: object) -> Answer:
    return target.proxy.get(target.card_url + CARD_PAGE, **more)  # type: ignore[arg-type]


def _is_there(target: Target) -> Iterator[str]:
    found = _page(target)
    if found.status in {0, 502, 503, 504}:
        yield f"the card host answers {found.status or 'nothing'}: is the application running behind it?"
    if replace(target.proxy, offers=("h2", "http/1.1")).agreed(target.card_url) == "h2":
        yield "the card host speaks HTTP/2: with keepalive_timeout 0 browsers lose a page's styles, take it off"
    if "keep-alive" in found.headers.get("connection", "").lower():
        yield "the card host keeps connections open: keepalive_timeout 0"
    if "nginx/" in found.headers.get("server", "") or "Apache/" in found.headers.get("server", ""):
        yield f"the server tells its version ({found.headers['server']}): server_tokens off, ServerTokens Prod"


def _self_signed(target: Target, card: tuple[Path, Path]) -> Iterator[str]:
    found = _page(target, card=card)
    if _let_in(found):
        yield "A SELF-SIGNED CARD GETS IN: ssl_verify_client optional, never optional_no_ca"
    if "<center>nginx" in found.text:
        yield "who is refused meets nginx's English page: error_page 495 496 = @card_refused"
    if found.status and found.gist == _page(target).gist:
        yield "a self-signed card is not even noticed: the card host asks for no certificate, or tells nobody of it"


def _forged(certificate: str) -> Iterator[dict[str, str]]:
    for name, verify in (("X-SSL-Client-Cert", "X-SSL-Client-Verify"), ("X_SSL_Client_Cert", "X_SSL_Client_Verify")):
        yield {name: quote(certificate), verify: "SUCCESS"}
    yield {"X-SSL_Client-Cert": quote(certificate), "X-SSL_Client-Verify": "SUCCESS"}
    yield {"Client-Cert": ":bm90IGEgY2FyZA==:"}
    yield {"X-SSL-Client-Refused-Cert": quote(certificate), "X-SSL-Client-Verify": "FAILED:forged"}


_NOT_A_CARD = "-----BEGIN CERTIFICATE-----\nbm90IGEgY2FyZA==\n-----END CERTIFICATE-----\n"


def _forged_at_the_card_host(target: Target) -> Iterator[str]:
    plain = _page(target)
    for headers in _forged(_NOT_A_CARD):
        found = _page(target, headers=headers)
        if _let_in(found):
            yield f"A FORGED {next(iter(headers))} GETS IN: the proxy must overwrite it in every location"
        elif found.gist != plain.gist:
            yield f"a browser's own {next(iter(headers))} goes through at the card host {_WARNING}"


def _forged_at_the_portal(target: Target) -> Iterator[str]:
    address = target.portal_url + "/"
    plain = target.proxy.get(address)
    for headers in _forged(_NOT_A_CARD):
        if target.proxy.get(address, headers=headers).status != plain.status:
            yield f"a browser's own {next(iter(headers))} goes through at the portal's host {_WARNING}"


def _separate(target: Target) -> Iterator[str]:
    for path in PORTAL_PAGES:
        status = target.proxy.get(target.card_url + path).status
        if status != 404:
            yield f"the card host answers {status} at {path}, a page of the portal: portal.hosts must name it"
    status = target.proxy.get(target.portal_url + CARD_PAGE).status
    if status != 404:
        yield f"the portal answers {status} at {CARD_PAGE}, a page of the card host"


def _other_handshake(target: Target) -> Iterator[str]:
    host = urlsplit(target.portal_url).hostname or ""
    found = _page(target, handshake_as=host)
    if found.status not in {0, 400, 403, 404, 421}:
        yield "the card host answers in a handshake made for the portal, where no certificate was asked for"


def _remembered(target: Target, version: ssl.TLSVersion) -> Iterator[str]:
    context = target.proxy.context(version)
    context.minimum_version = version
    first = _page(target, context=context)
    if first.session is not None and _page(target, context=context, session=first.session).reused:
        name = version.name.replace("v1_", " 1.")
        yield f"the card host resumes sessions ({name}): a card that was taken out still counts, caches and tickets off"


def _around(target: Target) -> Iterator[str]:
    """Ask the application itself, which believes a certificate only together with the proxy's secret."""
    if not target.application:
        return
    host = urlsplit(target.card_url).netloc
    headers = {"X-SSL-Client-Cert": quote(_NOT_A_CARD), "X-SSL-Client-Verify": "SUCCESS"}
    for more in ({}, {"X-Portal-Proxy-Secret": "guess"}):
        try:
            found = plainly(target.application, host, CARD_PAGE, {**headers, **more})
        except OSError:
            return  # not reachable from here: as it should be
        if found.status not in {400, 403}:
            yield f"the application answers {found.status} to a certificate that no proxy vouches for"


def _listening(target: Target) -> Iterator[str]:
    """The application should listen where the proxy alone can reach it."""
    if not target.application:
        return
    port = int(target.application.rpartition(":")[2])
    try:
        own = {str(found[4][0]) for found in socket.getaddrinfo(socket.gethostname(), port, type=socket.SOCK_STREAM)}
    except OSError:
        return
    for address in sorted(each for each in own if not each.startswith("127.") and each != "::1"):
        try:
            socket.create_connection((address, port), timeout=2).close()
        except OSError:
            continue
        yield f"the application listens at {address}:{port} for the whole network: bind it to 127.0.0.1"


def _let_in(found: Answer) -> bool:
    return found.status in {302, 303} and "ticket=" in found.headers.get("location", "")
