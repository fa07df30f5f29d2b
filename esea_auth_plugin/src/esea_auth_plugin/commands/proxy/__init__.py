"""What ``doctor`` knows of reverse proxies: reads their configuration, and knocks at a running one."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ... import values
from ...services import find
from ...settings import FoundationSettings
from .knock import Proxy
from .probe import Target, Unanswered, probe
from .subject import Subject, findings_of


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Declare what ``doctor`` is told of the proxy."""
    asked = command.add_argument_group("the reverse proxy")
    asked.add_argument(
        "--proxy-config", metavar="FILE", type=Path, action="append", default=[], help="nginx.conf or apache2.conf"
    )
    asked.add_argument("--probe", action="store_true", help="try the attacks on the running proxy")
    asked.add_argument("--connect", metavar="HOST:PORT", default="", help="reach the proxy there, whatever its names")
    asked.add_argument("--ca", metavar="FILE", type=Path, help="authority of the proxy's own certificates, if private")
    asked.add_argument(
        "--application",
        metavar="HOST:PORT",
        default="127.0.0.1:6543",
        help="the application behind it ('' = not tried)",
    )


def examined(registry: Any, given: argparse.Namespace) -> Iterator[str]:
    """Yield what the asked examinations found."""
    own = find(registry, FoundationSettings)
    card = next((host for host, root in own.hosts.items() if root == "card"), "")
    subject = Subject(urlsplit(own.url).hostname or "", card.partition(":")[0], _secret(registry))
    for file in given.proxy_config:
        yield from findings_of(file, subject)
    if not given.probe:
        return
    if not card:
        yield "portal.hosts names no card host: nothing to knock at"
        return
    scheme = own.url.partition("://")[0]
    target = Target(own.url, f"{scheme}://{card}", Proxy(given.connect, given.ca), given.application)
    try:
        tried, findings = probe(target)
    except Unanswered as error:
        yield str(error)
        return
    print(f"proxy: {tried} attacks tried on {target.card_url} and {target.portal_url}, {len(findings)} findings")
    yield from findings


def _secret(registry: Any) -> str:
    """Return what the proxy must say, ``""`` where no card mode is configured or its file can't be read here."""
    try:
        return values.optional_secret(str(registry.settings.get("esea_auth.cps_card.proxy_secret", "")))
    except values.BadValue:
        return ""


__all__ = ["Subject", "add_arguments", "examined", "findings_of"]
