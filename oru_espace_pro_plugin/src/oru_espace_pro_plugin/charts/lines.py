"""Lines over time: values, moving means, bands of what is usual, and events under the same axis."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .axes import Across, Area, plot
from .marks import Circle, Drawing, Frame, Key, Path, Point, Rect, Spot, Text, area_path, line_path, pieces
from .scales import Linear
from .text import width_of

Values = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Series:
    """A line. :ivar css: its class (``chart-1`` to ``chart-6``); each has a colour and a dash of its own.

    :ivar dots: mark each value, where there are few.
    """

    label: str
    values: Values
    css: str = "chart-1"
    dots: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """A band between two lines: what is usual, or so many standard deviations."""

    label: str
    lower: Values
    upper: Values
    css: str = "chart-range-1"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that lasted from one place of the axis to another, drawn under it. ``mark``: its level as a word."""

    label: str
    first: int
    last: int
    css: str = "chart-event"
    mark: str = ""


def line_chart(
    frame: Frame,
    across: Across,
    series: Sequence[Series],
    write: Callable[[float], str],
    *,
    ranges: Sequence[Range] = (),
    events: Sequence[Event] = (),
    zero: bool = True,
    whole: bool = False,
) -> Drawing:
    """Return the drawing; a missing value is a gap, never a zero."""
    values = [value for each in series for value in each.values if value is not None]
    values += [value for each in ranges for value in (*each.lower, *each.upper) if value is not None]
    rows = _rows(events)
    height = frame.font * 1.5
    drawing, area, up = plot(
        frame.with_height(frame.height - height * len(rows)), across, values, write, zero=zero, whole=whole
    )
    drawing.frame = frame
    places = across.places(area)
    for each in ranges:
        drawing.add(Path(area_path(_points(places, each.lower, up), _points(places, each.upper, up)), each.css))
        drawing.keys.append(Key(each.label, each.css, "area"))
    for line in series:
        points = _points(places, line.values, up)
        drawing.add(Path(line_path(points), f"chart-line {line.css}"))
        alone = [piece[0] for piece in pieces(points) if len(piece) == 1]
        for x, y in [point for point in points if point is not None] if line.dots else alone:
            drawing.add(Circle(x, y, 2.5, f"chart-dot {line.css}"))
        drawing.keys.append(Key(line.label, line.css, "line"))
    _add_events(drawing, area, places, rows, frame.height - height * len(rows))
    drawing.spots.extend(_spots(across, places, area, series, up, write))
    return drawing


def sparkline(frame: Frame, values: Values, css: str = "chart-1") -> Drawing:
    """Return a line without axes, with a dot on its last value."""
    drawing = Drawing(frame)
    known = [value for value in values if value is not None and math.isfinite(value)]
    if not known:
        return drawing
    low, high = min(known), max(known)
    up = Linear(low, high if high > low else low + 1, frame.height - 4, 4.0, 1.0)
    step = (frame.width - 8) / max(len(values) - 1, 1)
    points = _points([4 + index * step for index in range(len(values))], values, up)
    drawing.add(Path(line_path(points), f"chart-line {css}"))
    x, y = [point for point in points if point is not None][-1]
    drawing.add(Circle(x, y, 3, f"chart-dot {css}"))
    return drawing


def _points(places: Sequence[float], values: Values, up: Linear) -> list[Point | None]:
    return [
        None if value is None or not math.isfinite(value) else (x, up.at(value))
        for x, value in zip(places, values, strict=True)
    ]


def _spots(
    across: Across,
    places: Sequence[float],
    area: Area,
    series: Sequence[Series],
    up: Linear,
    write: Callable[[float], str],
) -> list[Spot]:
    found = []
    edges = [area.left, *((left + right) / 2 for left, right in pairwise(places)), area.right]
    for index, (name, x) in enumerate(zip(across.names, places, strict=True)):
        told = []
        at = area.bottom
        for line in series:
            value = line.values[index]
            told.append(f"{line.label}\u00a0: {'pas de donnée' if value is None else write(value)}")
            if value is not None and line is series[0]:
                at = up.at(value)
        text = f"{name} – {' ; '.join(told)}"
        found.append(Spot(edges[index], area.top, edges[index + 1] - edges[index], area.height, text, (x, at)))
    return found


def _rows(events: Sequence[Event]) -> list[list[Event]]:
    """Return the events in rows in which none overlaps another."""
    rows: list[list[Event]] = []
    for event in sorted(events, key=lambda each: (each.first, each.last)):
        for row in rows:
            if row[-1].last < event.first:
                row.append(event)
                break
        else:
            rows.append([event])
    return rows


def _add_events(
    drawing: Drawing, area: Area, places: Sequence[float], rows: Sequence[Sequence[Event]], top: float
) -> None:
    font = drawing.frame.font
    half = (places[1] - places[0]) / 2 if len(places) > 1 else area.width / 2
    for index, row in enumerate(rows):
        y = top + index * font * 1.5
        for event in row:
            left = max(places[event.first] - half, area.left)
            right = min(places[event.last] + half, area.right)
            drawing.add(Rect(left, y + 1, max(right - left, 2), font * 1.3, event.css, 3))
            label = event.mark if width_of(event.mark, font) < right - left - 4 else ""
            if label:
                css = "chart-sign" if "chart-level" in event.css else "chart-text"
                drawing.add(Text((left + right) / 2, y + font * 1.02, label, css, "middle"))
            middle = ((left + right) / 2, y + font * 0.65)
            told = f"{event.label}{f' ({event.mark})' if event.mark else ''}"
            drawing.spots.append(Spot(left, y, max(right - left, 2), font * 1.5, told, middle))
