"""How requests are found by words: accents, case and punctuation don't count."""

from __future__ import annotations

import re
import unicodedata

#: As many words as a search looks at: each costs one comparison a row.
MOST_WORDS = 6


def folded(text: str) -> str:
    """Return lower-case words without accents: « Mme Léa-Noëlle » becomes ``mme lea noelle``."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("æ", "ae"))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[\w@.+]+", bare.lower()))


def search_words(typed: str) -> list[str]:
    """Return the words of a search, folded, the longest first."""
    return sorted(set(folded(typed[:200]).split()), key=lambda word: (-len(word), word))[:MOST_WORDS]


def like_pattern(word: str) -> str:
    """Return the pattern that finds ``word`` anywhere; ``%`` and ``_`` typed by people are letters (escape ``\\``)."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
