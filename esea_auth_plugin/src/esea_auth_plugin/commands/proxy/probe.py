"""Probes a running proxy with the requests of an attacker; each attack that is not refused is a finding."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote, urlsplit

from .client import ProxyClient, Response, get_plain

#: The page of the card host, and pages of the portal that must not be served there.
CARD_PAGE = "/lire"
PORTAL_PAGES = ("/connexion", "/compte", "/inscription", "/support", "/healthz")
#: Subject of the self-signed look-alike: that of a real card of a doctor.
_LOOK_ALIKE_SUBJECT = "/C=FR/title=Médecin/GN=ALIX+CN=899900000011+SN=EXEMPLE"
_WARNING = "(the application may still refuse it: correct the proxy all the same)"


@dataclass(frozen=True, slots=True)
class Target:
    """What is probed.

    :ivar application: ``host:port`` of the application, to be probed without the proxy; ``""`` leaves that out.
    """

    portal_url: str
    card_url: str
    proxy: ProxyClient
    application: str = ""


class ProxyUnreachable(Exception):
    """The proxy does not answer; the message says which option to give."""


def probe(target: Target) -> tuple[int, list[str]]:
    """Try every attack; return how many were tried and one sentence for each that was not refused.

    :raises ProxyUnreachable: the proxy does not answer, or its certificate is not valid.
    """
    try:
        target.proxy.context()
    except OSError as error:
        raise ProxyUnreachable(f"--ca {target.proxy.authority}: {error.strerror or error}") from error
    findings: list[str] = []
    tried = 0
    with look_alike_card() as card:
        attacks: list[Callable[[], Iterator[str]]] = [
            lambda: _server_settings(target),
            lambda: _forged_headers_at_card_host(target),
            lambda: _forged_headers_at_portal(target),
            lambda: _host_isolation(target),
            lambda: _handshake_for_portal(target),
            lambda: _session_resumption(target, ssl.TLSVersion.TLSv1_2),
            lambda: _session_resumption(target, ssl.TLSVersion.TLSv1_3),
            lambda: _application_without_proxy(target),
            lambda: _listening_addresses(target),
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
                raise ProxyUnreachable(
                    f"the server's certificate is not valid ({error.verify_message}): give --ca"
                ) from error
            except (OSError, HTTPException) as error:
                raise ProxyUnreachable(f"no answer from {target.card_url} ({error}): give --connect") from error
    return tried, findings


@contextmanager
def look_alike_card() -> Iterator[tuple[Path, Path] | None]:
    """Yield the files of a self-signed certificate and its key; ``None`` where openssl is missing."""
    program = shutil.which("openssl")
    if program is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="esea-doctor-") as folder:
        certificate, key = Path(folder, "card.pem"), Path(folder, "card.key")
        command = [program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-utf8", "-multivalue-rdn"]
        command += ["-subj", _LOOK_ALIKE_SUBJECT, "-addext", "extendedKeyUsage=clientAuth"]
        command += ["-keyout", str(key), "-out", str(certificate)]
        subprocess.run(command, check=True, capture_output=True, timeout=60)  # noqa: S603 - fixed arguments
        yield certificate, key


def _card_page(target: Target, **options: object) -> Response:
    return target.proxy.get(target.card_url + CARD_PAGE, **options)  # type: ignore[arg-type]


def _server_settings(target: Target) -> Iterator[str]:
    found = _card_page(target)
    if found.status in {0, 502, 503, 504}:
        yield f"the card host answers {found.status or 'nothing'}: is the application running behind it?"
    if replace(target.proxy, alpn=("h2", "http/1.1")).negotiated_protocol(target.card_url) == "h2":
        yield "the card host speaks HTTP/2: with keepalive_timeout 0 browsers lose a page's styles, turn it off"
    if "keep-alive" in found.headers.get("connection", "").lower():
        yield "the card host keeps connections open: keepalive_timeout 0"
    if "nginx/" in found.headers.get("server", "") or "Apache/" in found.headers.get("server", ""):
        yield f"the server reveals its version ({found.headers['server']}): server_tokens off, ServerTokens Prod"


def _self_signed(target: Target, card: tuple[Path, Path]) -> Iterator[str]:
    found = _card_page(target, card=card)
    if _accepted(found):
        yield "A SELF-SIGNED CARD IS ACCEPTED: ssl_verify_client optional, never optional_no_ca"
    if "<center>nginx" in found.text:
        yield "a refused person gets nginx's English page: error_page 495 496 = @card_refused"
    if found.status and found.comparable == _card_page(target).comparable:
        yield "a self-signed card makes no difference: the card host asks for no certificate, or does not report it"


def _forged(certificate: str) -> Iterator[dict[str, str]]:
    for name, verify in (("X-SSL-Client-Cert", "X-SSL-Client-Verify"), ("X_SSL_Client_Cert", "X_SSL_Client_Verify")):
        yield {name: quote(certificate), verify: "SUCCESS"}
    yield {"X-SSL_Client-Cert": quote(certificate), "X-SSL_Client-Verify": "SUCCESS"}
    yield {"Client-Cert": ":bm90IGEgY2FyZA==:"}
    yield {"X-SSL-Client-Refused-Cert": quote(certificate), "X-SSL-Client-Verify": "FAILED:forged"}


_NOT_A_CARD = "-----BEGIN CERTIFICATE-----\nbm90IGEgY2FyZA==\n-----END CERTIFICATE-----\n"


def _forged_headers_at_card_host(target: Target) -> Iterator[str]:
    plain = _card_page(target)
    for headers in _forged(_NOT_A_CARD):
        found = _card_page(target, headers=headers)
        if _accepted(found):
            yield f"A FORGED {next(iter(headers))} IS ACCEPTED: the proxy must overwrite it in every location"
        elif found.comparable != plain.comparable:
            yield f"{next(iter(headers))} sent by a browser goes through at the card host {_WARNING}"


def _forged_headers_at_portal(target: Target) -> Iterator[str]:
    address = target.portal_url + "/"
    plain = target.proxy.get(address)
    for headers in _forged(_NOT_A_CARD):
        if target.proxy.get(address, headers=headers).status != plain.status:
            yield f"{next(iter(headers))} sent by a browser goes through at the portal's host {_WARNING}"


def _host_isolation(target: Target) -> Iterator[str]:
    for path in PORTAL_PAGES:
        status = target.proxy.get(target.card_url + path).status
        if status != 404:
            yield f"the card host answers {status} at {path}, a page of the portal: portal.hosts must name it"
    status = target.proxy.get(target.portal_url + CARD_PAGE).status
    if status != 404:
        yield f"the portal answers {status} at {CARD_PAGE}, a page of the card host"


def _handshake_for_portal(target: Target) -> Iterator[str]:
    host = urlsplit(target.portal_url).hostname or ""
    found = _card_page(target, server_name=host)
    if found.status not in {0, 400, 403, 404, 421}:
        yield "the card host answers in a handshake made for the portal, where no certificate was asked for"


def _session_resumption(target: Target, version: ssl.TLSVersion) -> Iterator[str]:
    context = target.proxy.context(version)
    first = _card_page(target, context=context)
    if first.session is not None and _card_page(target, context=context, session=first.session).reused:
        name = version.name.replace("v1_", " 1.")
        yield f"the card host resumes sessions ({name}): a removed card is still accepted, turn caches and tickets off"


def _application_without_proxy(target: Target) -> Iterator[str]:
    """Send a certificate to the application itself, which accepts one only together with the proxy's secret."""
    if not target.application:
        return
    host = urlsplit(target.card_url).netloc
    headers = {"X-SSL-Client-Cert": quote(_NOT_A_CARD), "X-SSL-Client-Verify": "SUCCESS"}
    for secret in ({}, {"X-Portal-Proxy-Secret": "guess"}):
        try:
            found = get_plain(target.application, host, CARD_PAGE, {**headers, **secret})
        except (OSError, HTTPException):
            return  # no such application is reachable from here
        if found.status not in {400, 403}:
            yield f"the application answers {found.status} to a certificate that comes without the proxy's secret"


def _listening_addresses(target: Target) -> Iterator[str]:
    """Only the proxy should be able to reach the application."""
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
        yield f"the application listens at {address}:{port}, open to the network: bind it to 127.0.0.1"


def _accepted(found: Response) -> bool:
    return found.status in {302, 303} and "ticket=" in found.headers.get("location", "")
