"""Moves chips apart until none covers another: the same input always gives the same places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_GAP = 2.0
_ROUNDS = 200
_LOOK_AROUND = 10  # rounds between two looks at who is near whom
_NEAR = 90.0
_PULL = 0.03  # how strongly a chip is drawn back to its point each round


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: left, top, width, height."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        """The centre."""
        return self.x + self.width / 2, self.y + self.height / 2

    def holds(self, x: float, y: float) -> bool:
        """Tell whether a point lies inside."""
        return self.x < x < self.x + self.width and self.y < y < self.y + self.height

    def overlaps(self, other: Box) -> bool:
        """Tell whether two boxes cover each other."""
        return (
            abs(self.middle[0] - other.middle[0]) < (self.width + other.width) / 2
            and abs(self.middle[1] - other.middle[1]) < (self.height + other.height) / 2
        )


def spread(wanted: Sequence[Box], size: tuple[float, float], free: Sequence[Box] = ()) -> list[Box]:
    """Return the boxes moved apart, within the drawing, outside the places kept ``free``."""
    middles = [list(box.middle) for box in wanted]
    sizes = [(box.width, box.height) for box in wanted]
    pairs: list[tuple[int, int]] = []
    for turn in range(_ROUNDS):
        pull = _PULL * (1 - turn / _ROUNDS)  # fades, so that the last rounds only separate
        for middle, box in zip(middles, wanted, strict=True):
            middle[0] += (box.middle[0] - middle[0]) * pull
            middle[1] += (box.middle[1] - middle[1]) * pull
        if turn % _LOOK_AROUND == 0:
            pairs = _near(middles)
        moved = _separate(middles, sizes, pairs)
        for middle, own in zip(middles, sizes, strict=True):
            for place in free:
                moved |= _push(middle, own, list(place.middle), (place.width, place.height), share=1.0)
            middle[0] = min(max(middle[0], own[0] / 2 + _GAP), size[0] - own[0] / 2 - _GAP)
            middle[1] = min(max(middle[1], own[1] / 2 + _GAP), size[1] - own[1] / 2 - _GAP)
        if not moved and pull < _PULL / 2:
            break
    return [
        Box(round(x - width / 2, 1), round(y - height / 2, 1), width, height)
        for (x, y), (width, height) in zip(middles, sizes, strict=True)
    ]


def _near(middles: list[list[float]]) -> list[tuple[int, int]]:
    """Return the pairs that may meet before one looks around again."""
    return [
        (one, two)
        for one in range(len(middles))
        for two in range(one + 1, len(middles))
        if abs(middles[one][0] - middles[two][0]) < _NEAR and abs(middles[one][1] - middles[two][1]) < _NEAR
    ]


def _separate(
    middles: list[list[float]], sizes: Sequence[tuple[float, float]], pairs: Sequence[tuple[int, int]]
) -> bool:
    moved = False
    for one, two in pairs:
        moved |= _push(middles[one], sizes[one], middles[two], sizes[two], share=0.5)
    return moved


def _push(
    one: list[float], own: tuple[float, float], two: list[float], other: tuple[float, float], *, share: float
) -> bool:
    """Move ``one`` (and ``two``, unless the share is whole) along the axis that needs the least."""
    gap_x = (own[0] + other[0]) / 2 + _GAP - abs(one[0] - two[0])
    gap_y = (own[1] + other[1]) / 2 + _GAP - abs(one[1] - two[1])
    if gap_x <= 0 or gap_y <= 0:
        return False
    axis, gap = (0, gap_x) if gap_x < gap_y else (1, gap_y)
    sign = 1.0 if one[axis] >= two[axis] else -1.0
    one[axis] += sign * gap * share
    two[axis] -= sign * gap * (1 - share)
    return True
