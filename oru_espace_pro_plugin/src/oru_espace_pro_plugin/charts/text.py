"""French numbers, dates and durations on charts, and how wide a text is drawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from babel.dates import format_date
from babel.numbers import format_decimal

_LOCALE = "fr_FR"
#: Mean width of a glyph of the portal's sans-serif faces, in parts of the font size.
_GLYPH = 0.6
_NARROW = frozenset("  \u00a0\u202fijlItf.,:;!|'’()")
_WIDE = frozenset("mwMW%@—")

Format = Callable[[float], str]


def number(value: float, decimals: int = 0) -> str:
    """Return « 12 345,6 », thousands apart by a thin space (U+202F)."""
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    text = str(format_decimal(value, pattern, locale=_LOCALE)).replace("-", "\u2212")
    return "0" if text == "\u22120" else text


def percent(value: float, decimals: int = 0) -> str:
    """Return « 12,5 % » for 12.5."""
    return f"{number(value, decimals)}\u00a0%"


def minutes(value: float) -> str:
    """Return a duration in minutes as « 45 min » or « 3 h 05 »."""
    hours, rest = divmod(round(value), 60)
    return f"{hours}\u00a0h\u00a0{rest:02d}" if hours else f"{rest}\u00a0min"


def day_short(value: date) -> str:
    """Return « 03/02 »."""
    return f"{value:%d/%m}"


def day_long(value: date) -> str:
    """Return « lundi 3 février 2026 »."""
    return str(format_date(value, "EEEE d MMMM yyyy", locale=_LOCALE)).replace(" 1 ", " 1er ")


def month(value: date) -> str:
    """Return « févr. 2026 »."""
    return str(format_date(value, "MMM yyyy", locale=_LOCALE))


def period(first: date, last: date) -> str:
    """Return « du 03/02/2026 au 09/02/2026 », both days included; one day alone as « le 03/02/2026 »."""
    if first == last:
        return f"le {first:%d/%m/%Y}"
    return f"du {first:%d/%m/%Y} au {last:%d/%m/%Y}"


def days_between(first: date, last: date) -> list[date]:
    """Return every day from ``first`` to ``last``, both included."""
    return [first + timedelta(days=count) for count in range((last - first).days + 1)]


def width_of(text: str, size: float) -> float:
    """Return about how wide a text is, in the units of ``size``; rather too wide than too narrow."""
    glyphs = (0.36 if char in _NARROW else 0.95 if char in _WIDE else _GLYPH for char in text)
    return sum(glyphs) * size * 1.06
