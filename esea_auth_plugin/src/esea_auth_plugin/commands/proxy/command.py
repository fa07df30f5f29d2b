"""Options of ``doctor`` for the reverse proxy, and the checks that they ask for."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from ... import values
from ...pyramid_types import Registry
from ...services import find
from ...settings import FoundationSettings
from .apache_rules import apache_findings
from .client import ProxyClient
from .config_tree import ConfigReadError, read_config_file
from .expected import ExpectedSettings
from .nginx_rules import nginx_findings
from .probe import ProxyUnreachable, Target, probe

#: Words that only an Apache configuration contains.
_APACHE_WORDS = ("<VirtualHost", "IncludeOptional", "ServerRoot", "LoadModule")


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of the proxy checks."""
    group = command.add_argument_group("the reverse proxy")
    group.add_argument(
        "--proxy-config", metavar="FILE", type=Path, action="append", default=[], help="nginx.conf or apache2.conf"
    )
    group.add_argument("--probe", action="store_true", help="try the attacks on the running proxy")
    group.add_argument(
        "--connect", metavar="HOST:PORT", type=_address, default="", help="address of the proxy, instead of its names'"
    )
    group.add_argument(
        "--ca", metavar="FILE", type=Path, help="authority of the proxy's server certificates, if it is private"
    )
    group.add_argument(
        "--application",
        metavar="HOST:PORT",
        type=_address,
        default="127.0.0.1:6543",
        help="the application behind the proxy ('' = not probed)",
    )


def check_proxy(registry: Registry, given: argparse.Namespace) -> Iterator[str]:
    """Yield the findings of the checks that the options ask for."""
    settings = find(registry, FoundationSettings)
    card = next((host for host, root in settings.hosts.items() if root == "card"), "")
    expected = ExpectedSettings(urlsplit(settings.url).hostname or "", card.partition(":")[0], _secret(registry))
    for file in given.proxy_config:
        yield from check_config(file, expected)
    if not given.probe:
        return
    if not card:
        yield "portal.hosts names no card host: nothing to probe"
        return
    scheme = settings.url.partition("://")[0]
    target = Target(settings.url, f"{scheme}://{card}", ProxyClient(given.connect, given.ca), given.application)
    try:
        tried, findings = probe(target)
    except ProxyUnreachable as error:
        yield str(error)
        return
    print(f"proxy: {tried} attacks tried on {target.card_url} and {target.portal_url}, {len(findings)} findings")
    yield from findings


def check_config(path: Path, expected: ExpectedSettings) -> Iterator[str]:
    """Check the configuration of nginx or Apache whose main file is ``path``; yield one sentence for each finding."""
    try:
        text = read_config_file(path)
    except ConfigReadError as error:
        yield f"can't be read: {error}"
        return
    is_apache = any(word in text for word in _APACHE_WORDS)
    yield from (apache_findings if is_apache else nginx_findings)(path, expected)


def _address(text: str) -> str:
    """Return ``HOST:PORT`` unchanged; ``""`` stands for none."""
    host, _, port = text.rpartition(":")
    if text and not (host and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return text


def _secret(registry: Registry) -> str:
    """Return the secret that the proxy must send, ``""`` without a card mode or where its file can't be read here."""
    try:
        return values.optional_secret(str(registry.settings.get("esea_auth.cps_card.proxy_secret", "")))
    except values.BadValue:
        return ""
