"""Cells: the heat map of weekdays and hours, and the matrix of what was received."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .bars import fitting
from .lines import Values
from .marks import Drawing, Frame, Key, Rect, Spot, Text
from .scales import Tick, thin_out
from .text import width_of

#: Classes of a heat map, from the lowest to the highest; each darker than the one before it.
HEAT = tuple(f"chart-heat-{index}" for index in range(1, 8))


def heat_map(
    frame: Frame,
    rows: Sequence[str],
    columns: Sequence[str],
    values: Sequence[Values],
    write: Callable[[float], str],
) -> Drawing:
    """Return one cell for each row and column, in seven classes of equal width.

    :param values: for each row, one value a column; ``None`` is drawn hatched, never as the lowest class.
    """
    known = [value for row in values for value in row if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    width = (high - low) / len(HEAT) or 1.0
    drawing = _table(frame, rows, columns)
    for place, row in enumerate(values):
        for index, value in enumerate(row):
            css = "chart-none" if value is None else HEAT[min(int((value - low) / width), len(HEAT) - 1)]
            told = "pas de donnée" if value is None else write(value)
            drawing.cell(place, index, css, f"{rows[place]}, {columns[index]} – {told}")
    if known:
        drawing.keys.extend(
            Key(f"{write(low + index * width)} – {write(low + (index + 1) * width)}", css, "bar")
            for index, css in enumerate(HEAT)
        )
    if len(known) < sum(len(row) for row in values):
        drawing.keys.append(Key("pas de donnée", "chart-none", "bar"))
    return drawing


@dataclass(frozen=True, slots=True)
class State:
    """A state of a cell of a matrix: never by its colour alone. :ivar sign: the letter written in the cell."""

    label: str
    css: str
    sign: str = ""


def matrix(frame: Frame, rows: Sequence[str], columns: Sequence[str], states: Sequence[Sequence[State]]) -> Drawing:
    """Return one cell with its state for each row and column; the height follows the number of rows."""
    drawing = _table(frame, rows, columns, pitch=frame.font * 1.6)
    used: dict[State, None] = {}
    for place, row in enumerate(states):
        for index, state in enumerate(row):
            used.setdefault(state)
            drawing.cell(place, index, state.css, f"{rows[place]}, {columns[index]} – {state.label}", state.sign)
    drawing.keys.extend(
        Key(f"{state.label} ({state.sign})" if state.sign else state.label, state.css, "bar") for state in used
    )
    return drawing


@dataclass
class _Grid(Drawing):
    left: float = 0.0
    top: float = 0.0
    wide: float = 1.0
    high: float = 1.0

    def cell(self, row: int, column: int, css: str, told: str, sign: str = "") -> None:
        """Draw one cell."""
        x, y = self.left + column * self.wide, self.top + row * self.high
        self.add(Rect(x + 0.5, y + 0.5, self.wide - 1, self.high - 1, f"chart-cell {css}", 1.5))
        middle = (x + self.wide / 2, y + self.high / 2)
        if sign and width_of(sign, self.frame.font * 0.9) <= self.wide:
            self.add(Text(middle[0], middle[1] + self.frame.font * 0.32, sign, f"chart-sign {css}", "middle"))
        self.spots.append(Spot(x, y, self.wide, self.high, told, middle))


def _table(frame: Frame, rows: Sequence[str], columns: Sequence[str], pitch: float = 0.0) -> _Grid:
    font = frame.font
    room = min(max((width_of(row, font) for row in rows), default=0) + font * 0.8, frame.width * 0.4)
    high = pitch or max((frame.height - font * 2) / max(len(rows), 1), font * 1.5)
    frame = frame.with_height(len(rows) * high + font * 2)
    wide = (frame.width - room) / max(len(columns), 1)
    grid = _Grid(frame, left=room, top=font * 1.8, wide=wide, high=high)
    heads = [Tick(room + (index + 0.5) * wide, column) for index, column in enumerate(columns)]
    for tick in thin_out(heads, font):
        half = width_of(tick.label, font) / 2
        grid.add(Text(min(tick.at, frame.width - half), font * 1.1, tick.label, "chart-tick", "middle"))
    for index, row in enumerate(rows):
        y = grid.top + (index + 0.5) * high + font * 0.34
        grid.add(Text(room - font * 0.5, y, fitting(row, room - font * 0.6, font), "chart-tick", "end"))
    return grid
