"""How a word of a search is looked for in a stored text (see ``normalise.folding`` for how both are folded)."""

from __future__ import annotations


def like_pattern(word: str) -> str:
    """Return the pattern that finds ``word`` anywhere; ``%`` and ``_`` typed by people are emails (escape ``\\``)."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
