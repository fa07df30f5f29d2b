"""The map: outlines, one chip a place with the symbol of each kind there, an inset for the crowded city.

Pure geometry; the template writes it as SVG. Numbers are in the units of the drawing's ``viewBox``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby

from ..interfaces import Establishment, Kind
from .labels import place_label
from .outlines import Outline, outlines
from .placing import Box, spread
from .projection import lambert93

WIDTH = 640.0
_MARGIN = 14.0
_INSET = 206.0  # width of an inset
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
    """A département's outline and where its name stands; ``beside``: not the one that the map is about."""

    code: str
    name: str
    path: str
    label_x: float
    label_y: float
    lines: tuple[str, ...] = ()
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """A piece of the map with a scale of its own.

    :ivar window: what an inset enlarges, on the main map. :ivar place: where the inset stands there, ``None`` when
        there is no free corner: the template then puts it below.
    """

    width: float
    height: float
    shapes: tuple[Shape, ...]
    chips: tuple[Chip, ...]
    window: Box | None = None
    place: Box | None = None
    title: str = ""
    scale_km: int = 0
    scale_length: float = 0.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole map. ``unplaced``: structures whose point nobody knows."""

    main: Frame
    focused: bool
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


@lru_cache(maxsize=32)
def draw(establishments: tuple[Establishment, ...], department: str = "") -> Drawing:
    """Return the drawing of these structures, computed once for each import of the directory (a tenth of a second).

    :param department: draws this département alone, larger, when it is one of the region's.
    """
    focus = [item for item in outlines() if item.code == department]
    sites = _sites([item for item in establishments if not focus or item.department == department])
    crowds = [] if focus else _crowds(sites)
    crowded = {id(site) for crowd in crowds for site in crowd}
    corners = [lambert93(*point) for outline in focus or outlines() for ring in outline.rings for point in ring]
    view, height = _fit(corners, WIDTH)
    insets = [_inset(crowd, view) for crowd in crowds]
    windows = [inset.window for inset in insets if inset.window is not None]
    chips = _chips([site for site in sites if id(site) not in crowded], view, (WIDTH, height), windows)
    taken = [chip.box for chip in chips] + windows
    shapes = tuple(_shape(item, view, taken, named=not focus or item in focus) for item in outlines())
    shapes = tuple(replace(shape, beside=bool(focus) and not shape.name) for shape in shapes)
    kilometres = 20 if focus else 50
    main = Frame(
        WIDTH, height, shapes, chips, scale_km=kilometres, scale_length=round(kilometres * 1e3 * view.scale, 1)
    )
    land = [view.at(x, y) for x, y in corners]
    return Drawing(
        main,
        bool(focus),
        tuple(_in_a_corner(inset, main, land, taken) for inset in insets),
        tuple(item for item in establishments if item.longitude is None),
    )


def _in_a_corner(inset: Frame, main: Frame, land: Sequence[tuple[float, float]], taken: Sequence[Box]) -> Frame:
    """Give the inset a place in a corner of the map without land nor chips, if there is one."""
    width, height = _INSET, round(inset.height * _INSET / inset.width, 1)
    for x in (main.width - width - 2, 2.0):
        for y in (main.height - height - 2, 22.0):
            place = Box(x, y, width, height)
            around = Box(x - 8, y - 22, width + 16, height + 30)
            if not any(around.holds(*point) for point in land) and not any(around.overlaps(box) for box in taken):
                return replace(inset, place=place)
    return inset


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
    """Return the enlarged piece, some kilometres wider than its places on each side."""
    around = 2_500.0
    west, east = min(s.x for s in crowd) - around, max(s.x for s in crowd) + around
    south, north = min(s.y for s in crowd) - around, max(s.y for s in crowd) + around
    view, height = _fit([(west, south), (east, north)], _INSET)
    left, top = outer.at(west, north)
    window = Box(left, top, (east - west) * outer.scale, (north - south) * outer.scale)
    towns = [item.town for site in crowd for item in site.establishments]
    title = max(set(towns), key=lambda town: (towns.count(town), town))
    near = [item for item in outlines() if item.code in {s.establishments[0].department for s in crowd}]
    shapes = tuple(_shape(item, view, (), named=False) for item in near)
    return Frame(
        _INSET, height, shapes, _chips(crowd, view, (_INSET, height), ()), window, None, title,
        scale_km=5, scale_length=round(5_000 * view.scale, 1),
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


def _shape(outline: Outline, view: _View, taken: Sequence[Box], *, named: bool) -> Shape:
    rings = [[view.at(*lambert93(*point)) for point in ring] for ring in outline.rings]
    path = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in rings)
    x, y, lines = place_label(outline.name, rings[0], taken) if named else (0.0, 0.0, ())
    return Shape(outline.code, outline.name if named else "", path, round(x, 1), round(y, 1), lines)
