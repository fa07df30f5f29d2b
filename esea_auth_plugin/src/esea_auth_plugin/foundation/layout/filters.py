"""How pages and emails write dates, durations and telephone numbers: in French, on the clock of Paris."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from ...normalise.phones import phone_fr, phone_uri
from .browsers import browser_fr

PARIS = ZoneInfo("Europe/Paris")
_LOCALE = "fr_FR"
# (seconds, singular, plural), the longest first.
_UNITS = ((86_400, "jour", "jours"), (3_600, "heure", "heures"), (60, "minute", "minutes"), (1, "seconde", "secondes"))


def _in_paris(value: date | datetime) -> date | datetime:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a time shown on a page must be aware: naive ones are off by an hour or two")
        return value.astimezone(PARIS)
    return value


@lru_cache(maxsize=4096)
def date_fr(value: date | datetime | None, style: str = "long") -> str:
    """Return « 18 juin 2026 » (``style``: ``short`` « 18/06/2026 », ``long``, ``full`` with the weekday)."""
    if value is None:
        return ""
    if style == "short":
        style = "dd/MM/yyyy"
    text = format_date(_in_paris(value), style, locale=_LOCALE)
    # « 1er juin », not « 1 juin ».
    day, space, rest = text.partition(" ")
    return f"{day}er{space}{rest}" if day == "1" and space else text.replace(" 1 ", " 1er ", 1)


def datetime_fr(value: datetime | None) -> str:
    """Return « 18 juin 2026 à 14 h 05 », in Europe/Paris."""
    if value is None:
        return ""
    return f"{date_fr(value)} à {time_fr(value)}"


@lru_cache(maxsize=4096)
def time_fr(value: datetime | None) -> str:
    """Return « 14 h 05 », in Europe/Paris, with the spaces that don't break."""
    if value is None:
        return ""
    return str(format_datetime(_in_paris(value), "H\u00a0'h'\u00a0mm", locale=_LOCALE))


def duree_fr(value: timedelta | float | int | None) -> str:
    """Return « 2 heures 5 minutes » (the two largest units); seconds are given as a number or a timedelta."""
    if value is None:
        return ""
    left = round(value.total_seconds() if isinstance(value, timedelta) else value)
    parts: list[str] = []
    for size, one, many in _UNITS:
        count, rest = divmod(max(left, 0), size)
        if count:
            parts.append(f"{count}\u00a0{one if count == 1 else many}")
            left = rest
        elif parts:
            break
        if len(parts) == 2:
            break
    return " ".join(parts) or "0\u00a0seconde"


@lru_cache(maxsize=1024)
def nombre_fr(value: float | int | None) -> str:
    """Return « 12 345,6 »."""
    return "" if value is None else str(format_decimal(value, locale=_LOCALE))


def iso(value: date | datetime | None) -> str:
    """Return the value of a ``datetime`` attribute, in Europe/Paris."""
    return "" if value is None else _in_paris(value).isoformat()


FILTERS: Mapping[str, Callable[..., Any]] = {
    "date_fr": date_fr,
    "datetime_fr": datetime_fr,
    "time_fr": time_fr,
    "duree_fr": duree_fr,
    "phone_fr": phone_fr,
    "phone_uri": phone_uri,
    "nombre_fr": nombre_fr,
    "iso": iso,
    "browser_fr": browser_fr,
}
