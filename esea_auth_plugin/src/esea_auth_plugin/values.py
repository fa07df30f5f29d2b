"""Parsers for the values of ini settings. Each raises :class:`BadValue` with a cause and a cure, never the value."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from .normalise.addresses import parse_network
from .normalise.origins import canonical_address, canonical_host, canonical_origin
from .text_files import BadTextFile, read_text

Parser = Callable[[str], Any]

_UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86_400}
#: Longer than any period of the portal, and short enough for every calculation with dates.
MAX_DURATION = timedelta(days=3_650)


_DATABASE_FORMS = (
    "write it as sqlite:////var/lib/portail/portail.db or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"
)
#: Databases, and the extra that installs the driver of each.
_DATABASE_EXTRAS = {"sqlite": "", "postgresql": "postgresql"}


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
        # `int` reads « 1_000 », digits of every script, and fails on thousands of digits.
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", value):
            raise BadValue("is not a whole number", f"write {bounds}")
        number = int(value)
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
    """``20 s``, ``10 min``, ``4 h`` or ``7 d``: more than nothing, ten years at most."""
    match = re.fullmatch(r"(-?[0-9]+)\s*(s|min|h|d)", value)
    if match is None:
        raise BadValue("is not a duration", "write a number and a unit: `20 s`, `10 min`, `4 h`, `7 d`")
    seconds = int(match[1]) * _UNITS[match[2]] if len(match[1]) <= 12 else -1
    if not 0 < seconds <= MAX_DURATION.total_seconds():
        raise BadValue("is out of bounds", f"write a duration above zero, of {MAX_DURATION.days} d at most")
    return timedelta(seconds=seconds)


def email(value: str) -> str:
    """A bare mail address of the operator (settings only; people's addresses go through forms)."""
    if not re.fullmatch(r"[^@\s<>\"]+@[^@\s<>\"]+", value):
        raise BadValue("is not a mail address", "write a bare address, name@domain")
    return value


def origin(value: str) -> str:
    """Scheme and host (and port), without a path; returned in canonical form."""
    try:
        return canonical_origin(value)
    except ValueError:
        cure = "write scheme and host only, e.g. `https://portail.exemple.fr`"
        raise BadValue("is not an origin", cure) from None


def origins(value: str) -> tuple[str, ...]:
    """Origins apart by spaces or line ends, see :func:`origin`."""
    return tuple(origin(each) for each in words(value))


def address(value: str) -> str:
    """An http or https address, its origin returned in canonical form; or nothing."""
    try:
        return canonical_address(value) if value else ""
    except ValueError:
        raise BadValue("is not a web address", "write the whole address, e.g. `https://exemple.fr/chemin`") from None


def addresses(value: str) -> tuple[str, ...]:
    """Addresses apart by spaces or line ends, see :func:`address`."""
    return tuple(address(each) for each in words(value))


def host(value: str) -> str:
    """A host name without port, returned in canonical form; or nothing."""
    try:
        return canonical_host(value) if value else ""
    except ValueError:
        raise BadValue("is not a host name", "write the name only, e.g. `portail.exemple.fr`") from None


def hosts(value: str) -> dict[str, str]:
    """``host = name`` lines; hosts (with a port, if it is not the usual one) are returned in canonical form."""
    found = {}
    for key, name in pairs(value).items():
        try:
            canonical = canonical_origin(f"https://{key}").removeprefix("https://").removesuffix(":80")
        except ValueError:
            raise BadValue("has a line that names no host", "write lines such as `cps.exemple.fr = card`") from None
        if canonical in found:
            raise BadValue("names a host twice", "name it once")
        found[canonical] = name
    return found


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
        if key.strip() in found:
            raise BadValue("has two lines with one key", "keep one of them")
        found[key.strip()] = rest.strip()
    return found


def secret(value: str) -> str:
    """A secret, by reference: ``file:path`` or ``env:NAME``. The value never stands in the ini file."""
    kind, _, name = value.partition(":")
    if kind == "file":
        try:
            content = read_text(Path(name)).strip()
        except BadTextFile as bad:
            raise BadValue(f"names a file that {bad.cause}", bad.cure) from None
    elif kind == "env":
        try:
            content = os.environ.get(name, "").strip()
        except ValueError:  # a name that no environment can hold
            content = ""
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


def database_address(value: str) -> str:
    """A database address, or a reference (``file:``, ``env:``) to one; its driver is installed."""
    address = secret_or_text(value)
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise BadValue("is no database address", _DATABASE_FORMS) from None
    kind = url.get_backend_name()
    if kind not in _DATABASE_EXTRAS:
        raise BadValue("names a database that the portal does not support", _DATABASE_FORMS)
    try:
        url.get_dialect().import_dbapi()
    except (ImportError, NoSuchModuleError):
        extra = _DATABASE_EXTRAS[kind]
        cure = f"`pip install 'esea-auth-plugin[{extra}]'`, and begin it with postgresql+psycopg://" if extra else ""
        raise BadValue("needs a driver that is not installed", cure or _DATABASE_FORMS) from None
    return address


def check_secret_file(value: str) -> None:
    """Refuse a reference to a file that every user of the machine may read; production only.

    :raises BadValue: the file's mode gives rights to others.
    """
    kind, _, name = value.partition(":")
    if kind == "file" and stat.S_IMODE(Path(name).stat().st_mode) & stat.S_IRWXO:
        raise BadValue(
            "names a file that every user of this machine may read", "take their rights away: `chmod o= FILE`"
        )


#: What people write before they choose a secret, folded as :func:`check_chosen` folds it.
_PLACEHOLDERS = frozenset(
    [
        "changeme",
        "changethis",
        "changezmoi",
        "achanger",
        "password",
        "motdepasse",
        "secret",
        "admin",
        "azerty",
        "qwerty",
        "postgres",
        "portail",
        "test",
        "todo",
        "xxx",
        "123456",
        "12345678",
    ]
)


def check_chosen(secret: str) -> None:
    """Refuse a secret that nobody has chosen yet, also as the password of a database address; production only.

    :raises BadValue: it is one of the words that stand for a secret.
    """
    password = secret
    if "://" in secret:
        try:
            password = str(make_url(secret).password or "")
        except (ArgumentError, ValueError):
            return
    folded = "".join(char for char in password.lower() if char.isalnum())
    if folded in _PLACEHOLDERS:
        raise BadValue("holds a placeholder", "choose a secret of your own: `openssl rand -base64 32` writes one")


#: Parsers of secrets.
SECRETS: frozenset[Parser] = frozenset({secret, optional_secret, secret_or_text, database_address})
