"""Checks of the national identifiers: RPPS, ADELI, FINESS. Sources: identity register rules of the ANS.

A right key says that a number is well typed, never that it belongs to whoever typed it.
"""

from __future__ import annotations

import re

RPPS_DIGITS = 11
_BLANKS = re.compile(r"[\s.\-\u00a0\u202f]+")
_ADELI = re.compile(r"(?:\d{2}|2[AB])\d{6}[0-9A-Z]")
_FINESS = re.compile(r"\d{9}")
_FINESS_CORSICA = re.compile(r"2[AB]0\d{6}")


class BadIdentifier(ValueError):
    """The text is no such identifier; ``message`` is French and says what to check."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def luhn_is_right(digits: str) -> bool:
    """Tell whether the last of these decimal digits is the Luhn key of the others (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _ascii_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def normalise_rpps(text: str) -> str:
    """Return the 11 digits of an RPPS number; spaces and the leading 8 of the card (PS_IdNat) are accepted.

    :raises BadIdentifier: for another length, other characters or a wrong key.
    """
    compact = _BLANKS.sub("", text)
    if len(compact) == RPPS_DIGITS + 1 and compact.startswith("8"):
        compact = compact[1:]
    if not _ascii_digits(compact) or len(compact) != RPPS_DIGITS:
        raise BadIdentifier("Le numéro RPPS compte 11 chiffres (12 s’il commence par le 8 de votre carte).")
    if not luhn_is_right(compact):
        raise BadIdentifier("Ce numéro RPPS n’est pas valide : vérifiez les chiffres saisis.")
    return compact


def normalise_adeli(text: str) -> str:
    """Return an ADELI number without spaces. The register is closed and its key unpublished: shape only.

    :raises BadIdentifier: when it isn't nine characters that begin with a département.
    """
    compact = _BLANKS.sub("", text).upper()
    if not compact.isascii() or not _ADELI.fullmatch(compact):
        raise BadIdentifier("Le numéro ADELI compte 9 caractères et commence par le numéro du département.")
    return compact


def normalise_finess(text: str) -> str:
    """Return a FINESS number without spaces, its key checked (shape only for 2A and 2B: the letter breaks it).

    :raises BadIdentifier: for another shape or a wrong key.
    """
    compact = _BLANKS.sub("", text).upper()
    if compact.isascii() and _FINESS_CORSICA.fullmatch(compact):
        return compact
    if not compact.isascii() or not _FINESS.fullmatch(compact):
        raise BadIdentifier("Le numéro FINESS compte 9 chiffres.")
    if not luhn_is_right(compact):
        raise BadIdentifier("Ce numéro FINESS n’est pas valide : vérifiez les chiffres saisis.")
    return compact
