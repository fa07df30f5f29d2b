"""The rules of a card host behind nginx, each with why; tried against nginx 1.22 and OpenSSL 3.0."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from .nginx_config import Scope, Unreadable, read, servers
from .subject import CARD_HEADERS, DEPTHS, OTHER_HEADERS, Subject, missing_lists, readable_by_all

#: What would put a ticket, or the name of a sign-in, into the access log.
_TELLING = re.compile(r"\$(?:\{)?(?:request|request_uri|args|query_string|arg_\w+|http_referer|http_cookie)\b")
_QUIET = {"crit", "alert", "emerg"}


def nginx_findings(path: Path, subject: Subject) -> Iterator[str]:
    """Yield what is wrong in the configuration that begins in ``path``."""
    try:
        main = read(path)
    except Unreadable as error:
        yield f"can't be read: {error}"
        return
    all_servers = [server for server in servers(main) if _speaks_tls(server)]
    portal = _named(all_servers, subject.portal_host)
    card = _named(all_servers, subject.card_host) if subject.card_host else None
    if portal is None:
        yield f"no TLS server is named {subject.portal_host}: the portal's host is not served here"
    if card is None and subject.card_host:
        yield f"no TLS server is named {subject.card_host}: the card host is not served here"
    if portal is not None and portal is not card:
        yield from _portal(portal)
    if card is not None and card is portal:
        yield "the portal and the card host are one server: every page would ask for a certificate"
    if card is not None:
        yield from _handshake(card)
        yield from _http2(card, all_servers)
        yield from _certificates(card, portal)
        yield from _card_headers(card, subject)
    for server in (each for each in (portal, card) if each is not None):
        yield from _everywhere(server)


def _speaks_tls(server: Scope) -> bool:
    return any("ssl" in each.arguments for each in server.block.inside if each.name == "listen")


def _named(found: list[Scope], host: str) -> Scope | None:
    for server in found:
        if any(host in each.arguments for each in server.block.inside if each.name == "server_name"):
            return server
    return None


def _name(server: Scope) -> str:
    return server.last("server_name", "_")


def _portal(server: Scope) -> Iterator[str]:
    if server.last("ssl_verify_client", "off") != "off":
        yield f"{_name(server)} asks for a certificate (ssl_verify_client): only the card host may"
    for place in _proxying(server):
        sent = _sent(place)
        for name in (*CARD_HEADERS, *OTHER_HEADERS):
            if sent.get(name.lower()) != "":
                yield f"{place.block.place}: {name} is not emptied: a browser's own would reach the portal"


def _handshake(card: Scope) -> Iterator[str]:
    verify = card.last("ssl_verify_client", "off")
    if verify == "optional_no_ca":
        yield "ssl_verify_client optional_no_ca lets self-signed look-alikes in: use « optional »"
    elif verify == "on":
        yield "ssl_verify_client on: who has no card meets an error; use « optional », the page then helps"
    elif verify != "optional":
        yield "the card host asks for no certificate: ssl_verify_client optional"
    depth = card.last("ssl_verify_depth", "1")
    if not (depth.isdigit() and int(depth) in DEPTHS):
        yield f"ssl_verify_depth is {depth}: a card lies two links below its root, use 2"
    if card.last("ssl_session_tickets", "on") != "off":
        yield "ssl_session_tickets is not off: a card that was taken out would still count"
    if card.last("ssl_session_cache", "none") not in {"off", "none"}:
        yield "ssl_session_cache is not off: a card that was taken out would still count"
    if card.last("keepalive_timeout", "75s") not in {"0", "0s"}:
        yield "keepalive_timeout is not 0: another card would be read only after the connection ends"
    codes = {code for each in card.all("error_page") for code in each.arguments[:-1]}
    if not {"495", "496"} <= codes:
        yield "error_page 495 496 is missing: who is refused meets nginx's English error instead of our page"


def _http2(card: Scope, all_servers: list[Scope]) -> Iterator[str]:
    """Before nginx 1.25.1 it is a word of ``listen``, and holds for every server of that address."""
    own = {each.value for each in card.block.inside if each.name == "listen"}
    listens = (each for server in all_servers for each in server.block.inside if each.name == "listen")
    spoken = any("http2" in each.arguments and each.value in own for each in listens)
    if spoken or card.last("http2", "off") == "on":
        yield "HTTP/2 is spoken at the card host: with keepalive_timeout 0 browsers lose a page's styles, take it off"


def _certificates(card: Scope, portal: Scope | None) -> Iterator[str]:
    authorities, crl = card.last("ssl_client_certificate"), card.last("ssl_crl")
    if not authorities:
        yield "ssl_client_certificate is missing: no authority is known, no card can be proven"
    if not crl:
        yield "ssl_crl is missing: nginx does not know of revoked cards (the application still refuses them)"
    yield from missing_lists(crl, authorities)
    if portal is not None and portal.last("ssl_certificate") == card.last("ssl_certificate", "none"):
        yield "both hosts show one certificate: browsers may carry both over one connection, give each its own"


def _card_headers(card: Scope, subject: Subject) -> Iterator[str]:
    for place in _proxying(card):
        sent = _sent(place)
        for name in CARD_HEADERS:
            if name.lower() not in sent:
                yield f"{place.block.place}: {name} is not set here: what a browser sends under it would go through"
        for name in OTHER_HEADERS:
            # The page that explains a refusal may be told the certificate that was refused, by nginx alone.
            told = sent.get(name.lower())
            if told is None or (told and not told.startswith("$")):
                yield f"{place.block.place}: {name} is not overwritten: a browser's own would go through"
        certificate = sent.get("x-ssl-client-cert", "")
        if certificate in {"$ssl_client_cert", "$ssl_client_raw_cert"}:
            yield f"{place.block.place}: {certificate} has line ends in it: use $ssl_client_escaped_cert"
        if sent.get("x-ssl-client-verify") == "":
            yield f"{place.block.place}: X-SSL-Client-Verify is empty: the portal will refuse every card"
        secret = sent.get("x-portal-proxy-secret", "")
        if not secret or (subject.secret and secret != subject.secret):
            yield f"{place.block.place}: X-Portal-Proxy-Secret is not the portal's own: it will refuse every card"
    if not any(_sent(place).get("x-ssl-client-cert") for place in _proxying(card)):
        yield "no location of the card host hands X-SSL-Client-Cert on: no card reaches the portal"
    yield from _shown_secrets(card)


def _shown_secrets(card: Scope) -> Iterator[str]:
    files = {
        each.file
        for place in _proxying(card)
        for each in place.all("proxy_set_header")
        if each.value.lower() == "x-portal-proxy-secret" and each.arguments[1:] != ("",)
    }
    for file in sorted(files):
        if readable_by_all(file):
            yield f"{file} holds the proxy's secret and everybody may read it: chmod 600"


def _everywhere(server: Scope) -> Iterator[str]:
    if server.last("underscores_in_headers", "off") == "on":
        yield f"{_name(server)}: underscores_in_headers is on: X_SSL_Client_Cert is X-SSL-Client-Cert to an application"
    for place in (server, *server.below()):
        for each in place.block.inside if place is not server else server.all("access_log"):
            if each.name == "access_log" and each.value != "off" and _tells(place, each.arguments):
                yield f"{each.place}: this access log holds query strings, hence tickets: use the shipped log_format"
    if not server.all("access_log"):
        yield f"{_name(server)}: no access_log is set: nginx's own default holds query strings, hence tickets"
    levels = [each.arguments[1] if len(each.arguments) > 1 else "error" for each in server.all("error_log")]
    if levels and not set(levels) <= _QUIET:
        yield f"{_name(server)}: error_log at « {levels[-1]} » quotes whole request lines, hence tickets: use crit"
    for place in _proxying(server):
        if "$proxy_add_x_forwarded_for" in _sent(place).get("x-forwarded-for", "$proxy_add_x_forwarded_for"):
            yield f"{place.block.place}: X-Forwarded-For is not overwritten: set it to $remote_addr"


def _tells(place: Scope, arguments: tuple[str, ...]) -> bool:
    name = arguments[1] if len(arguments) > 1 else "combined"
    formats = [each for each in place.all("log_format") if each.value == name]
    return name == "combined" or any(_TELLING.search(part) for each in formats for part in each.arguments[1:])


def _proxying(server: Scope) -> list[Scope]:
    """Return the blocks that hand requests to the application."""
    return [
        place
        for place in (server, *server.below())
        if any(each.name in {"proxy_pass", "uwsgi_pass", "fastcgi_pass"} for each in place.block.inside)
    ]


def _sent(place: Scope) -> dict[str, str]:
    """Return what the application is sent, by name in lower case; nginx sends a value that is not empty."""
    found: dict[str, str] = {}
    for each in place.all("proxy_set_header"):
        if len(each.arguments) == 2:
            name, value = each.arguments
            found[name.lower()] = value or found.get(name.lower(), "")
    return found
