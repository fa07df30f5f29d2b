"""How long a limit makes people wait, in words."""

from __future__ import annotations

import math


def in_words(seconds: int) -> str:
    """Return a wait as it is told to people, rounded up: « 2 minutes », « 3 heures »."""
    for unit, name in ((3600, "heure"), (60, "minute"), (1, "seconde")):
        if seconds > unit or unit == 1:
            number = math.ceil(seconds / unit)
            return f"{number} {name}{'s' if number > 1 else ''}"
    raise AssertionError("unreachable")  # pragma: no cover
