"""The outlines of the départements, as package data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Outline:
    """A département: its rings of (longitude, latitude), the largest first (islands follow)."""

    code: str
    name: str
    rings: tuple[tuple[Point, ...], ...]


@cache
def outlines() -> tuple[Outline, ...]:
    """Return the départements of the region, by code."""
    data = json.loads((files(__package__) / "data" / "departements.json").read_text(encoding="utf-8"))
    return tuple(
        Outline(item["code"], item["name"], tuple(tuple((x, y) for x, y in ring) for ring in item["rings"]))
        for item in data["departements"]
    )


def inside(ring: Sequence[Point], x: float, y: float) -> bool:
    """Tell whether a point lies inside a ring (even-odd rule)."""
    odd = False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            odd = not odd
    return odd


def contains(outline: Outline, longitude: float, latitude: float) -> bool:
    """Tell whether the point lies in the département."""
    return any(inside(ring, longitude, latitude) for ring in outline.rings)
