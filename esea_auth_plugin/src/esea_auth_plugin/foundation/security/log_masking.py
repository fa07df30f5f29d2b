"""Keeps secrets that travel in addresses out of every log line, traceback included.

Two nets. Declared places: what follows these path prefixes, and the values of these query keys. And, wherever a package
forgets to declare one: any path segment that looks like one of our random tokens.
"""

from __future__ import annotations

import logging
import re
import traceback

MASK = "***"

_PLACES = (
    "/inscription/confirmation/",
    "/inscription/complement/",
    "/inscription/invitation/",
    "/connexion/oubli/",
    "/connexion/reinitialisation/",
    "/connexion/retrouver/",
    "/invitation/",
    "/signalement/",
    "/adresse-precedente/",
    "/compte/courriel/",
    "/compte/dispositifs/confirmation/",
)
_KEYS = ("jeton", "token", "code", "secret", "state", "password", "mot_de_passe", "csrf_token", "nonce", "ticket")

#: An address inside another (``?retour=%2Finscription%2F…``) is spelled so.
_SLASH = "(?:/|%2F)"
_PLACE = re.compile(
    rf"({'|'.join(place.replace('/', _SLASH) for place in _PLACES)})([A-Za-z0-9_\-%.~+=]{{16,}})", re.IGNORECASE
)
_KEY = re.compile(rf"((?:[?&;]|%3F|%26)(?:{'|'.join(_KEYS)})(?:=|%3D))(?:(?!%26)[^&;\s\"'#<>])+", re.IGNORECASE)
# 22 characters of URL-safe base64 are 128 bits. Upper case, lower case and digit together tell a token from a slug, a
# UUID or a name.
_TOKEN = re.compile(
    r"(?:(?<=/)|(?<=%2F)|(?<=%2f))(?=[A-Za-z0-9_-]*[A-Z])(?=[A-Za-z0-9_-]*[a-z])(?=[A-Za-z0-9_-]*[0-9])"
    r"[A-Za-z0-9_-]{22,}(?![A-Za-z0-9_.-])"
)


def masked(text: str) -> str:
    """Return a path, an address or a whole log line without the secrets that its addresses carry."""
    text = _PLACE.sub(rf"\1{MASK}", text)
    text = _KEY.sub(rf"\1{MASK}", text)
    return _TOKEN.sub(MASK, text)


class MaskSecrets(logging.Filter):
    """Put on each *handler* (a logger's filter does not see what its children log)."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place; it always passes."""
        if record.name.startswith("sqlalchemy.engine") and "Row %r" in str(record.msg):
            # Engines hide parameters, but at DEBUG they show every row that is read: hashes, names, addresses.
            record.args = (MASK,)
        try:
            message = record.getMessage()
        except Exception:  # a badly formatted record must neither raise nor slip through unmasked
            message = f"{record.msg!s} {record.args!r}"
        record.msg, record.args = masked(message), ()
        if record.exc_info and record.exc_info[0] is not None and not record.exc_text:
            record.exc_text = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
        if record.exc_text:
            record.exc_text = masked(record.exc_text)
        if record.stack_info:
            record.stack_info = masked(record.stack_info)
        return True
