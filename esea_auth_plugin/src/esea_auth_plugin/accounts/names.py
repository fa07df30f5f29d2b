"""Identifiers of accounts, and what makes two sign-ups one person."""

from __future__ import annotations

import re

from ..normalise.characters import stripped
from ..normalise.emails import normalise_email
from ..normalise.folding import ascii_key, fold_key

_IDENTIFIER = re.compile(r"[a-z0-9]+(?:\.[a-z0-9]+)*")
MIN_IDENTIFIER, MAX_IDENTIFIER = 3, 40


def person_key(last_name: str, first_name: str, birthday: str) -> str:
    """Return what two sign-ups of one person have in common, to be hashed with a key; ``birthday`` is ``MM-DD``."""
    return "|".join((fold_key(last_name), fold_key(first_name), birthday))


def normalise_login(text: str) -> str:
    """Return what a sign-in is looked up and counted by: an identifier, or the key of an e-mail."""
    return normalise_email(text) if "@" in text else normalise_identifier(text)


def normalise_identifier(text: str) -> str:
    """Return an identifier as stored: lower case, no blanks around."""
    return stripped(text).lower()


def identifier_is_well_formed(identifier: str) -> bool:
    """Tell whether it has only ``[a-z0-9.]``, begins and ends with a letter or digit, and a bearable length."""
    return MIN_IDENTIFIER <= len(identifier) <= MAX_IDENTIFIER and _IDENTIFIER.fullmatch(identifier) is not None


def identifier_from_name(first_name: str, last_name: str) -> str:
    """Return the identifier proposed for a name: « Anne Pierre » gives ``anne.pierre``."""
    parts = map(ascii_key, (first_name, last_name))
    base = ".".join(filter(None, parts))[: MAX_IDENTIFIER - 4].strip(".")
    return base if len(base) >= MIN_IDENTIFIER else f"{base or 'compte'}.esea"
