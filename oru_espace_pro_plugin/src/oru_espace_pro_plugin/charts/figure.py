"""A chart as a page shows it: drawings at two widths, what it says in words, and its numbers as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from .marks import NARROW, WIDE, Drawing, Frame

Cell = str | float | int | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. :ivar write: writes its numbers; ``None`` for texts."""

    title: str
    write: Callable[[float], str] | None = None

    def text(self, value: Cell) -> str:
        """Return a cell as a page shows it; a missing value is a dash, never a zero."""
        if value is None:
            return "–"
        if isinstance(value, str) or self.write is None:
            return str(value)
        return self.write(value)


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers of a chart. :ivar rows: each as long as ``columns``; its first cell names the row."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]

    def texts(self) -> list[list[str]]:
        """Return the rows as a page shows them."""
        return [[column.text(cell) for column, cell in zip(self.columns, row, strict=True)] for row in self.rows]


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart with everything that is said about it.

    :ivar id: names it on its page. :ivar summary: one sentence with the main figure and the trend.
    :ivar draw: draws it in a frame. :ivar population: whom it counts, with the filters.
    :ivar missing: part of the population whose item is empty, in per cent; ``None`` where nothing may miss.
    :ivar updated: when its data were last received. :ivar csv: address of its numbers as CSV.
    """

    id: str
    title: str
    summary: str
    table: Table
    draw: Callable[[Frame], Drawing]
    method: str = ""
    population: str = ""
    missing: float | None = None
    updated: datetime | None = None
    csv: str = ""
    frames: Sequence[Frame] = field(default=(WIDE, NARROW))

    @property
    def empty(self) -> bool:
        """There is nothing to draw: no row has a number."""
        return not any(isinstance(cell, int | float) for row in self.table.rows for cell in row[1:])

    def drawings(self) -> list[Drawing]:
        """Return the drawings, the widest first."""
        return [self.draw(frame) for frame in self.frames]
