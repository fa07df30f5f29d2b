"""Bars: side by side, stacked, lying down, and the age pyramid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .axes import Across, plot
from .lines import Values
from .marks import Drawing, Frame, Key, Path, Rect, Spot, Text, coordinate
from .scales import Band, Tick, linear
from .text import width_of


@dataclass(frozen=True, slots=True)
class Bars:
    """One series of bars. :ivar css: its class (``chart-1`` to ``chart-6``)."""

    label: str
    values: Values
    css: str = "chart-1"


def bar_chart(
    frame: Frame,
    across: Across,
    series: Sequence[Bars],
    write: Callable[[float], str],
    *,
    stacked: bool = False,
    whole: bool = False,
) -> Drawing:
    """Return bars that stand on zero, in groups or stacked."""
    count = len(across.names)
    tops = [
        sum(each.values[index] or 0 for each in series)
        if stacked
        else max((each.values[index] or 0 for each in series), default=0)
        for index in range(count)
    ]
    drawing, area, up = plot(frame, across, tops, write, whole=whole)
    band = Band(count, area.left, area.right, 0.2 if count < 60 else 0.05)
    zero = up.at(0)
    for index, name in enumerate(across.names):
        below, told = 0.0, []
        own = band.width if stacked else band.width / max(len(series), 1)
        for place, each in enumerate(series):
            value = each.values[index]
            told.append(f"{each.label}\u00a0: {'pas de donnée' if value is None else write(value)}")
            if not value:
                continue
            top, foot = up.at(below + value), up.at(below)
            x = band.at(index) + (0 if stacked else place * own)
            drawing.add(Rect(x, top, max(own, 0.5), max(foot - top, 0.5), f"chart-bar {each.css}"))
            below += value if stacked else 0
        high = up.at(tops[index])
        text = f"{name} – {' ; '.join(told)}"
        pitch = band.pitch
        spot = Spot(
            area.left + index * pitch, area.top, pitch, area.height, text, (band.middle(index), min(high, zero))
        )
        drawing.spots.append(spot)
    drawing.keys.extend(Key(each.label, each.css, "bar") for each in series)
    return drawing


@dataclass(frozen=True, slots=True)
class Row:
    """One lying bar. :ivar mark: a value to compare with, drawn as a line across the bar."""

    label: str
    value: float | None
    mark: float | None = None
    css: str = "chart-1"


def lying_bars(frame: Frame, rows: Sequence[Row], write: Callable[[float], str], *, mark: str = "") -> Drawing:
    """Return one bar a row with its label before and its value behind it; the height follows the number of rows.

    :param mark: what the line across the bars stands for.
    """
    font, pitch = frame.font, frame.font * 2.0
    frame = frame.with_height(max(len(rows), 1) * pitch + font * 0.6)
    drawing = Drawing(frame)
    known = [value for row in rows for value in (row.value, row.mark) if value is not None]
    label_room = min(max((width_of(row.label, font) for row in rows), default=0) + font, frame.width * 0.42)
    value_room = max((width_of(write(value), font) for value in known), default=0) + font
    along = linear(known, label_room, frame.width - value_room)
    for index, row in enumerate(rows):
        y = font * 0.3 + index * pitch
        middle = y + pitch / 2
        label = fitting(row.label, label_room - font, font)
        drawing.add(Text(label_room - font * 0.6, middle + font * 0.34, label, "chart-text", "end"))
        end = along.at(row.value) if row.value is not None else label_room
        if row.value:
            drawing.add(
                Rect(label_room, y + pitch * 0.16, max(end - label_room, 0.5), pitch * 0.68, f"chart-bar {row.css}", 2)
            )
        if row.mark is not None:
            x = coordinate(along.at(row.mark))
            drawing.add(Path(f"M{x} {coordinate(y + 1)}V{coordinate(y + pitch - 1)}", "chart-mark"))
        shown = "–" if row.value is None else write(row.value)
        beyond = max(end, along.at(row.mark) if row.mark is not None else end)
        drawing.add(Text(beyond + font * 0.4, middle + font * 0.34, shown, "chart-value"))
        against = f" ; {mark}\u00a0: {write(row.mark)}" if row.mark is not None and mark else ""
        text = f"{row.label} – {'pas de donnée' if row.value is None else shown}{against}"
        drawing.spots.append(Spot(0, y, frame.width, pitch, text, (end, middle)))
    if mark:
        drawing.keys.append(Key(mark, "chart-mark", "line"))
    return drawing


def pyramid(
    frame: Frame,
    bands: Sequence[str],
    left: Bars,
    right: Bars,
    write: Callable[[float], str],
) -> Drawing:
    """Return the age pyramid: one side for each sex, the youngest at the bottom."""
    font = frame.font
    pitch = font * 1.55
    frame = frame.with_height(len(bands) * pitch + font * 3.4)
    drawing = Drawing(frame)
    room = max((width_of(band, font) for band in bands), default=0) + font
    middle, half = frame.width / 2, room / 2
    values = [value or 0 for value in (*left.values, *right.values)]
    out = linear(values, 0, middle - half - font * 0.5, most=3)
    bottom = len(bands) * pitch + font * 1.6
    _add_ticks(drawing, out.ticks(write), middle, half, bottom)
    drawing.add(Text(middle - half - font * 0.5, font, left.label, "chart-head", "end"))
    drawing.add(Text(middle + half + font * 0.5, font, right.label, "chart-head"))
    for index, band in enumerate(reversed(bands)):
        at = len(bands) - 1 - index
        y = font * 1.6 + index * pitch
        drawing.add(Text(middle, y + pitch / 2 + font * 0.34, band, "chart-tick", "middle"))
        told = []
        for side, sign in ((left, -1), (right, 1)):
            value = side.values[at]
            told.append(f"{side.label}\u00a0: {'pas de donnée' if value is None else write(value)}")
            if value:
                length = out.at(value) - out.at(0)
                x = middle - half - length if sign < 0 else middle + half
                drawing.add(Rect(x, y + pitch * 0.08, max(length, 0.5), pitch * 0.84, f"chart-bar {side.css}"))
        drawing.spots.append(Spot(0, y, frame.width, pitch, f"{band} – {' ; '.join(told)}", (middle, y + pitch / 2)))
    drawing.keys.extend([Key(left.label, left.css, "bar"), Key(right.label, right.css, "bar")])
    return drawing


def _add_ticks(drawing: Drawing, ticks: Sequence[Tick], middle: float, half: float, bottom: float) -> None:
    """Add the grid of both sides of a pyramid."""
    font, whole = drawing.frame.font, drawing.frame.width
    for tick in ticks:
        for x in (middle - half - tick.at, middle + half + tick.at):
            line = "chart-grid" if tick.at else "chart-base"
            drawing.add(Path(f"M{coordinate(x)} {coordinate(font * 1.5)}V{coordinate(bottom)}", line))
            width = width_of(tick.label, font)
            place = min(max(x, width / 2), whole - width / 2)
            drawing.add(Text(place, bottom + font * 1.3, tick.label, "chart-tick", "middle"))


def fitting(text: str, room: float, font: float) -> str:
    """Return a text cut where it no longer fits, with an ellipsis."""
    if width_of(text, font) <= room:
        return text
    kept = text
    while kept and width_of(f"{kept}…", font) > room:
        kept = kept[:-1]
    return f"{kept.rstrip()}…" if kept else ""
