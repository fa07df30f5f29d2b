"""The one folder of texts, for searches and comparisons: letters without accents, case, ligatures and punctuation."""

from __future__ import annotations

import re

from .characters import APOSTROPHES, MIDDLE_DOTS, OKINA, decomposed, is_accent, is_invisible

#: Letters that Unicode does not decompose, as the Latin letters that people type in their place.
_EMAILS = str.maketrans(
    {
        "œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i",
        "ȷ": "j", "ŋ": "n", "ŧ": "t", "ĸ": "k", "ə": "e", "ǝ": "e", "ɛ": "e", "ɔ": "o", "ɲ": "n", "ɓ": "b",
        "ɗ": "d", "ɖ": "d", "ƙ": "k", "ƴ": "y", "ɣ": "g", "ʋ": "v", "ƒ": "f", "ɩ": "i", "ʊ": "u", "ɨ": "i",
        "ʉ": "u", "ƭ": "t", "ƈ": "c", "ƥ": "p", "ɠ": "g", "ǥ": "g", "ƶ": "z", "ꞌ": "", "ɦ": "h", "ɵ": "o",
        "ɑ": "a", "ɬ": "l", "ɱ": "m", "ɾ": "r", "ʃ": "s", "ʒ": "z", "ʔ": "",
    }
)  # fmt: skip
_ACRONYM = re.compile(r"(?:\w\.)+\w?")
_NO_WORD = re.compile(r"[^\w@.+]+")
#: Written inside a word: they part nothing.
_WITHIN = MIDDLE_DOTS | {OKINA, "\u02bb", "\u02be", "\u02bf"}
#: As many words as a search looks at: each costs one comparison a row.
MAX_WORDS = 6
_MAX_PASSES = 6


def fold_letters(text: str) -> str:
    """Return ``text`` without accents and case; blanks and punctuation stay (what a password's check compares)."""
    if text.isascii():
        return text.lower()
    # A styled letter may fold to one of the table: repeated, the result is a fixed point.
    for _ in range(_MAX_PASSES):
        again = _folded_once(text)
        if again == text:
            break
        text = again
    return text


def _folded_once(text: str) -> str:
    # Compatibility forms first: « 𝕬 » has no lower case of its own, the « A » it stands for has.
    plain = decomposed(decomposed(text).casefold()).translate(_EMAILS)
    return "".join(char for char in decomposed(plain) if not is_accent(char) and not is_invisible(char))


def fold(text: str) -> str:
    """Return a text without accents and case, single blanks, plain apostrophes: « LŒB  Hélène » is « loeb helene »."""
    # Decomposed, some signs become apostrophes that were none: they are made plain before and after.
    return " ".join(_plain_apostrophes(fold_letters(_plain_apostrophes(text))).split())


def _plain_apostrophes(text: str) -> str:
    return text if text.isascii() else "".join("'" if char in APOSTROPHES else char for char in text)


def fold_words(text: str) -> str:
    """Return the words of a text as searches compare them: « D’Angelo-Lœb » is « d angelo loeb ».

    ``@``, ``.`` and ``+`` stay inside a word, so that an e-mail and an identifier are one word each; « C.H.U. » is
    « chu ». Stored search texts and typed searches both go through here.
    """
    found = fold("".join(char for char in text if char not in _WITHIN))
    words = (_word(word) for word in _NO_WORD.sub(" ", found).split())
    return " ".join(filter(None, words))


def _word(word: str) -> str:
    bare = word.strip(".+@_")
    return bare.replace(".", "") if _ACRONYM.fullmatch(bare) else bare


def search_words(typed: str) -> list[str]:
    """Return the words of a search, folded, the longest first, each once; at most :data:`MAX_WORDS`."""
    return sorted(set(fold_words(typed[:200]).split()), key=lambda word: (-len(word), word))[:MAX_WORDS]


def fold_key(text: str) -> str:
    """Return the folded letters and digits alone: by them two names are compared. Letters of other scripts stay."""
    return "".join(char for char in fold_letters(text) if char.isalnum())


def ascii_key(text: str) -> str:
    """Return the folded letters ``a`` to ``z`` and digits alone: what an identifier is made of."""
    return "".join(char for char in fold_letters(text) if char.isascii() and char.isalnum())


def same_text(one: str, other: str) -> bool:
    """Tell whether two names differ in nothing but accents, case, blanks and punctuation."""
    return fold_key(one) == fold_key(other)
