"""What a typed text may hold: composed letters, no control characters, nothing that writes backwards.

Bidirectional overrides and invisible characters make a name or a reason read as something else on a reviewer's page
(« Trojan Source », CVE-2021-42574); line ends in one-line fields are how mail headers get injected; NUL is refused by
PostgreSQL.
"""

from __future__ import annotations

import unicodedata

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset("\u00ad\u180e\u200b\u2028\u2029\u2060\u2061\u2062\u2063\u2064\ufeff")
# Control, surrogate, private use, unassigned.
_CATEGORIES = frozenset({"Cc", "Cs", "Co", "Cn"})


def tidy(text: str) -> str:
    """Return the text composed (NFC), its line ends as ``\\n``, without spaces around it."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def forbidden(text: str, *, multiline: bool = False) -> bool:
    """Tell whether the text holds a character that no field accepts."""
    allowed = {"\n", "\t"} if multiline else set()
    return any(
        char not in allowed and (char in _BIDI or char in _INVISIBLE or unicodedata.category(char) in _CATEGORIES)
        for char in text
    )
