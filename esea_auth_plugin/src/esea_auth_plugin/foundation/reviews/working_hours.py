"""Working hours of the reviewers: how old a request is for them, and by which day it is answered.

The setting ``reviews.hours`` names days and spans, ``mon-fri 09:00-12:30 13:30-17:30``, in Europe/Paris. French
public holidays (metropolitan) are no working days; the ``holidays`` library knows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays

PARIS = ZoneInfo("Europe/Paris")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")
_DAY = timedelta(days=1)


class BadHours(ValueError):
    """The text of ``reviews.hours`` can't be read."""


@lru_cache(maxsize=64)
def public_holidays(year: int) -> frozenset[date]:
    """Return the French public holidays of a year."""
    return frozenset(holidays.country_holidays("FR", years=year))


@lru_cache(maxsize=64)
def _clock_changes(year: int) -> tuple[date, ...]:
    """Return the days of a year on which the clocks change, the last Sundays of March and October (2000/84/EC)."""
    ends = (date(year, month, 31) for month in (3, 10))
    return tuple(end - (end.weekday() + 1) % 7 * _DAY for end in ends)


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Days of the week (0 is Monday) and spans of the day, in order, that the reviewers work."""

    days: frozenset[int]
    spans: tuple[tuple[time, time], ...]

    @classmethod
    def parse(cls, text: str) -> WorkingHours:
        """Read ``mon-fri 09:00-12:30 13:30-17:30`` (days may also be ``mon,wed,fri``).

        :raises BadHours: telling what is wrong.
        """
        words = text.split()
        if len(words) < 2:
            raise BadHours("needs days and at least one span")
        spans = tuple(_span(word) for word in words[1:])
        if any(later[0] < earlier[1] for earlier, later in pairwise(spans)):
            raise BadHours("has spans that overlap or are out of order")
        return cls(_days(words[0]), spans)

    def is_working_day(self, day: date) -> bool:
        """Tell whether somebody reviews on this day."""
        return day.weekday() in self.days and day not in public_holidays(day.year)

    def is_open(self, moment: datetime) -> bool:
        """Tell whether somebody works at this moment."""
        day = moment.astimezone(PARIS).date()
        return self.is_working_day(day) and any(begin <= moment < end for begin, end in self._moments(day))

    def worked_between(self, since: datetime, until: datetime) -> timedelta:
        """Return the working time from one moment to another (zero if ``until`` is not later).

        Only the first and the last day are looked at; the days between them are counted, however many there are.
        """
        # In UTC: Python subtracts two local times wrongly across a change of hour.
        since, until = since.astimezone(UTC), until.astimezone(UTC)
        if until <= since:
            return timedelta()
        first, last = since.astimezone(PARIS).date(), until.astimezone(PARIS).date()
        total = self._worked_on(first, since, until)
        if first == last:
            return total
        between = self._whole_days(first + _DAY, last)
        return total + between + self._worked_on(last, since, until)

    def due_on(self, since: datetime, working_days: int) -> date:
        """Return the day by which what came at ``since`` is answered.

        What comes after closing time, or on a day off, counts as come on the next working day.
        """
        day = since.astimezone(PARIS).date()
        if not self.is_working_day(day) or since >= self._closing(day):
            day = self.next_day(day)
        for _ in range(working_days):
            day = self.next_day(day)
        return day

    def day_length(self) -> timedelta:
        """Return the working time of one whole day."""
        anchor = date(2026, 1, 5)
        return sum(
            (datetime.combine(anchor, end) - datetime.combine(anchor, begin) for begin, end in self.spans), timedelta()
        )

    def _worked_on(self, day: date, since: datetime, until: datetime) -> timedelta:
        """Return the working time of one day between two moments."""
        if not self.is_working_day(day):
            return timedelta()
        parts = (min(end, until) - max(begin, since) for begin, end in self._moments(day))
        return sum((max(part, timedelta()) for part in parts), timedelta())

    def _whole_days(self, begin: date, end: date) -> timedelta:
        """Return the working time of all days from ``begin`` to before ``end``: weeks, less holidays."""
        weeks, rest = divmod((end - begin).days, 7)
        count = weeks * len(self.days) + sum((begin.weekday() + each) % 7 in self.days for each in range(rest))
        corrections = timedelta()
        for year in range(begin.year, end.year + 1):
            count -= sum(begin <= day < end and day.weekday() in self.days for day in public_holidays(year))
            for day in _clock_changes(year):
                # A span across the change of hour is an hour shorter or longer that day.
                if begin <= day < end and self.is_working_day(day):
                    length = sum((stop - start for start, stop in self._moments(day)), timedelta())
                    corrections += length - self.day_length()
        return count * self.day_length() + corrections

    def next_day(self, day: date) -> date:
        """Return the working day that follows a day."""
        day += _DAY
        while not self.is_working_day(day):
            day += _DAY
        return day

    def _closing(self, day: date) -> datetime:
        return datetime.combine(day, self.spans[-1][1], tzinfo=PARIS).astimezone(UTC)

    def _moments(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """Yield the day's spans in UTC: Python subtracts local times wrongly across a change of hour."""
        for begin, end in self.spans:
            yield (
                datetime.combine(day, begin, tzinfo=PARIS).astimezone(UTC),
                datetime.combine(day, end, tzinfo=PARIS).astimezone(UTC),
            )


def _days(word: str) -> frozenset[int]:
    found: set[int] = set()
    for part in word.lower().split(","):
        first, dash, last = part.partition("-")
        if first not in _DAYS or (dash and last not in _DAYS):
            raise BadHours(f"names no days: write {_DAYS[0]}-{_DAYS[4]}, or days apart by commas")
        begin = _DAYS.index(first)
        end = _DAYS.index(last) if dash else begin
        if end < begin:
            raise BadHours("names days that end before they begin")
        found.update(range(begin, end + 1))
    return frozenset(found)


def _span(word: str) -> tuple[time, time]:
    match = _SPAN.fullmatch(word)
    try:
        if match is None:
            raise ValueError(word)
        begin, end = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    except ValueError:
        raise BadHours("holds a span that is not HH:MM-HH:MM") from None
    if begin >= end:
        raise BadHours("holds a span that ends before it begins")
    return begin, end
