"""Writes ``config/README.md`` from the declarations of the settings, so that it can't fall behind them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from datetime import timedelta
from typing import Any

from .pyramid_types import Registry

_HEAD = """\
# Settings

Generated from the declarations by `esea-admin CONFIG settings-doc`: a test compares. Don't edit it by hand.

The key of a setting is its prefix and its name: `portal.url`. An unknown key stops the start, and every problem is
told at once. Lists are words apart by spaces or lines; pairs are `key = value` lines, indented. Durations have a unit:
`20 s`, `10 min`, `4 h`, `7 d`. A secret is a reference, `file:/path` or `env:NAME`, and never the value itself. A
comment is a line of its own. Relative paths count from the folder that the portal starts in, except that of the
catalogue, which counts from the ini file's.

| file | for |
|---|---|
| `demo.ini` | `make serve`: fictional people, SQLite, mail that stays on the machine |
| `development.ini` | working on the portal: SQLite, mail to a local SMTP sink on port 1025 |
| `test.ini` | a portal started as a process by the test suite |
| `production.ini` | a real portal: PostgreSQL, SMTP over TLS, secrets by reference |
| `services.ini` | the demo's catalogue of business services, and the modes that each admits |
| `services-production.ini` | the same for a real portal, to be adapted |
| `nginx/` (or `apache/`), `systemd/` | the reverse proxy and the units of a real server |
"""


def page(registry: Registry) -> str:
    """Return the page for every plugin that this application includes."""
    sections = {
        item["introspectable"].discriminator: item["introspectable"]["class"]
        for item in registry.introspector.get_category("esea settings", default=())
    }
    return "\n".join([_HEAD, *(_section(prefix, cls) for prefix, cls in sorted(sections.items(), key=_order))])


def _order(section: tuple[str, Any]) -> tuple[bool, str]:
    return section[0] != "portal.", section[0]


def _section(prefix: str, cls: type[Any]) -> str:
    owner = cls.__module__.partition(".")[0]
    lines = [f"## `{prefix}*`", "", f"Owner: `{owner}`. {_summary(cls)}", "", "| key | type | default | effect |"]
    lines += ["|---|---|---|---|", *(_row(prefix, item) for item in fields(cls) if "parse" in item.metadata)]
    return "\n".join([*lines, ""])


def _summary(cls: type[Any]) -> str:
    first_line = (cls.__doc__ or "").strip().splitlines()[0]
    return re.sub(r" \(prefix ``.*?``\)", "", first_line)


def _row(prefix: str, item: Field[Any]) -> str:
    cells = (f"`{prefix}{item.name}`", _type(item), _default(item), item.metadata["doc"])
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _type(item: Field[Any]) -> str:
    parse = item.metadata["parse"].__qualname__.partition(".")[0]
    known: Mapping[str, str] = {
        "text": "text",
        "integer": "whole number",
        "boolean": "true or false",
        "one_of": "word",
        "words": "list",
        "duration": "duration",
        "email": "mail address",
        "origin": "origin",
        "networks": "networks",
        "pairs": "pairs",
        "secret": "secret",
        "optional_secret": "secret",
        "secret_or_text": "text or secret",
        "database_address": "text or secret",
    }
    return known.get(parse, parse.replace("_", " "))


def _default(item: Field[Any]) -> str:
    if item.default_factory is not MISSING:
        value = item.default_factory()
    elif item.default is not MISSING:
        value = item.default
    else:
        return "**required**"
    return f"`{_written(value)}`" if _written(value) else "none"


def _written(value: object) -> str:
    """Write a value the way an ini file does."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case timedelta():
            return f"{value.total_seconds():.0f} s"
        case dict():
            return ", ".join(f"{key} = {each}" for key, each in value.items())
        case tuple():
            return " ".join(map(str, value))
    return str(value)
