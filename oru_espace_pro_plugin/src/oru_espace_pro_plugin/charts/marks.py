"""What a drawing is made of: marks with a CSS class, in the units of the SVG's ``viewBox``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

T = TypeVar("T")
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """How large a chart is drawn. :ivar font: size of its texts, in the drawing's units."""

    name: str
    width: float
    height: float
    font: float = 12.0

    def with_height(self, height: float) -> Frame:
        """Return this frame with another height."""
        return Frame(self.name, self.width, height, self.font)


#: Drawn at 1 unit a pixel on a page of the usual width, and on a telephone: a scaled drawing would be illegible there.
WIDE = Frame("wide", 760.0, 300.0)
NARROW = Frame("narrow", 340.0, 260.0)


@dataclass(frozen=True, slots=True)
class Path:
    """A line or an area."""

    kind: ClassVar[str] = "path"
    d: str
    css: str


@dataclass(frozen=True, slots=True)
class Rect:
    """A bar or a cell."""

    kind: ClassVar[str] = "rect"
    x: float
    y: float
    width: float
    height: float
    css: str
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Circle:
    """A point."""

    kind: ClassVar[str] = "circle"
    x: float
    y: float
    radius: float
    css: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text. :ivar anchor: ``start``, ``middle`` or ``end``."""

    kind: ClassVar[str] = "text"
    x: float
    y: float
    text: str
    css: str = "chart-text"
    anchor: str = "start"


Mark = Path | Rect | Circle | Text


@dataclass(frozen=True, slots=True)
class Spot:
    """A part of the drawing that tells its value when the pointer or the keyboard is on it.

    :ivar text: what is told. :ivar anchor: where the mark of the spot stands.
    """

    x: float
    y: float
    width: float
    height: float
    text: str
    anchor: Point


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of the legend. :ivar css: class of its swatch. :ivar shape: ``line``, ``area``, ``dot`` or ``bar``."""

    label: str
    css: str
    shape: str = "line"


@dataclass
class Drawing:
    """A chart at one size."""

    frame: Frame
    marks: list[Mark] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)

    def add(self, *marks: Mark) -> None:
        """Add marks above those that are there."""
        self.marks.extend(marks)


def coordinate(value: float) -> str:
    """Return a coordinate as short as a drawing needs it."""
    text = f"{value:.1f}"
    return text.removesuffix(".0") if text != "-0.0" else "0"


def line_path(points: Sequence[Point | None]) -> str:
    """Return the path through points; ``None`` breaks it, and a point between two breaks is drawn as a short dash."""
    parts: list[str] = []
    for piece in pieces(points):
        if len(piece) == 1:
            (x, y) = piece[0]
            parts.append(f"M{coordinate(x - 1.5)} {coordinate(y)}H{coordinate(x + 1.5)}")
        else:
            parts.append("M" + "L".join(f"{coordinate(x)} {coordinate(y)}" for x, y in piece))
    return "".join(parts)


def area_path(lower: Sequence[Point | None], upper: Sequence[Point | None]) -> str:
    """Return the area between two lines that break at the same places."""
    parts: list[str] = []
    both = [
        (low, high) if low is not None and high is not None else None for low, high in zip(lower, upper, strict=True)
    ]
    for piece in _runs(both):
        there = [high for _, high in piece]
        back = [low for low, _ in reversed(piece)]
        if len(piece) > 1:
            parts.append("M" + "L".join(f"{coordinate(x)} {coordinate(y)}" for x, y in [*there, *back]) + "Z")
    return "".join(parts)


def pieces(points: Sequence[Point | None]) -> list[list[Point]]:
    """Return the unbroken pieces of a line."""
    return _runs(points)


def _runs(items: Iterable[T | None]) -> list[list[T]]:
    found: list[list[T]] = [[]]
    for item in items:
        if item is None:
            found.append([])
        else:
            found[-1].append(item)
    return [run for run in found if run]
