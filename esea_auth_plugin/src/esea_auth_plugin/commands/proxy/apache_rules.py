"""Rules for the Apache configuration of the portal and its card host; verified with Apache 2.4."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

from .apache_config import read_apache, virtual_hosts
from .config_tree import ConfigReadError, Directive
from .expected import (
    CARD_HEADERS,
    OTHER_HEADERS,
    QUIET_LOG_LEVELS,
    VERIFY_DEPTHS,
    ExpectedSettings,
    readable_by_all,
    revocation_list_findings,
)

#: Variables that would write a ticket, or the identifier of a sign-in, into the access log.
_SENSITIVE = re.compile(
    r"%[<>]?(?:r|q)|%\{(?:Referer|Cookie)\}i|%\{(?:QUERY_STRING|REQUEST_URI|THE_REQUEST)\}", re.IGNORECASE
)


def apache_findings(path: Path, expected: ExpectedSettings) -> Iterator[str]:
    """Yield one sentence for each rule that the configuration breaks; ``path`` is its main file, ``apache2.conf``."""
    try:
        main = read_apache(path)
    except ConfigReadError as error:
        yield f"can't be read: {error}"
        return
    found = [host for host in virtual_hosts(main) if _value(host, "sslengine").lower() == "on"]
    portal = next((host for host in found if expected.portal_host in _names(host)), None)
    card = next((host for host in found if expected.card_host in _names(host)), None) if expected.card_host else None
    if portal is None:
        yield f"no TLS virtual host is named {expected.portal_host}: the portal's host is not served here"
    if card is None and expected.card_host:
        yield f"no TLS virtual host is named {expected.card_host}: the card host is not served here"
    if card is not None and card is portal:
        yield "the portal and the card host are one virtual host: every page would ask for a certificate"
    if portal is not None and portal is not card:
        if _value(portal, "sslverifyclient", "none").lower() != "none":
            yield f"{expected.portal_host} asks for a certificate (SSLVerifyClient): only the card host may"
        yield from _incoming_header_findings(portal, expected.portal_host, set())
    if card is not None:
        yield from _tls_findings(card)
        yield from _certificate_findings(card, portal)
        yield from _card_header_findings(card, expected)
    for host in (each for each in (portal, card) if each is not None):
        yield from _log_findings(main, host)


def _directives(host: Directive, name: str) -> Iterator[Directive]:
    yield from (each for each in host.children if each.name == name)


def _value(host: Directive, name: str, default: str = "") -> str:
    return ([default] + [each.value for each in _directives(host, name)])[-1]


def _names(host: Directive) -> set[str]:
    return {
        word.split(":")[0]
        for each in (*_directives(host, "servername"), *_directives(host, "serveralias"))
        for word in each.arguments
    }


def spellings(name: str) -> list[str]:
    """Return a header's name with « - » and « _ » in every position: many applications treat both as one name."""
    parts = name.split("-")
    joined = itertools.product("-_", repeat=len(parts) - 1)
    return ["".join(itertools.chain(*zip(parts, (*signs, ""), strict=True))) for signs in joined]


def _incoming_header_findings(host: Directive, name: str, overwritten: set[str]) -> Iterator[str]:
    unset = {
        each.arguments[1].lower()
        for each in _directives(host, "requestheader")
        if len(each.arguments) > 1 and each.value.lower() == "unset"
    }
    for header in (*CARD_HEADERS, *OTHER_HEADERS):
        left = [each for each in spellings(header) if each.lower() not in unset and each.lower() not in overwritten]
        if left:
            yield f"{name}: {' and '.join(left[:2])} sent by a browser goes through: RequestHeader unset … early"


