"""The names that people give their devices: one line, short, nothing that reads as something else."""

from __future__ import annotations

from ..normalise.characters import forbidden, tidy

MAX_NAME_LENGTH = 60


def device_name(typed: str, otherwise: str) -> str:
    """Return a typed name as it is stored and shown, ``otherwise`` if nothing usable is left of it."""
    line = " ".join(tidy(typed).split())  # first: a line's end is a space, not nothing
    kept = "".join(char for char in line if not forbidden(char))
    return " ".join(kept.split())[:MAX_NAME_LENGTH].strip() or otherwise
