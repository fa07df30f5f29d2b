"""Reads CSV files that other people made; whatever is wrong is one error that names file, line, column and cure.

The format is one: UTF-8, commas, a header line. A file in another one is refused with the way to save it again, never
guessed at: a wrong guess changes names, and a spreadsheet that drops leading zeros changes identifiers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ..errors import OperatorError
from ..text_files import BadTextFile, decode_text

T = TypeVar("T")

_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
#: Longer than any cell of a directory; the csv module itself refuses longer ones.
MAX_CELL = 10_000


class BadDataFile(OperatorError):
    """A data file cannot be used. The message is one line for an operator.

    :ivar file: its name. :ivar line: the line (header: 1), 0 for the whole file. :ivar column: ``""`` for a whole line.
    """

    def __init__(self, file: str, cause: str, cure: str, *, line: int = 0, column: str = "") -> None:
        place = f", line {line}" if line else ""
        place += f", column {column}" if column else ""
        super().__init__(f"{file}{place}: {cause} -> {cure}")
        self.file = file
        self.line = line
        self.column = column
        self.cause = cause
        self.cure = cure


class BadCell(ValueError):
    """What a cell holds makes no sense; :meth:`Row.read` adds where."""

    def __init__(self, cause: str, cure: str) -> None:
        super().__init__(cause)
        self.cause = cause
        self.cure = cure


@dataclass(frozen=True, slots=True)
class Row:
    """One line: cells by column, blanks around them taken away."""

    file: str
    line: int
    cells: Mapping[str, str]

    def read(self, column: str, parse: Callable[[str], T]) -> T:
        """Return ``parse(cell)``; it raises :class:`BadCell`, or any ``ValueError`` or ``KeyError``.

        :raises BadDataFile: naming line and column.
        """
        try:
            return parse(self.cells[column])
        except BadCell as bad:
            raise self.error(bad.cause, bad.cure, column=column) from None
        except (KeyError, ValueError):
            raise self.error("holds a value that is not known here", "correct it", column=column) from None

    def error(self, cause: str, cure: str, *, column: str = "") -> BadDataFile:
        """Return the error that names this line."""
        return BadDataFile(self.file, cause, cure, line=self.line, column=column)


def read_csv(content: bytes, file: str, columns: Sequence[str]) -> tuple[Row, ...]:
    """Return the rows of a CSV file that has these columns, in any order; further ones are ignored.

    :param file: name of the file, for messages.
    :raises BadDataFile: encoding, separator, header or the shape of a line are wrong, or there is no row.
    """
    try:
        text = decode_text(content)
    except BadTextFile as bad:
        raise BadDataFile(file, bad.cause, bad.cure, line=bad.line) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines = _lines(reader, file)
    header = _header(next(lines, (1, []))[1], file, columns)
    rows = []
    for number, cells in lines:
        if not any(cells):
            continue  # spreadsheets leave empty lines at the end
        if len(cells) != len(header):
            cause = f"has {len(cells)} cells, the header has {len(header)}"
            raise BadDataFile(file, cause, "complete the line; put cells with a comma in quotes", line=number)
        for column, cell in zip(header, cells, strict=True):
            if len(cell) > MAX_CELL or not cell.replace("\n", "").isprintable():
                cause = "is too long or holds a control character"
                raise BadDataFile(file, cause, "correct the cell", line=number, column=column)
        rows.append(Row(file, number, dict(zip(header, cells, strict=True))))
    if not rows:
        raise BadDataFile(file, "has a header and no line", "give the whole file")
    return tuple(rows)


def _lines(reader: Iterator[list[str]], file: str) -> Iterator[tuple[int, list[str]]]:
    """Return each line's number (its first, when a cell has several) and cells."""
    while True:
        number = reader.line_num + 1  # type: ignore[attr-defined]
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as wrong:
            raise BadDataFile(file, f"is not CSV ({wrong})", "correct the quotes of this line", line=number) from None
        yield number, [cell.strip().replace("\r\n", "\n") for cell in cells]


def _header(header: list[str], file: str, columns: Sequence[str]) -> list[str]:
    if len(header) == 1 and len(columns) > 1:
        for separator, name in _SEPARATORS.items():
            if separator in header[0]:
                cure = "save the file again with commas"
                raise BadDataFile(file, f"separates its cells by {name}, not by commas", cure, line=1)
    missing = [column for column in columns if column not in header]
    if missing:
        cure = f"add it to the header; needed: {', '.join(columns)}"
        raise BadDataFile(file, "is missing", cure, line=1, column=missing[0])
    twice = [column for column in header if column and header.count(column) > 1]
    if twice:
        raise BadDataFile(file, "stands twice in the header", "keep one of them", line=1, column=twice[0])
    return header
