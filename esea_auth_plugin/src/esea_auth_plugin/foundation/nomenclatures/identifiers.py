"""Checks of the national identifiers: RPPS, ADELI, FINESS. Sources: identity register rules of the ANS.

A right key says that a number is well typed, never that it belongs to whoever typed it.
"""

from __future__ import annotations

import re

from ...normalise.codes import compact, compact_upper, is_digits

RPPS_DIGITS = 11
ADELI_LENGTH, FINESS_LENGTH = 9, 9
#: A département: two digits, 2A and 2B in Corsica, 9A to 9F overseas.
_ADELI = re.compile(r"(?:\d{2}|2[AB]|9[A-F])\d{6}[0-9A-Z]")
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


def normalise_rpps(text: str, *, check_key: bool = True) -> str:
    """Return the 11 digits of an RPPS number; spaces and the leading 8 of the card (PS_IdNat) are accepted.

    :param check_key: fictional numbers of a sandbox have wrong keys.
    :raises BadIdentifier: for another length, other characters or a wrong key.
    """
    number = compact(text)
    if len(number) == RPPS_DIGITS + 1 and number.startswith("8"):
        number = number[1:]
    if not is_digits(number, RPPS_DIGITS):
        raise BadIdentifier("Le numéro RPPS compte 11 chiffres (12 s’il commence par le 8 de votre carte).")
    if check_key and not luhn_is_right(number):
        raise BadIdentifier("Ce numéro RPPS n’est pas valide : vérifiez les chiffres saisis.")
    return number


def normalise_adeli(text: str) -> str:
    """Return an ADELI number without spaces; the leading 0 of the card (PS_IdNat) is accepted.

    The register is closed and its key unpublished: shape only.

    :raises BadIdentifier: when it isn't nine characters that begin with a département.
    """
    number = compact_upper(text)
    if len(number) == ADELI_LENGTH + 1 and number.startswith("0"):
        number = number[1:]
    if not number.isascii() or not _ADELI.fullmatch(number):
        raise BadIdentifier("Le numéro ADELI compte 9 caractères et commence par le numéro du département.")
    return number


def normalise_finess(text: str) -> str:
    """Return a FINESS number without spaces; the leading 1 of the card (Struct_IdNat) is accepted.

    Its key is checked, but for 2A and 2B, where the email breaks it.

    :raises BadIdentifier: for another shape or a wrong key.
    """
    number = compact_upper(text)
    if len(number) == FINESS_LENGTH + 1 and number.startswith("1"):
        number = number[1:]
    if number.isascii() and _FINESS_CORSICA.fullmatch(number):
        return number
    if not number.isascii() or not _FINESS.fullmatch(number):
        raise BadIdentifier("Le numéro FINESS compte 9 chiffres.")
    if not luhn_is_right(number):
        raise BadIdentifier("Ce numéro FINESS n’est pas valide : vérifiez les chiffres saisis.")
    return number
