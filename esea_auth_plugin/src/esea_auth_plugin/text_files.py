"""Reads text files that other people wrote: UTF-8, with or without a byte order mark, and nothing else.

Spreadsheets and Windows editors write cp1252 and UTF-16. Guessing an encoding changes names silently, so the message
says which encoding it looks like, where the first wrong byte is, and how to save the file again.
"""

from __future__ import annotations

import codecs
from typing import Protocol

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SAVE_AGAIN = "save the file again as UTF-8 (in a spreadsheet: « CSV UTF-8 »)"


class Readable(Protocol):
    """A path or a packaged resource."""

    def read_bytes(self) -> bytes:
        """Return the content."""


class BadTextFile(ValueError):
    """The file is no UTF-8 text. Neither cause nor cure quotes it, since it may hold a secret.

    :ivar line: number of the line, 0 for the whole file.
    """

    def __init__(self, cause: str, cure: str, *, line: int = 0) -> None:
        super().__init__(f"line {line}: {cause}" if line else cause)
        self.cause = cause
        self.cure = cure
        self.line = line


def decode_text(content: bytes) -> str:
    """Return the text of a file's content without its byte order mark.

    :raises BadTextFile: it is empty, is not UTF-8, or holds a NUL.
    """
    if content.startswith(_UTF_16) or b"\x00" in content[:4]:
        raise BadTextFile("is UTF-16, not UTF-8", _SAVE_AGAIN)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content.count(b"\n", 0, wrong.start) + 1
        raise BadTextFile("is not UTF-8 (it looks like Windows-1252 or Latin-1)", _SAVE_AGAIN, line=line) from None
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise BadTextFile("holds a NUL character: it is no text", "give a text file", line=line)
    if not text.strip():
        raise BadTextFile("is empty", "fill it")
    return text


def read_text(file: Readable) -> str:
    """Return the text of a file, see :func:`decode_text`.

    :raises BadTextFile: it cannot be read, or its content is no UTF-8 text.
    """
    try:
        content = file.read_bytes()
    except IsADirectoryError:
        raise BadTextFile("is a directory", "name a file") from None
    except FileNotFoundError:
        raise BadTextFile("does not exist", "make it, or correct its name") from None
    except (OSError, ValueError) as wrong:
        cure = "name a file that the portal's user may read"
        raise BadTextFile(f"cannot be read ({type(wrong).__name__})", cure) from None
    return decode_text(content)
