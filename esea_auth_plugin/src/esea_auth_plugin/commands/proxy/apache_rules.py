"""The rules of a card host behind Apache, each with why; tried against Apache 2.4."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

from .apache_config import hosts, read
from .nginx_config import Directive, Unreadable
from .subject import CARD_HEADERS, DEPTHS, OTHER_HEADERS, Subject, missing_lists, readable_by_all

#: What would put a ticket, or the name of a sign-in, into the access log.
_TELLING = re.compile(
    r"%[<>]?(?:r|q)|%\{(?:Referer|Cookie)\}i|%\{(?:QUERY_STRING|REQUEST_URI|THE_REQUEST)\}", re.IGNORECASE
)
_QUIET = {"crit", "alert", "emerg"}


def apache_findings(path: Path, subject: Subject) -> Iterator[str]:
    """Yield what is wrong in the configuration that begins in ``path``."""
    try:
        main = read(path)
    except Unreadable as error:
        yield f"can't be read: {error}"
        return
    found = [host for host in hosts(main) if _last(host, "sslengine").lower() == "on"]
    portal = next((host for host in found if subject.portal_host in _names(host)), None)
    card = next((host for host in found if subject.card_host in _names(host)), None) if subject.card_host else None
    if portal is None:
        yield f"no TLS virtual host is named {subject.portal_host}: the portal's host is not served here"
    if card is None and subject.card_host:
        yield f"no TLS virtual host is named {subject.card_host}: the card host is not served here"
    if card is not None and card is portal:
        yield "the portal and the card host are one virtual host: every page would ask for a certificate"
    if portal is not None and portal is not card:
        if _last(portal, "sslverifyclient", "none").lower() != "none":
            yield f"{subject.portal_host} asks for a certificate (SSLVerifyClient): only the card host may"
        yield from _headers_out(portal, subject.portal_host, set())
    if card is not None:
        yield from _handshake(card)
        yield from _certificates(card, portal)
        yield from _card_headers(card, subject)
    for host in (each for each in (portal, card) if each is not None):
        yield from _logs(main, host)


def _all(host: Directive, name: str) -> Iterator[Directive]:
    yield from (each for each in host.inside if each.name == name)


def _last(host: Directive, name: str, default: str = "") -> str:
    return ([default] + [each.value for each in _all(host, name)])[-1]


def _names(host: Directive) -> set[str]:
    return {
        word.split(":")[0]
        for each in (*_all(host, "servername"), *_all(host, "serveralias"))
        for word in each.arguments
    }


def spellings(name: str) -> list[str]:
    """Return a header's name with « - » and « _ » in every place: to an application they are one name."""
    parts = name.split("-")
    joined = itertools.product("-_", repeat=len(parts) - 1)
    return ["".join(itertools.chain(*zip(parts, (*signs, ""), strict=True))) for signs in joined]


def _headers_out(host: Directive, name: str, set_later: set[str]) -> Iterator[str]:
    unset = {
        each.arguments[1].lower()
        for each in _all(host, "requestheader")
        if len(each.arguments) > 1 and each.value.lower() == "unset"
    }
    for header in (*CARD_HEADERS, *OTHER_HEADERS):
        left = [each for each in spellings(header) if each.lower() not in unset and each.lower() not in set_later]
        if left:
            yield f"{name}: a browser's own {' and '.join(left[:2])} goes through: RequestHeader unset … early"


