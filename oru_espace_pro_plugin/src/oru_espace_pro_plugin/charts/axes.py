"""The plot area with its axes: what line and bar charts share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from .marks import Drawing, Frame, Path, Text, coordinate
from .scales import Band, Days, Linear, Tick, linear, thin_out
from .text import day_long, width_of


@dataclass(frozen=True, slots=True)
class Area:
    """The rectangle that values are drawn in."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Across:
    """A horizontal axis, before it is known how wide it is.

    :ivar names: what each place is called in full. :ivar labels: what is written under it when there is room.
    :ivar days: the places are days; then ticks are Mondays, months or years as they fit.
    """

    names: Sequence[str]
    labels: Sequence[str] = ()
    days: Sequence[date] = ()

    def places(self, area: Area) -> list[float]:
        """Return the coordinate of each place."""
        if self.days:
            scale = self._days(area)
            return [scale.at(day) for day in self.days]
        band = Band(len(self.names), area.left, area.right)
        return [band.middle(index) for index in range(len(self.names))]

    def ticks(self, area: Area, font: float) -> list[Tick]:
        """Return ticks whose labels do not touch."""
        if self.days:
            return self._days(area).ticks(font)
        labels = self.labels or self.names
        return thin_out([Tick(x, label) for x, label in zip(self.places(area), labels, strict=True)], font)

    def _days(self, area: Area) -> Days:
        half = min(6.0, area.width / max(len(self.days), 1) / 2)
        return Days(self.days[0], self.days[-1], area.left + half, area.right - half)


def over_days(days: Sequence[date]) -> Across:
    """Return the axis of consecutive days."""
    return Across([day_long(day) for day in days], days=days)


def over_names(names: Sequence[str], labels: Sequence[str] = ()) -> Across:
    """Return the axis of categories."""
    return Across(names, labels)


def plot(
    frame: Frame,
    across: Across,
    values: Sequence[float],
    write: Callable[[float], str],
    *,
    zero: bool = True,
    whole: bool = False,
) -> tuple[Drawing, Area, Linear]:
    """Return a drawing with its axes and grid, the area for the values, and the vertical scale.

    :param values: everything that will be drawn. :param whole: values are counts.
    """
    font = frame.font
    top, bottom = font * 0.9, frame.height - font * 2.0
    # Ticks are chosen before their widths are known: a scale of the same height has the same ticks.
    most = max(2, int((bottom - top) / (font * 3.2)))
    up = linear(values, bottom, top, zero=zero, whole=whole, most=min(most, 6))
    ticks = up.ticks(write)
    left = max(width_of(tick.label, font) for tick in ticks) + font * 0.7
    area = Area(left, top, frame.width - font * 0.5, bottom)
    drawing = Drawing(frame)
    for tick in ticks:
        line = "chart-base" if abs(tick.at - bottom) < 0.5 else "chart-grid"
        drawing.add(
            Path(f"M{coordinate(left)} {coordinate(tick.at)}H{coordinate(area.right)}", line),
            Text(left - font * 0.5, tick.at + font * 0.34, tick.label, "chart-tick", "end"),
        )
    for tick in across.ticks(area, font):
        half = width_of(tick.label, font) / 2
        x = min(max(tick.at, half), frame.width - half)
        drawing.add(Text(x, bottom + font * 1.5, tick.label, "chart-tick", "middle"))
    return drawing, area, up
