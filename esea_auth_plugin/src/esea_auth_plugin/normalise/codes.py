"""Typed codes and numbers: one normal form for whatever a person types, pastes or dictates to a phone."""

from __future__ import annotations

import re

from .characters import DASHES, ascii_digits, compatible, is_blank, is_invisible

#: Crockford's base 32: I, L and O are read as the figures they are taken for.
_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0"})
_SEPARATORS = DASHES | frozenset(".\u00b7\u2022_")
_MAX_PASSES = 4
_EMAILS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


def compact(typed: str) -> str:
    """Return a typed number or code without blanks, dashes, dots and invisible characters, its digits in ASCII.

    The one normaliser of digits (threat-model.md row 9: two of them let a code be used twice). What is no digit
    afterwards matches nothing.
    """
    kept = (char for char in typed if not is_blank(char) and not is_invisible(char) and char not in _SEPARATORS)
    return ascii_digits("".join(kept))


def compact_upper(typed: str) -> str:
    """Return :func:`compact` in capitals, full-width letters as plain ones: identifiers of registers."""
    text = compatible(compact(typed))
    # Capitals of some letters are several, and compose anew: repeated, the result is a fixed point.
    for _ in range(_MAX_PASSES):
        again = compatible(compact(text.upper()))
        if again == text:
            break
        text = again
    return text


def code_emails(typed: str) -> str:
    """Return the ASCII letters and digits of a typed code, in capitals; everything else is left out."""
    return "".join(char for char in ascii_digits(compatible(typed)).upper() if char in _EMAILS)


def base32_letters(typed: str) -> str:
    """Return :func:`code_emails` with I, L and O read as 1, 1 and 0 (Crockford)."""
    return code_emails(typed).translate(_MISREAD)


def read_misread(emails: str) -> str:
    """Return letters with I, L and O read as 1, 1 and 0."""
    return emails.translate(_MISREAD)


def is_digits(text: str, length: int | None = None) -> bool:
    """Tell whether a text is ASCII digits only (``length`` of them)."""
    return re.fullmatch(r"[0-9]+" if length is None else rf"[0-9]{{{length}}}", text) is not None