def _tls_findings(card: Directive) -> Iterator[str]:
    verify = _value(card, "sslverifyclient", "none").lower()
    if verify == "optional_no_ca":
        yield "SSLVerifyClient optional_no_ca accepts self-signed look-alikes: use « optional »"
    elif verify == "require":
        yield "SSLVerifyClient require: a person without a card gets an error; use « optional », our page then explains"
    elif verify != "optional":
        yield "the card host asks for no certificate: SSLVerifyClient optional"
    inner = [each for section in card.children for each in section.children if each.name == "sslverifyclient"]
    if inner:
        yield f"{inner[0].source}: SSLVerifyClient for a path works by renegotiation only, which TLS 1.3 removed"
    depth = _value(card, "sslverifydepth", "1")
    if not (depth.isdigit() and int(depth) in VERIFY_DEPTHS):
        yield f"SSLVerifyDepth is {depth}: a card certificate is two links below its root, use 2"
    if _value(card, "sslsessiontickets", "on").lower() != "off":
        yield "SSLSessionTickets is not off: a card that was removed would still be accepted"
    if _value(card, "keepalive", "on").lower() != "off":
        yield "KeepAlive is not Off: another card would be read only when the connection ends"
    if {"h2", "h2c"} & {word for each in _directives(card, "protocols") for word in each.arguments}:
        yield "Protocols h2 on the card host: a browser may use one connection for several hosts"
    if _value(card, "sslstrictsnivhostcheck", "off").lower() != "on":
        yield "SSLStrictSNIVHostCheck is not on: a handshake made for one host would be accepted for the other"


def _certificate_findings(card: Directive, portal: Directive | None) -> Iterator[str]:
    authorities, crl = _value(card, "sslcacertificatefile"), _value(card, "sslcarevocationfile")
    if not authorities:
        yield "SSLCACertificateFile is missing: no authority is known, no card can be verified"
    if not crl or _value(card, "sslcarevocationcheck", "none").lower() != "chain":
        yield "SSLCARevocationFile with SSLCARevocationCheck chain is missing: Apache does not know revoked cards"
    yield from revocation_list_findings(crl, authorities)
    if portal is not None and _value(portal, "sslcertificatefile") == _value(card, "sslcertificatefile", "none"):
        yield "both hosts use one certificate: browsers may use one connection for both, give each its own"


def _card_header_findings(card: Directive, expected: ExpectedSettings) -> Iterator[str]:
    written = [
        each
        for each in _directives(card, "requestheader")
        if each.value.lower() == "set" and len(each.arguments) > 2 and "early" not in each.arguments
    ]
    by_name = {each.arguments[1].lower(): each for each in written}
    yield from _incoming_header_findings(
        card, expected.card_host, {name.lower() for name in OTHER_HEADERS if name.lower() in by_name}
    )
    for name in CARD_HEADERS:
        if name.lower() not in by_name:
            yield f"the card host does not set {name}: the portal will refuse every card"
    certificate = by_name.get("x-ssl-client-cert")
    if certificate is not None and "SSL_CLIENT_CERT" not in certificate.arguments[2]:
        yield f"{certificate.source}: X-SSL-Client-Cert is not the certificate that Apache verified (SSL_CLIENT_CERT)"
    secret = by_name.get("x-portal-proxy-secret")
    if secret is not None:
        if expected.secret and secret.arguments[2] != expected.secret:
            yield f"{secret.source}: X-Portal-Proxy-Secret is not the portal's own: it will refuse every card"
        if readable_by_all(secret.file):
            yield f"{secret.file} contains the proxy's secret and everybody may read it: chmod 600"


def _log_findings(main: Directive, host: Directive) -> Iterator[str]:
    formats = {each.arguments[1]: each.value for each in _directives(main, "logformat") if len(each.arguments) > 1}
    logs = list(_directives(host, "customlog"))
    for each in logs:
        name = each.arguments[1] if len(each.arguments) > 1 else "common"
        if name in {"combined", "common"} or _SENSITIVE.search(formats.get(name, name)):
            yield f"{each.source}: this log contains query strings, hence tickets: use the shipped LogFormat"
    if not logs:
        yield f"{_value(host, 'servername')}: no CustomLog is set: Debian's logs query strings, hence tickets"
    if _value(host, "loglevel", "warn").lower().split(":")[-1] not in QUIET_LOG_LEVELS:
        yield f"{_value(host, 'servername')}: LogLevel below crit may quote whole request lines, hence tickets"
