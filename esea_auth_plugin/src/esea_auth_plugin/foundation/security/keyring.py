"""The file of the portal's keys: one line a key, newest first.

::

    # Keys of this portal, newest first. Back this file up apart from the database.
    k20261124-5f3a 3q2-7wAA…(32 bytes in URL-safe base64)

``esea-admin CONFIG keys new`` writes the file, or puts a new key on top of it.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

_HEAD = """\
# Keys of this portal, newest first: the first seals, all of them open.
# Whoever reads this file and the database reads what is sealed; whoever loses it can't open it any more.
# Back it up apart from the database. A key may go once nothing is sealed with it and no audited event is of its time.
"""
_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_BYTES = 32


class KeyFileError(Exception):
    """The key file can't be used; the message names the line and never its content."""


@dataclass(frozen=True, slots=True)
class Key:
    """One master key. ``secret`` never shows in a representation, a log or a traceback."""

    id: str
    secret: bytes = field(repr=False)


class Keyring:
    """The keys of a portal, newest first; there is at least one."""

    def __init__(self, keys: Sequence[Key]) -> None:
        if not keys:
            raise KeyFileError("no key at all: make one with « esea-admin CONFIG keys new »")
        if len({key.id for key in keys}) != len(keys):
            raise KeyFileError("two keys have one id")
        self.keys = tuple(keys)
        self._secrets = {key.id: key.secret for key in keys}

    @property
    def newest(self) -> Key:
        """The key that seals."""
        return self.keys[0]

    def secret(self, key_id: str) -> bytes:
        """Return the bytes of a key; ``KeyError`` if the ring does not have it."""
        return self._secrets[key_id]


def new_key(now: datetime) -> Key:
    """Return a new random key, named by its day and a few random characters."""
    return Key(f"k{now:%Y%m%d}-{secrets.token_hex(2)}", secrets.token_bytes(_BYTES))


def parse_keys(text: str) -> Keyring:
    """Read the text of a key file.

    :raises KeyFileError: naming the line.
    """
    keys = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key_id, _, body = line.strip().partition(" ")
        try:
            secret = base64.b64decode(body.strip(), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            secret = b""
        if not _ID.fullmatch(key_id) or len(secret) != _BYTES:
            raise KeyFileError(f"line {number} is not « id key » with {_BYTES} bytes in URL-safe base64")
        keys.append(Key(key_id, secret))
    return Keyring(keys)


def readable_by_everybody(path: Path) -> bool:
    """Tell whether any user of this machine may read the file; ``doctor`` warns of it."""
    return bool(stat.S_IMODE(path.stat().st_mode) & stat.S_IRWXO)


def create_key_file(path: Path, now: datetime) -> Key:
    """Write a key file, or put a new key on top of the one there is; return the new key.

    The file is only ever readable by its owner, and replaced whole: a crash leaves the old or the new one.

    :raises KeyFileError: there is a file and it holds something else than keys.
    """
    old = parse_keys(path.read_text(encoding="ascii")).keys if path.exists() else ()
    key = new_key(now)
    lines = [f"{each.id} {base64.urlsafe_b64encode(each.secret).decode()}\n" for each in (key, *old)]
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(_HEAD + "".join(lines))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return key