def _handshake(card: Directive) -> Iterator[str]:
    verify = _last(card, "sslverifyclient", "none").lower()
    if verify == "optional_no_ca":
        yield "SSLVerifyClient optional_no_ca lets self-signed look-alikes in: use « optional »"
    elif verify == "require":
        yield "SSLVerifyClient require: who has no card meets an error; use « optional », the page then helps"
    elif verify != "optional":
        yield "the card host asks for no certificate: SSLVerifyClient optional"
    inner = [each for section in card.inside for each in section.inside if each.name == "sslverifyclient"]
    if inner:
        yield f"{inner[0].place}: SSLVerifyClient for a path only works with renegotiation, which TLS 1.3 has no more"
    depth = _last(card, "sslverifydepth", "1")
    if not (depth.isdigit() and int(depth) in DEPTHS):
        yield f"SSLVerifyDepth is {depth}: a card lies two links below its root, use 2"
    if _last(card, "sslsessiontickets", "on").lower() != "off":
        yield "SSLSessionTickets is not off: a card that was taken out would still count"
    if _last(card, "keepalive", "on").lower() != "off":
        yield "KeepAlive is not Off: another card would be read only after the connection ends"
    if {"h2", "h2c"} & {word for each in _all(card, "protocols") for word in each.arguments}:
        yield "Protocols h2 on the card host: a browser may carry several hosts on one connection"
    if _last(card, "sslstrictsnivhostcheck", "off").lower() != "on":
        yield "SSLStrictSNIVHostCheck is not on: one host's handshake would open the other"


def _certificates(card: Directive, portal: Directive | None) -> Iterator[str]:
    authorities, crl = _last(card, "sslcacertificatefile"), _last(card, "sslcarevocationfile")
    if not authorities:
        yield "SSLCACertificateFile is missing: no authority is known, no card can be proven"
    if not crl or _last(card, "sslcarevocationcheck", "none").lower() != "chain":
        yield "SSLCARevocationFile with SSLCARevocationCheck chain is missing: Apache does not know of revoked cards"
    yield from missing_lists(crl, authorities)
    if portal is not None and _last(portal, "sslcertificatefile") == _last(card, "sslcertificatefile", "none"):
        yield "both hosts show one certificate: browsers may carry both over one connection, give each its own"


def _card_headers(card: Directive, subject: Subject) -> Iterator[str]:
    written = [
        each
        for each in _all(card, "requestheader")
        if each.value.lower() == "set" and len(each.arguments) > 2 and "early" not in each.arguments
    ]
    by_name = {each.arguments[1].lower(): each for each in written}
    yield from _headers_out(
        card, subject.card_host, {name.lower() for name in OTHER_HEADERS if name.lower() in by_name}
    )
    for name in CARD_HEADERS:
        if name.lower() not in by_name:
            yield f"the card host does not set {name}: the portal will refuse every card"
    certificate = by_name.get("x-ssl-client-cert")
    if certificate is not None and "SSL_CLIENT_CERT" not in certificate.arguments[2]:
        yield f"{certificate.place}: X-SSL-Client-Cert is not what Apache proved (SSL_CLIENT_CERT)"
    secret = by_name.get("x-portal-proxy-secret")
    if secret is not None:
        if subject.secret and secret.arguments[2] != subject.secret:
            yield f"{secret.place}: X-Portal-Proxy-Secret is not the portal's own: it will refuse every card"
        if readable_by_all(secret.file):
            yield f"{secret.file} holds the proxy's secret and everybody may read it: chmod 600"


def _logs(main: Directive, host: Directive) -> Iterator[str]:
    formats = {each.arguments[1]: each.value for each in (*_all(main, "logformat"),) if len(each.arguments) > 1}
    logs = list(_all(host, "customlog"))
    for each in logs:
        name = each.arguments[1] if len(each.arguments) > 1 else "common"
        if name in {"combined", "common"} or _TELLING.search(formats.get(name, name)):
            yield f"{each.place}: this access log holds query strings, hence tickets: use the shipped LogFormat"
    if not logs:
        yield f"{_last(host, 'servername')}: no CustomLog is set: Debian's own holds query strings, hence tickets"
    if _last(host, "loglevel", "warn").lower().split(":")[-1] not in _QUIET:
        yield f"{_last(host, 'servername')}: LogLevel below crit may quote whole request lines, hence tickets"
