"""Finds where a département's name stands: inside its outline, clear of the chips, as central as possible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .outlines import Point, inside
from .placing import Box

_STEP = 5.0
_LETTER = 6.9  # width of a letter at the sheet's size and spacing
_HEIGHT = 13.0


def place_label(name: str, ring: Sequence[Point], taken: Sequence[Box]) -> tuple[float, float, tuple[str, ...]]:
    """Return the middle of the label and its lines: one, or two where only the halves of a long name fit.

    With no free place at all it stands in the outline's centre.
    """
    centre = centroid(ring)
    frame = _frame(ring)
    taken = [box for box in taken if box.overlaps(frame)]
    points = sorted(_grid(frame), key=lambda point: abs(complex(point[0] - centre[0], point[1] - centre[1])))
    first, hyphen, rest = name.partition("-")
    for lines in ((name,), (first + hyphen, rest)):
        width, height = max(map(len, lines)) * _LETTER, len(lines) * _HEIGHT
        for x, y in points:
            if _is_free(Box(x - width / 2, y - height / 2, width, height), ring, taken):
                return x, y, lines
    return *centre, (name,)


def _frame(ring: Sequence[Point]) -> Box:
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def _grid(frame: Box) -> Iterator[Point]:
    """Yield points of a grid over the outline's frame."""
    for row in range(int(frame.height / _STEP)):
        for column in range(int(frame.width / _STEP)):
            yield frame.x + column * _STEP, frame.y + row * _STEP


def _is_free(box: Box, ring: Sequence[Point], taken: Sequence[Box]) -> bool:
    if any(box.overlaps(other) for other in taken):
        return False
    xs = (box.x, box.x + box.width / 2, box.x + box.width)
    return all(inside(ring, x, y) for x in xs for y in (box.y, box.y + box.height))


def centroid(ring: Sequence[Point]) -> Point:
    """Return the centroid of a polygon."""
    area = x = y = 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        area += cross / 2
        x += (x1 + x2) * cross
        y += (y1 + y2) * cross
    return x / (6 * area), y / (6 * area)
