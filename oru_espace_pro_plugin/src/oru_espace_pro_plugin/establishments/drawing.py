"""The map: outlines, one chip a place with the symbol of each kind there, an inset for the crowded city.

Pure geometry; the template writes it as SVG. Numbers are in the units of the drawing's ``viewBox``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from ..interfaces import Establishment, Kind
from .outlines import Outline, outlines
from .placing import Box, spread
from .projection import lambert93

WIDTH = 640.0
_MARGIN = 14.0
_SYMBOL = 13.0  # a symbol's width within a chip
_HEIGHT = 17.0  # a chip's height
_CROWD = 4  # so many places close together get an inset
_CLOSE = 8_000.0  # metres
_KINDS = list(Kind)


@dataclass(frozen=True, slots=True)
class Symbol:
    """One kind's symbol, at its place within the chip."""

    kind: Kind
    x: float


@dataclass(frozen=True, slots=True)
class Chip:
    """A place: where it is truly (``x``, ``y``), where its chip stands, and what stands there."""

    x: float
    y: float
    box: Box
    moved: bool
    symbols: tuple[Symbol, ...]
    establishments: tuple[Establishment, ...]

    @property
    def main(self) -> Establishment:
        """The structure that the chip's link leads to; its page names the others."""
        return self.establishments[0]


@dataclass(frozen=True, slots=True)
class Shape:
    """A département's outline and where its name stands."""

    code: str
    name: str
    path: str
    label_x: float
    label_y: float


@dataclass(frozen=True, slots=True)
class Frame:
    """A piece of the map with a scale of its own. ``window``: the inset's place on the main map."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    chips: tuple[Chip, ...]
    window: Box | None = None
    title: str = ""
    scale_km: int = 0
    scale_length: float = 0.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole map. ``unplaced``: structures whose point nobody knows."""

    main: Frame
    insets: tuple[Frame, ...]
    unplaced: tuple[Establishment, ...]


@dataclass(frozen=True, slots=True)
class _View:
    """From metres to the drawing: the north-west corner and the scale (units a metre)."""

    west: float
    north: float
    scale: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        return _MARGIN + (x - self.west) * self.scale, _MARGIN + (self.north - y) * self.scale


@dataclass(frozen=True, slots=True)
class _Site:
    x: float
    y: float
    establishments: tuple[Establishment, ...]


@lru_cache(maxsize=4)
def draw(establishments: tuple[Establishment, ...]) -> Drawing:
    """Return the drawing of these structures, computed once for each import of the directory (0.4 s)."""
    sites = _sites(establishments)
    crowds = _crowds(sites)
    crowded = {id(site) for crowd in crowds for site in crowd}
    corners = [lambert93(*point) for outline in outlines() for ring in outline.rings for point in ring]
    view, height = _fit(corners, WIDTH)
    insets = tuple(_inset(crowd, view) for crowd in crowds)
    kept_free = [inset.window for inset in insets if inset.window is not None]
    chips = _chips([site for site in sites if id(site) not in crowded], view, (WIDTH, height), kept_free)
    main = Frame(
        WIDTH, height, tuple(_shape(item, view) for item in outlines()), chips,
        scale_km=50, scale_length=round(50_000 * view.scale, 1),
    )  # fmt: skip
    return Drawing(main, insets, tuple(item for item in establishments if item.longitude is None))


def _sites(establishments: Sequence[Establishment]) -> list[_Site]:
    placed = sorted(
        (item for item in establishments if item.longitude is not None and item.latitude is not None),
        key=lambda item: (round(item.latitude or 0, 3), round(item.longitude or 0, 3), _KINDS.index(item.kind)),
    )
    found = []
    for _, group in groupby(placed, key=lambda item: (round(item.latitude or 0, 3), round(item.longitude or 0, 3))):
        members = tuple(group)
        x, y = lambert93(members[0].longitude or 0, members[0].latitude or 0)
        found.append(_Site(x, y, members))
    return found


def _crowds(sites: Sequence[_Site]) -> list[list[_Site]]:
    """Return groups of at least ``_CROWD`` places, each within ``_CLOSE`` of another of its group."""
    left, crowds = list(sites), []
    while left:
        crowd, edge = [], [left.pop()]
        while edge:
            site = edge.pop()
            crowd.append(site)
            near = [other for other in left if abs(complex(other.x - site.x, other.y - site.y)) < _CLOSE]
            left = [other for other in left if other not in near]
            edge += near
        if len(crowd) >= _CROWD:
            crowds.append(crowd)
    return crowds


def _fit(points: Sequence[tuple[float, float]], width: float) -> tuple[_View, float]:
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    scale = (width - 2 * _MARGIN) / (east - west)
    return _View(west, north, scale), round((north - south) * scale + 2 * _MARGIN, 1)


def _inset(crowd: Sequence[_Site], outer: _View) -> Frame:
    """Return the enlarged piece, six kilometres wider than its places on each side."""
    around = 5_000.0
    west, east = min(s.x for s in crowd) - around, max(s.x for s in crowd) + around
    south, north = min(s.y for s in crowd) - around, max(s.y for s in crowd) + around
    view, height = _fit([(west, south), (east, north)], 300.0)
    left, top = outer.at(west, north)
    window = Box(left, top, (east - west) * outer.scale, (north - south) * outer.scale)
    towns = [item.town for site in crowd for item in site.establishments]
    title = max(set(towns), key=lambda town: (towns.count(town), town))
    near = [item for item in outlines() if item.code in {s.establishments[0].department for s in crowd}]
    return Frame(
        300.0, height, tuple(_shape(item, view) for item in near), _chips(crowd, view, (300.0, height), ()), window,
        title, scale_km=5, scale_length=round(5_000 * view.scale, 1),
    )  # fmt: skip


def _chips(sites: Sequence[_Site], view: _View, size: tuple[float, float], free: Sequence[Box]) -> tuple[Chip, ...]:
    points = [view.at(site.x, site.y) for site in sites]
    kinds = [tuple(dict.fromkeys(item.kind for item in site.establishments)) for site in sites]
    wanted = [
        Box(x - (len(own) * _SYMBOL + 5) / 2, y - _HEIGHT / 2, len(own) * _SYMBOL + 5, _HEIGHT)
        for (x, y), own in zip(points, kinds, strict=True)
    ]
    chips = []
    for site, (x, y), own, box in zip(sites, points, kinds, spread(wanted, size, free), strict=True):
        moved = abs(complex(box.middle[0] - x, box.middle[1] - y)) > 5
        symbols = tuple(Symbol(kind, round(box.x + 2.5 + _SYMBOL * (place + 0.5), 1)) for place, kind in enumerate(own))
        chips.append(Chip(round(x, 1), round(y, 1), box, moved, symbols, site.establishments))
    return tuple(sorted(chips, key=lambda chip: (chip.main.department, _KINDS.index(chip.main.kind), chip.main.town)))


def _shape(outline: Outline, view: _View) -> Shape:
    pieces = []
    for ring in outline.rings:
        points = [view.at(*lambert93(*point)) for point in ring]
        pieces.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z")
    x, y = _centre([view.at(*lambert93(*point)) for point in outline.rings[0]])
    return Shape(outline.code, outline.name, "".join(pieces), round(x, 1), round(y, 1))


def _centre(ring: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return the centroid of a polygon."""
    area = x = y = 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        area += cross / 2
        x += (x1 + x2) * cross
        y += (y1 + y2) * cross
    return x / (6 * area), y / (6 * area)
