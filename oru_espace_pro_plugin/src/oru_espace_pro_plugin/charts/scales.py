"""Scales: from values to coordinates, with round ticks and labels that do not touch."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from .text import day_short, width_of

#: Values that differ by less are drawn as equal.
_LEAST = 1e-9
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis and what is written there."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Linear:
    """A scale of numbers.

    :ivar low: value at ``start``. :ivar high: value at ``end``; ``start`` is larger than ``end`` on a vertical axis.
    """

    low: float
    high: float
    start: float
    end: float
    step: float

    def at(self, value: float) -> float:
        """Return the coordinate of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self, label: Callable[[float], str]) -> list[Tick]:
        """Return the ticks, from the lowest."""
        count = round((self.high - self.low) / self.step)
        values = [self.low + index * self.step for index in range(count + 1)]
        return [Tick(self.at(value), label(value)) for value in values]


def linear(
    values: Sequence[float], start: float, end: float, *, zero: bool = True, most: int = 5, whole: bool = False
) -> Linear:
    """Return a scale that holds all values between two round ones.

    :param zero: the axis begins at zero; a bar that does not would lie. :param most: at most so many intervals.
    :param whole: values are counts: no tick stands between two whole numbers.
    """
    finite = [value for value in values if math.isfinite(value)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low < _LEAST:
        high = low + 1.0
    step = _nice_step((high - low) / most, whole=whole)
    low, high = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    while round((high - low) / step) > most + 1:  # rounding outwards may add an interval at each end
        step = _nice_step(step * 1.01, whole=whole)
        low, high = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    return Linear(low, high, start, end, step)


def _nice_step(rough: float, *, whole: bool) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(nice * power for nice in _STEPS if nice * power >= rough * (1 - 1e-9))
    if not whole:
        return step
    return float(max(1, round(step)) if step != 2.5 else 3)


@dataclass(frozen=True, slots=True)
class Band:
    """A scale of categories, each with a band of the same width. :ivar gap: part of a band that is left free."""

    count: int
    start: float
    end: float
    gap: float = 0.25

    @property
    def pitch(self) -> float:
        """Distance from one band to the next."""
        return (self.end - self.start) / max(self.count, 1)

    @property
    def width(self) -> float:
        """Width of a band without its gap."""
        return self.pitch * (1 - self.gap)

    def at(self, index: int) -> float:
        """Return where a band begins."""
        return self.start + index * self.pitch + self.pitch * self.gap / 2

    def middle(self, index: int) -> float:
        """Return the middle of a band."""
        return self.start + (index + 0.5) * self.pitch


@dataclass(frozen=True, slots=True)
class Days:
    """A scale of days; one day alone stands in the middle."""

    first: date
    last: date
    start: float
    end: float

    def at(self, day: date) -> float:
        """Return the coordinate of a day."""
        length = (self.last - self.first).days
        if length <= 0:
            return (self.start + self.end) / 2
        return self.start + (day - self.first).days / length * (self.end - self.start)

    def ticks(self, font: float) -> list[Tick]:
        """Return ticks that do not touch: days, Mondays, months or years, whichever fit."""
        for days, label in _day_ticks(self.first, self.last):
            widest = max((width_of(label(day), font) for day in days), default=0.0)
            places = [self.at(day) for day in days]
            gaps = [right - left for left, right in pairwise(places)]
            if not gaps or min(gaps) >= widest + font * 0.8:
                return [Tick(place, label(day)) for place, day in zip(places, days, strict=True)]
        return [Tick(self.at(self.first), str(self.first.year))]


def _day_ticks(first: date, last: date) -> list[tuple[list[date], Callable[[date], str]]]:
    ordinals = range(first.toordinal(), last.toordinal() + 1)
    found: list[tuple[list[date], Callable[[date], str]]] = []
    if len(ordinals) <= 62:
        all_days = [date.fromordinal(ordinal) for ordinal in ordinals]
        found.append((all_days, day_short))
        found.append(([day for day in all_days if day.weekday() == 0] or all_days[:1], day_short))
    if len(ordinals) <= 800:
        months = [day for ordinal in ordinals if (day := date.fromordinal(ordinal)).day == 1]
        if months:
            found.append((months, _month_short))
            found.extend(
                ([day for day in months if (day.month - 1) % every == 0] or months[:1], _month_short)
                for every in (2, 3, 6)
            )
    years = [date(year, 1, 1) for year in range(first.year, last.year + 1) if first <= date(year, 1, 1) <= last]
    if years:
        found.append((years, lambda day: str(day.year)))
        found.append(([day for day in years if day.year % 5 == 0] or years[:1], lambda day: str(day.year)))
    found.append(([first], day_short))
    return found


_MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


def _month_short(day: date) -> str:
    """Return « févr. », and « janv. 26 » where a year begins."""
    name = _MONTHS[day.month - 1]
    return f"{name} {day:%y}" if day.month == 1 else name


def thin_out(ticks: Sequence[Tick], font: float) -> list[Tick]:
    """Return every n-th tick, so that no two labels touch."""
    for every in range(1, max(len(ticks), 1) + 1):
        kept = list(ticks[::every])
        fits = all(
            right.at - left.at >= (width_of(left.label, font) + width_of(right.label, font)) / 2 + font * 0.6
            for left, right in pairwise(kept)
        )
        if fits:
            return kept
    return list(ticks[:1])
