"""Round charts: the radar of several indicators, and the gauge of one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .lines import Values
from .marks import Circle, Drawing, Frame, Key, Path, Point, Spot, Text, coordinate
from .text import width_of


@dataclass(frozen=True, slots=True)
class Polygon:
    """One outline of a radar: a value between 0 and ``most`` for each axis, ``None`` for an unknown one."""

    label: str
    values: Values
    css: str = "chart-1"


def radar(
    frame: Frame,
    axes: Sequence[str],
    outlines: Sequence[Polygon],
    write: Callable[[float], str],
    *,
    most: float,
    rings: int = 4,
) -> Drawing:
    """Return the radar; an unknown value breaks its outline instead of pulling it to the middle."""
    font = frame.font
    drawing = Drawing(frame)
    lines = [_wrapped(axis, frame.width * 0.26, font) for axis in axes]
    room = max((width_of(line, font) for each in lines for line in each), default=0) + font
    radius = max(min(frame.width / 2 - room, frame.height / 2 - font * 2.4), font * 3)
    middle = (frame.width / 2, frame.height / 2)

    def at(index: int, part: float) -> Point:
        angle = 2 * math.pi * index / max(len(axes), 1)
        return middle[0] + math.sin(angle) * radius * part, middle[1] - math.cos(angle) * radius * part

    for ring in range(1, rings + 1):
        corners = [at(index, ring / rings) for index in range(len(axes))]
        drawing.add(Path(_closed(corners), "chart-base-line" if ring == rings else "chart-grid"))
        if ring < rings:
            x, y = at(0, ring / rings)
            drawing.add(Text(x + 3, y + font * 0.34, write(most * ring / rings), "chart-tick chart-ring"))
    for index, texts in enumerate(lines):
        (x, y), (out_x, out_y) = at(index, 1), at(index, 1 + font * 0.8 / radius)
        drawing.add(
            Path(f"M{coordinate(middle[0])} {coordinate(middle[1])}L{coordinate(x)} {coordinate(y)}", "chart-grid")
        )
        side = "middle" if abs(out_x - middle[0]) < 2 else "start" if out_x > middle[0] else "end"
        first = out_y + font * 0.34 - (len(texts) - 1) * font * (1.0 if out_y < middle[1] - radius * 0.9 else 0.55)
        for row, text in enumerate(texts):
            drawing.add(Text(out_x, first + row * font * 1.1, text, "chart-text", side))
    for outline in outlines:
        points = [
            None if value is None else at(index, min(max(value / most, 0), 1))
            for index, value in enumerate(outline.values)
        ]
        drawing.add(Path(_around(points), f"chart-outline {outline.css}"))
        for point in points:
            if point is not None:
                drawing.add(Circle(point[0], point[1], 3, f"chart-dot {outline.css}"))
        drawing.keys.append(Key(outline.label, outline.css, "line"))
    drawing.spots.extend(_spots(axes, outlines, write, radius, at))
    return drawing


def _spots(
    axes: Sequence[str],
    outlines: Sequence[Polygon],
    write: Callable[[float], str],
    radius: float,
    at: Callable[[int, float], Point],
) -> list[Spot]:
    found = []
    for index, axis in enumerate(axes):
        told = [
            f"{each.label}\u00a0: {'pas de donnée' if (value := each.values[index]) is None else write(value)}"
            for each in outlines
        ]
        x, y = at(index, 0.75)
        half = radius / 4
        found.append(Spot(x - half, y - half, 2 * half, 2 * half, f"{axis} – {' ; '.join(told)}", at(index, 1)))
    return found


def gauge(frame: Frame, value: float | None, bounds: Sequence[float], write: Callable[[float], str]) -> Drawing:
    """Return a half ring in classes between ``bounds`` (lowest, …, highest) with a needle on the value."""
    drawing = Drawing(frame)
    font = frame.font
    radius = min(frame.width / 2 - font * 2, frame.height - font * 3)
    x, y = frame.width / 2, radius + font * 1.5
    low, high = bounds[0], bounds[-1]

    def at(where: float, part: float) -> Point:
        angle = math.pi * (1 - (min(max(where, low), high) - low) / (high - low))
        return x + math.cos(angle) * radius * part, y - math.sin(angle) * radius * part

    for index, (start, end) in enumerate(pairwise(bounds), 1):
        (x1, y1), (x2, y2), (x3, y3), (x4, y4) = at(start, 1), at(end, 1), at(end, 0.72), at(start, 0.72)
        out, inner = coordinate(radius), coordinate(radius * 0.72)
        d = (
            f"M{coordinate(x1)} {coordinate(y1)}A{out} {out} 0 0 1 {coordinate(x2)} {coordinate(y2)}"
            f"L{coordinate(x3)} {coordinate(y3)}A{inner} {inner} 0 0 0 {coordinate(x4)} {coordinate(y4)}Z"
        )
        drawing.add(Path(d, f"chart-cell chart-level-{index}"))
    if value is not None:
        (x1, y1) = at(value, 0.95)
        drawing.add(Path(f"M{coordinate(x)} {coordinate(y)}L{coordinate(x1)} {coordinate(y1)}", "chart-needle"))
        drawing.add(Circle(x, y, 4, "chart-needle-hub"))
    drawing.add(Text(x, y + font * 1.4, "pas de donnée" if value is None else write(value), "chart-value", "middle"))
    return drawing


def _closed(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{coordinate(x)} {coordinate(y)}" for x, y in points) + "Z" if points else ""


def _around(points: Sequence[Point | None]) -> str:
    """Return the outline; whole ones are closed, others are lines between the neighbours that are known."""
    if points and all(point is not None for point in points):
        return _closed([point for point in points if point is not None])
    parts = []
    for one, other in zip(points, [*points[1:], *points[:1]], strict=True):
        if one is not None and other is not None:
            parts.append(f"M{coordinate(one[0])} {coordinate(one[1])}L{coordinate(other[0])} {coordinate(other[1])}")
    return "".join(parts)


def _wrapped(text: str, room: float, font: float) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width_of(longer, font) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
