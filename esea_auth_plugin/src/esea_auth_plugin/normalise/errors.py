"""Errors of the normalisers: a text that is not the value it should be, with a French message for the person."""

from __future__ import annotations


class BadText(ValueError):
    """A text can't be read as the value asked for.

    :ivar message: French, says what to write; never quotes the text.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def N_(sentence: str) -> str:  # noqa: N802 - gettext's name for « to be translated where it is shown »
    """Mark a sentence for the catalogue of words."""
    return sentence
