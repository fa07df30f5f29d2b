"""Parsers for the values of ini settings. Each raises :class:`BadValue` with a cause and a cure, never the value."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .normalise.addresses import parse_network

Parser = Callable[[str], Any]

_UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86_400}


class BadValue(ValueError):
    """A setting's text can't be read. Neither cause nor cure may quote it."""

    def __init__(self, cause: str, cure: str) -> None:
        super().__init__(cause)
        self.cause = cause
        self.cure = cure


def text(value: str) -> str:
    """Plain text, as it stands."""
    return value


def integer(least: int | None = None, most: int | None = None) -> Callable[[str], int]:
    """Whole number within bounds (both included)."""
    bounds = (
        f"a whole number{f' of at least {least}' if least is not None else ''}{f', at most {most}' if most else ''}"
    )

    def parse(value: str) -> int:
        try:
            number = int(value)
        except ValueError:
            raise BadValue("is not a whole number", f"write {bounds}") from None
        if (least is not None and number < least) or (most is not None and number > most):
            raise BadValue("is out of bounds", f"write {bounds}")
        return number

    return parse


def boolean(value: str) -> bool:
    """``true`` or ``false``."""
    if value.lower() not in {"true", "false"}:
        raise BadValue("is neither true nor false", "write `true` or `false`")
    return value.lower() == "true"


def one_of(*names: str) -> Callable[[str], str]:
    """One word of a closed list."""

    def parse(value: str) -> str:
        if value not in names:
            raise BadValue("is not one of the known words", f"write one of: {', '.join(names)}")
        return value

    return parse


def words(value: str) -> tuple[str, ...]:
    """Words apart by spaces or line ends."""
    return tuple(value.split())


def duration(value: str) -> timedelta:
    """``20 s``, ``10 min``, ``4 h`` or ``7 d``."""
    match = re.fullmatch(r"(\d+)\s*(s|min|h|d)", value)
    if match is None:
        raise BadValue("is not a duration", "write a number and a unit: `20 s`, `10 min`, `4 h`, `7 d`")
    return timedelta(seconds=int(match[1]) * _UNITS[match[2]])


def email(value: str) -> str:
    """A bare mail address of the operator (settings only; people's addresses go through forms)."""
    if not re.fullmatch(r"[^@\s<>\"]+@[^@\s<>\"]+", value):
        raise BadValue("is not a mail address", "write a bare address, name@domain")
    return value


def origin(value: str) -> str:
    """Scheme and host (and port) of the portal, without a path."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise BadValue("is not an origin", "write scheme and host only, e.g. `https://portail.exemple.fr`")
    return f"{parts.scheme}://{parts.netloc}"


def day(value: str) -> date | None:
    """A calendar day, ``YYYY-MM-DD``, or nothing."""
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise BadValue("is no day of the calendar", "write YYYY-MM-DD") from None


def networks(value: str) -> tuple[str, ...]:
    """Networks or addresses, e.g. ``10.1.0.0/16 ::1``."""
    found = words(value)
    for network in found:
        try:
            parse_network(network)
        except ValueError:
            raise BadValue("holds something that is no network", "write CIDR, e.g. `10.1.0.0/16`") from None
    return found


def pairs(value: str) -> dict[str, str]:
    """``key = value`` lines."""
    found = {}
    for line in filter(None, (line.strip() for line in value.splitlines())):
        key, sign, rest = line.partition("=")
        if not sign or not key.strip() or not rest.strip():
            raise BadValue("has a line that is no pair", "write one `key = value` a line")
        found[key.strip()] = rest.strip()
    return found


def secret(value: str) -> str:
    """A secret, by reference: ``file:path`` or ``env:NAME``. The value never stands in the ini file."""
    kind, _, name = value.partition(":")
    if kind == "file":
        try:
            content = Path(name).read_text(encoding="utf-8").strip()
        except OSError:
            raise BadValue("names a file that can't be read", "make the file, readable by the portal's user") from None
    elif kind == "env":
        content = os.environ.get(name, "").strip()
    else:
        raise BadValue("is not a reference", "write `file:/path/of/the/secret` or `env:NAME`")
    if not content:
        raise BadValue("refers to nothing", "fill the file or the environment variable it names")
    return content


def optional_secret(value: str) -> str:
    """Like :func:`secret`, or nothing."""
    return secret(value) if value else ""


def secret_or_text(value: str) -> str:
    """A reference (``file:``, ``env:``) or the text itself."""
    return secret(value) if value.startswith(("file:", "env:")) else value
