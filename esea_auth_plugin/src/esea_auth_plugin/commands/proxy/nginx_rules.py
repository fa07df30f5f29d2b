"""Rules for the nginx configuration of the portal and its card host; verified with nginx 1.22 and OpenSSL 3.0."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from .config_tree import ConfigReadError
from .expected import (
    CARD_HEADERS,
    OTHER_HEADERS,
    QUIET_LOG_LEVELS,
    VERIFY_DEPTHS,
    ExpectedSettings,
    readable_by_all,
    revocation_list_findings,
)
from .nginx_config import Block, read_nginx, servers

#: Variables that would write a ticket, or the identifier of a sign-in, into the access log.
_SENSITIVE = re.compile(r"\$(?:\{)?(?:request|request_uri|args|query_string|arg_\w+|http_referer|http_cookie)\b")


def nginx_findings(path: Path, expected: ExpectedSettings) -> Iterator[str]:
    """Yield one sentence for each rule that the configuration breaks; ``path`` is its main file, ``nginx.conf``."""
    try:
        main = read_nginx(path)
    except ConfigReadError as error:
        yield f"can't be read: {error}"
        return
    all_servers = [server for server in servers(main) if _uses_tls(server)]
    portal = _named(all_servers, expected.portal_host)
    card = _named(all_servers, expected.card_host) if expected.card_host else None
    if portal is None:
        yield f"no TLS server is named {expected.portal_host}: the portal's host is not served here"
    if card is None and expected.card_host:
        yield f"no TLS server is named {expected.card_host}: the card host is not served here"
    if portal is not None and portal is not card:
        yield from _portal_findings(portal)
    if card is not None and card is portal:
        yield "the portal and the card host are one server: every page would ask for a certificate"
    if card is not None:
        yield from _tls_findings(card)
        yield from _http2_findings(card, all_servers)
        yield from _certificate_findings(card, portal)
        yield from _card_header_findings(card, expected)
    for server in (each for each in (portal, card) if each is not None):
        yield from _common_findings(server)


def _uses_tls(server: Block) -> bool:
    return any("ssl" in each.arguments for each in server.directive.children if each.name == "listen")


def _named(found: list[Block], host: str) -> Block | None:
    for server in found:
        if any(host in each.arguments for each in server.directive.children if each.name == "server_name"):
            return server
    return None


def _name(server: Block) -> str:
    return server.value("server_name", "_")


def _portal_findings(server: Block) -> Iterator[str]:
    if server.value("ssl_verify_client", "off") != "off":
        yield f"{_name(server)} asks for a certificate (ssl_verify_client): only the card host may"
    for block in _proxying_blocks(server):
        sent = _proxy_headers(block)
        for name in (*CARD_HEADERS, *OTHER_HEADERS):
            if sent.get(name.lower()) != "":
                yield f"{block.directive.source}: {name} is not emptied: a browser's value would reach the portal"


def _tls_findings(card: Block) -> Iterator[str]:
    verify = card.value("ssl_verify_client", "off")
    if verify == "optional_no_ca":
        yield "ssl_verify_client optional_no_ca accepts self-signed look-alikes: use « optional »"
    elif verify == "on":
        yield "ssl_verify_client on: a person without a card gets an error; use « optional », our page then explains"
    elif verify != "optional":
        yield "the card host asks for no certificate: ssl_verify_client optional"
    depth = card.value("ssl_verify_depth", "1")
    if not (depth.isdigit() and int(depth) in VERIFY_DEPTHS):
        yield f"ssl_verify_depth is {depth}: a card certificate is two links below its root, use 2"
    if card.value("ssl_session_tickets", "on") != "off":
        yield "ssl_session_tickets is not off: a card that was removed would still be accepted"
    if card.value("ssl_session_cache", "none") not in {"off", "none"}:
        yield "ssl_session_cache is not off: a card that was removed would still be accepted"
    if card.value("keepalive_timeout", "75s") not in {"0", "0s"}:
        yield "keepalive_timeout is not 0: another card would be read only when the connection ends"
    codes = {code for each in card.directives("error_page") for code in each.arguments[:-1]}
    if not {"495", "496"} <= codes:
        yield "error_page 495 496 is missing: a refused person gets nginx's English error instead of our page"


def _http2_findings(card: Block, all_servers: list[Block]) -> Iterator[str]:
    """Before nginx 1.25.1, ``http2`` is an option of ``listen`` and applies to every server of that address."""
    own = {each.value for each in card.directive.children if each.name == "listen"}
    listens = (each for server in all_servers for each in server.directive.children if each.name == "listen")
    enabled = any("http2" in each.arguments and each.value in own for each in listens)
    if enabled or card.value("http2", "off") == "on":
        yield "HTTP/2 is on at the card host: with keepalive_timeout 0 browsers lose a page's styles, turn it off"


def _certificate_findings(card: Block, portal: Block | None) -> Iterator[str]:
    authorities, crl = card.value("ssl_client_certificate"), card.value("ssl_crl")
    if not authorities:
        yield "ssl_client_certificate is missing: no authority is known, no card can be verified"
    if not crl:
        yield "ssl_crl is missing: nginx does not know revoked cards (the application still refuses them)"
    yield from revocation_list_findings(crl, authorities)
    if portal is not None and portal.value("ssl_certificate") == card.value("ssl_certificate", "none"):
        yield "both hosts use one certificate: browsers may use one connection for both, give each its own"


def _card_header_findings(card: Block, expected: ExpectedSettings) -> Iterator[str]:
    for block in _proxying_blocks(card):
        sent = _proxy_headers(block)
        for name in CARD_HEADERS:
            if name.lower() not in sent:
                yield f"{block.directive.source}: {name} is not set here: a browser's value would go through"
        for name in OTHER_HEADERS:
            # nginx may pass the refused certificate to the page that explains the refusal.
            value = sent.get(name.lower())
            if value is None or (value and not value.startswith("$")):
                yield f"{block.directive.source}: {name} is not overwritten: a browser's value would go through"
        certificate = sent.get("x-ssl-client-cert", "")
        if certificate in {"$ssl_client_cert", "$ssl_client_raw_cert"}:
            yield f"{block.directive.source}: {certificate} contains line ends: use $ssl_client_escaped_cert"
        if sent.get("x-ssl-client-verify") == "":
            yield f"{block.directive.source}: X-SSL-Client-Verify is empty: the portal will refuse every card"
        secret = sent.get("x-portal-proxy-secret", "")
        if not secret or (expected.secret and secret != expected.secret):
            yield f"{block.directive.source}: X-Portal-Proxy-Secret is not the portal's own: it will refuse every card"
    if not any(_proxy_headers(block).get("x-ssl-client-cert") for block in _proxying_blocks(card)):
        yield "no location of the card host passes X-SSL-Client-Cert on: no card reaches the portal"
    yield from _readable_secrets(card)


def _readable_secrets(card: Block) -> Iterator[str]:
    files = {
        each.file
        for block in _proxying_blocks(card)
        for each in block.directives("proxy_set_header")
        if each.value.lower() == "x-portal-proxy-secret" and each.arguments[1:] != ("",)
    }
    for file in sorted(files):
        if readable_by_all(file):
            yield f"{file} contains the proxy's secret and everybody may read it: chmod 600"


def _common_findings(server: Block) -> Iterator[str]:
    if server.value("underscores_in_headers", "off") == "on":
        yield f"{_name(server)}: underscores_in_headers is on: an application may take X_SSL_Client_Cert for ours"
    for block in (server, *server.nested()):
        for each in block.directive.children if block is not server else server.directives("access_log"):
            if each.name == "access_log" and each.value != "off" and _logs_sensitive_values(block, each.arguments):
                yield f"{each.source}: this log contains query strings, hence tickets: use the shipped log_format"
    if not server.directives("access_log"):
        yield f"{_name(server)}: no access_log is set: nginx's default contains query strings, hence tickets"
    levels = [each.arguments[1] if len(each.arguments) > 1 else "error" for each in server.directives("error_log")]
    if levels and not set(levels) <= QUIET_LOG_LEVELS:
        yield f"{_name(server)}: error_log at « {levels[-1]} » quotes whole request lines, hence tickets: use crit"
    for block in _proxying_blocks(server):
        if "$proxy_add_x_forwarded_for" in _proxy_headers(block).get("x-forwarded-for", "$proxy_add_x_forwarded_for"):
            yield f"{block.directive.source}: X-Forwarded-For is not overwritten: set it to $remote_addr"


def _logs_sensitive_values(block: Block, arguments: tuple[str, ...]) -> bool:
    name = arguments[1] if len(arguments) > 1 else "combined"
    formats = [each for each in block.directives("log_format") if each.value == name]
    return name == "combined" or any(_SENSITIVE.search(part) for each in formats for part in each.arguments[1:])


def _proxying_blocks(server: Block) -> list[Block]:
    """Return the blocks that pass requests to the application."""
    return [
        block
        for block in (server, *server.nested())
        if any(each.name in {"proxy_pass", "uwsgi_pass", "fastcgi_pass"} for each in block.directive.children)
    ]


def _proxy_headers(block: Block) -> dict[str, str]:
    """Return the headers set for the application, by name in lower case; nginx leaves out empty values."""
    found: dict[str, str] = {}
    for each in block.directives("proxy_set_header"):
        if len(each.arguments) == 2:
            name, value = each.arguments
            found[name.lower()] = value or found.get(name.lower(), "")
    return found
