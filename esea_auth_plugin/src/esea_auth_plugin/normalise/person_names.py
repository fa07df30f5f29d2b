"""Names of people: one spelling for what keyboards, phones, registers and cards write differently.

A name is written in the Latin script, as French civil registers and the RPPS write it: a Cyrillic or Greek letter that
looks like a Latin one (UTS 39) would make two accounts of one name, or pass for somebody else on a reviewer's page.
Compatibility forms (full-width letters, ligatures) become plain letters; NFC; blanks, hyphens and apostrophes have one
form each; the middle dot of Catalan and Gascon and the ʻokina of Polynesian languages stay.
"""

from __future__ import annotations

from .characters import (
    APOSTROPHE,
    APOSTROPHES,
    DASHES,
    MIDDLE_DOTS,
    OKINA,
    compatible,
    composed,
    forbidden,
    is_accent,
    is_invisible,
    is_latin_letter,
    is_letter,
    single_spaces,
)
from .errors import N_, BadText

MAX_LENGTH = 100
#: Combining marks left on one letter after composition: « g̃ » has one, some orthographies write two.
MAX_MARKS = 2
_MIDDLE_DOT = "\u00b7"
#: Accents that stand above or below a letter; overlays and small letters above (U+0334-0338, U+0363-036F) hide it.
_MARKS = frozenset(map(chr, range(0x0300, 0x0363))) - frozenset(map(chr, range(0x0334, 0x0339))) - {"\u034f"}
_PLAIN = frozenset(" -.") | {APOSTROPHE, _MIDDLE_DOT, OKINA}


class BadName(BadText):
    """The text is no name of a person."""


_INVISIBLE = N_("Ce nom contient des caractères invisibles ou de contrôle : saisissez-le au clavier.")
_NO_LETTER = N_("Saisissez un nom avec des lettres, des espaces, des traits d'union ou apostrophes.")
_NOT_LATIN = N_("Écrivez ce nom en lettres latines, comme sur votre carte professionnelle ou votre pièce d'identité.")
_MARKED = N_("Une lettre de ce nom porte trop d'accents : saisissez-le au clavier.")
_DOT = N_("Dans un nom, le point médian « · » se place entre deux lettres : corrigez-le ou retirez-le.")
_LONG = N_("Ce nom est trop long : saisissez au plus 100 caractères.")


def tidy_name(text: str) -> str:
    """Return a name in its one spelling, without judging it: what a register or a card writes is taken as it is."""
    plain = "".join(_plain(char) for char in text)
    # NFKC makes spaces of some characters: they are made single after it.
    folded = "".join(_plain(char) for char in compatible(plain))
    return composed(single_spaces(folded))


def _plain(char: str) -> str:
    if char == OKINA:
        return char
    if char in APOSTROPHES:
        return APOSTROPHE
    if char in DASHES:
        return "-"
    return _MIDDLE_DOT if char in MIDDLE_DOTS else char


def normalise_name(text: str) -> str:
    """Return a name in its one spelling.

    :raises BadName: it holds something that no name holds; nothing else is raised, whatever the text.
    """
    if len(text) > 8 * MAX_LENGTH:
        raise BadName(_LONG)
    if any(is_invisible(char) for char in text) or forbidden(text):
        raise BadName(_INVISIBLE)
    name = tidy_name(text)
    if any(is_invisible(char) for char in name):
        raise BadName(_INVISIBLE)
    emails = [char for char in name if is_letter(char)]
    if any(not is_latin_letter(char) and char != OKINA for char in emails):
        raise BadName(_NOT_LATIN)
    # A name goes into mails and reviewers' pages: `${}`, `<`, `@`, digits and addresses have no place in it.
    if not any(map(is_latin_letter, emails)) or not all(
        is_latin_letter(char) or char in _PLAIN or char in _MARKS for char in name
    ):
        raise BadName(_MARKED if any(is_accent(char) and char not in _MARKS for char in name) else _NO_LETTER)
    _check_marks(name)
    _check_dots(name)
    if len(name) > MAX_LENGTH:
        raise BadName(_LONG)
    return name


def _check_marks(name: str) -> None:
    run, on_letter = 0, False
    for char in name:
        if char not in _MARKS:
            run, on_letter = 0, is_latin_letter(char)
            continue
        run += 1
        if not on_letter or run > MAX_MARKS:
            raise BadName(_MARKED)


def _check_dots(name: str) -> None:
    for place, char in enumerate(name):
        before, after = name[:place].rstrip("".join(_MARKS)), name[place + 1 : place + 2]
        if char == _MIDDLE_DOT and not (before and is_latin_letter(before[-1]) and after and is_latin_letter(after)):
            raise BadName(_DOT)


def name_case(name: str) -> str:
    """Return a name that registers write in capitals as people write it: « LE C’HOADIC » is « Le C’hoadic ».

    A name with a small letter stays as it is. « D’ANGELO » and « L’HERMITE » keep a capital after the apostrophe.
    """
    if not name.isupper() or len(name) < 2:
        return name
    found, start = [], True
    for place, char in enumerate(name):
        if is_letter(char) and char != OKINA:
            found.append(char if start else char.lower())
            start = False
        else:
            found.append(char)
            if char == APOSTROPHE:
                start = _elides(name[:place])
            elif not is_accent(char) and char not in {_MIDDLE_DOT, OKINA}:
                start = True
    return composed("".join(found))


def _elides(before: str) -> bool:
    """Tell whether an apostrophe parts two words (« D’ANGELO »), and is not the middle of one letter (« C’H »)."""
    last = before[-2:].upper()
    return len(last) > 0 and last[-1:] in {"D", "L", "O", "M", "N", "T"} and (len(last) == 1 or not last[0].isalpha())
