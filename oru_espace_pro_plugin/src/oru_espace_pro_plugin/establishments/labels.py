"""Finds where a département's name stands: inside its outline, clear of the chips, as central as possible."""

from __future__ import annotations

from collections.abc import Sequence

from .outlines import Point, inside
from .placing import Box

_STEP = 5.0
_LETTER = 6.9  # width of a letter at the sheet's size and spacing
_HEIGHT = 13.0


def place_label(name: str, ring: Sequence[Point], taken: Sequence[Box]) -> tuple[float, float]:
    """Return the middle of the label; the outline's centre when there is no free place."""
    centre_x, centre_y = centroid(ring)
    width = len(name) * _LETTER
    best, nearest = (centre_x, centre_y), float("inf")
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    y = min(ys)
    while y < max(ys):
        x = min(xs)
        while x < max(xs):
            distance = abs(complex(x - centre_x, y - centre_y))
            if distance < nearest and _is_free(Box(x - width / 2, y - _HEIGHT / 2, width, _HEIGHT), ring, taken):
                best, nearest = (x, y), distance
            x += _STEP
        y += _STEP
    return best


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
