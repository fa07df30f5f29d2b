"""Reads the texts of claims: trimmed, capped, without characters that no field of the portal accepts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...normalise.characters import forbidden, tidy
from ...normalise.person_names import name_case, tidy_name
from ...normalise.phones import BadPhone, normalise_phone


def clean(value: object, most: int = 200) -> str:
    """Return a text on one line, ``""`` for what is empty, too long, or no text."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or len(value) > 4 * most:
        return ""
    text = " ".join(tidy(value).split())
    return "" if forbidden(text) or len(text) > most else text


def first(claims: Mapping[str, object], *names: str) -> Any:
    """Return the first of these claims that says something: an empty or blank text, list or object is absent."""
    return next((claims[name] for name in names if not blank(claims.get(name))), None)


def blank(value: object) -> bool:
    """Tell whether a claim says nothing."""
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], {})


def name_like(value: object) -> str:
    """Return a name as people write it: the register's capitals become « Jean-Pierre », other spellings stay."""
    return name_case(tidy_name(clean(value, 100)))


def phone(value: object) -> str:
    """Return a telephone number as the portal keeps it (E.164), ``""`` if it is none."""
    try:
        return normalise_phone(str(value)) if isinstance(value, str | int) else ""
    except BadPhone:
        return ""
