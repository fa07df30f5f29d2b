"""Classes of characters: blanks, dashes, apostrophes, invisible characters, and what a text field may hold.

Sources: Unicode 15 ``PropList`` (White_Space, Dash), ``DerivedCoreProperties`` (Default_Ignorable_Code_Point), UTS 39.
Bidirectional overrides and invisible characters make a name or a reason read as something else on a reviewer's page
(« Trojan Source », CVE-2021-42574); line ends in one-line fields inject mail headers; PostgreSQL refuses NUL.
"""

from __future__ import annotations

import unicodedata

#: Apostrophes and what keyboards, word processors and registers write in their place. U+02BB is not among them: the
#: ʻokina is a letter of Polynesian languages.
APOSTROPHES = frozenset(
    "'\u2018\u2019\u201b\u2032\u2035\u02b9\u02bc\u02bd\u02bf\u02c8\u0060\u00b4\ua78c\uff07\u275b\u275c"
)
#: The one that names are written with.
APOSTROPHE = "\u2019"
OKINA = "\u02bb"
#: Hyphens, dashes and minus signs (Unicode property Dash, and look-alikes).
DASHES = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u02d7\u2043\ufe58\ufe63\uff0d\u30fc")
#: The interpunct of Catalan (« l·l ») and Gascon (« s·h »), and its look-alikes.
MIDDLE_DOTS = frozenset("\u00b7\u0387\u2027\u2219\u22c5\u30fb\uff65")

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: Assigned Default_Ignorable_Code_Point characters, and U+2800, a blank with the category of a symbol.
_IGNORABLE = (
    frozenset("\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800")
    | frozenset(map(chr, range(0x180B, 0x1810)))
    | frozenset(map(chr, range(0x200B, 0x2010)))
    | frozenset(map(chr, range(0x202A, 0x202F)))
    | frozenset(map(chr, range(0x2060, 0x2070)))
    | frozenset(map(chr, range(0xFE00, 0xFE10)))
    | frozenset("\ufeff\ufff9\ufffa\ufffb")
    | frozenset(map(chr, range(0x1BCA0, 0x1BCA4)))
    | frozenset(map(chr, range(0x1D173, 0x1D17B)))
    | frozenset(map(chr, range(0xE0000, 0xE1000)))
)
#: Joiners and presentation selectors belong to emoji and some scripts: a text of several words may hold them.
_JOINING = frozenset("\u200c\u200d\ufe0e\ufe0f")
#: Control, surrogate, private use, unassigned.
_CATEGORIES = frozenset({"Cc", "Cs", "Co", "Cn"})


def is_blank(char: str) -> bool:
    """Tell whether a character is white space of any width (Unicode White_Space)."""
    return char.isspace()


def is_invisible(char: str) -> bool:
    """Tell whether a character is default-ignorable, or blank without being white space (Hangul fillers, U+2800)."""
    return char in _IGNORABLE


def is_mark(char: str) -> bool:
    """Tell whether a character combines with the one before it."""
    return unicodedata.category(char) in {"Mn", "Mc", "Me"}


def is_accent(char: str) -> bool:
    """Tell whether a character is drawn above, below or through the one before it; vowels of other scripts are not."""
    return unicodedata.combining(char) != 0 or unicodedata.category(char) == "Me"


def is_latin_letter(char: str) -> bool:
    """Tell whether a character is a letter of the Latin script."""
    return unicodedata.category(char)[0] == "L" and unicodedata.name(char, "").startswith("LATIN ")


def is_letter(char: str) -> bool:
    """Tell whether a character is a letter of any script that shows."""
    return unicodedata.category(char)[0] == "L" and char not in _IGNORABLE


def composed(text: str) -> str:
    """Return the text in NFC."""
    return unicodedata.normalize("NFC", text)


def compatible(text: str) -> str:
    """Return the text in NFKC: full-width letters, ligatures and styled letters become the plain ones."""
    return unicodedata.normalize("NFKC", text)


def decomposed(text: str) -> str:
    """Return the text in NFKD."""
    return unicodedata.normalize("NFKD", text)


def single_blanks(text: str) -> str:
    """Return the text with every run of blanks as one plain space, none at its ends."""
    return " ".join(text.split())


def single_spaces(text: str) -> str:
    """Return the text with every run of spaces as one plain space; line ends and tabs stay, to be refused."""
    return " ".join(filter(None, plain_spaces(text).split(" ")))


def plain_spaces(text: str) -> str:
    """Return the text with every space of another width as the plain one (RFC 8265, « OpaqueString »)."""
    return "".join(" " if unicodedata.category(char) == "Zs" else char for char in text)


def without_invisible(text: str) -> str:
    """Return the text without invisible and direction characters: what a paste brings along."""
    return "".join(char for char in text if char not in _IGNORABLE)


def stripped(text: str) -> str:
    """Return the text without blanks and invisible characters at its ends."""
    start, end = 0, len(text)
    while start < end and (text[start].isspace() or text[start] in _IGNORABLE):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in _IGNORABLE):
        end -= 1
    return text[start:end]


def ascii_digits(text: str) -> str:
    """Return the text with full-width and styled digits as ASCII ones; those of other scripts and superscripts stay."""
    if text.isascii():
        return text
    return "".join(_plain_digit(char) if char.isdecimal() else char for char in text)


def _plain_digit(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char)
    return plain if plain.isascii() else char


def tidy(text: str) -> str:
    """Return the text composed (NFC), its line ends as ``\\n``, without blanks around it; ``""`` if nothing shows."""
    found = composed(text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return found if any(shows(char) for char in found) else ""


def shows(char: str) -> bool:
    """Tell whether a character leaves ink by itself."""
    return not char.isspace() and char not in _IGNORABLE and not is_mark(char)


def forbidden(text: str, *, multiline: bool = False) -> bool:
    """Tell whether the text holds a character that no field accepts."""
    allowed = {"\n", "\t"} if multiline else set()
    return any(
        char not in allowed
        and (
            char in _BIDI
            or (char in _IGNORABLE and char not in _JOINING)
            or char in "\u2028\u2029"
            or _is_control(char)
        )
        for char in text
    )


def unsafe_in_line(text: str, *, soft_hyphen: bool = False) -> bool:
    """Tell whether the text holds a control, format or line-separating character.

    :param soft_hyphen: it is a format character, and harmless in a title.
    """
    left = text.replace("\u00ad", "") if soft_hyphen else text
    return any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in left)


def has_control(text: str) -> bool:
    """Tell whether the text holds a control, surrogate, private-use or unassigned character."""
    return any(_is_control(char) for char in text)


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in _CATEGORIES
