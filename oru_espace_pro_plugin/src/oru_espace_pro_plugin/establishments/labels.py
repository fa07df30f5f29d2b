"""Finds where a département's name stands: inside its outline, clear of the chips, as central as possible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .outlines import Point, inside
from .placing import Box

_STEP = 5.0
_LETTER = 6.9  # width of a letter at the sheet's size and spacing
_HEIGHT = 13.0


def place_label(name: str, ring: Sequence[Point], taken: Sequence[Box]) -> tuple[float, float]:
    """Return the middle of the label; the outline's centre when there is no free place."""
    centre = centroid(ring)
    width = len(name) * _LETTER
    for x, y in sorted(_grid(ring), key=lambda point: abs(complex(point[0] - centre[0], point[1] - centre[1]))):
        if _is_free(Box(x - width / 2, y - _HEIGHT / 2, width, _HEIGHT), ring, taken):
            return x, y
    return centre


def _grid(ring: Sequence[Point]) -> Iterator[Point]:
    """Yield points of a grid over the outline."""
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    for row in range(int((max(ys) - min(ys)) / _STEP)):
        for column in range(int((max(xs) - min(xs)) / _STEP)):
            yield min(xs) + column * _STEP, min(ys) + row * _STEP


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
