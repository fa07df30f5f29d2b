"""Working hours: what counts, what does not, and by which day people are answered."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esea_auth_plugin.foundation.reviews.working_hours import BadHours, WorkingHours

PARIS = ZoneInfo("Europe/Paris")
OFFICE = WorkingHours.parse("mon-fri 09:00-12:30 13:30-17:30")
DAY = timedelta(hours=7, minutes=30)
moments = st.timedeltas(timedelta(), timedelta(days=427)).map(lambda length: datetime(2025, 12, 1, tzinfo=UTC) + length)


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("since", "until", "worked"),
    [
        ("2026-09-14 09:00", "2026-09-14 17:30", DAY),
        ("2026-09-14 12:00", "2026-09-14 14:00", timedelta(hours=1)),  # lunch does not count
        ("2026-09-11 17:00", "2026-09-14 09:30", timedelta(hours=1)),  # nor does the week-end
        ("2026-07-13 17:00", "2026-07-15 09:30", timedelta(hours=1)),  # nor 14 July
        ("2026-10-23 17:00", "2026-10-26 09:30", timedelta(hours=1)),  # the hour goes back on the 25th
        ("2026-03-27 17:00", "2026-03-30 09:30", timedelta(hours=1)),  # and forward on the 29th
        ("2026-09-14 20:00", "2026-09-14 23:00", timedelta()),
        ("2026-09-14 12:00", "2026-09-14 10:00", timedelta()),
    ],
)
def test_only_working_time_counts(since: str, until: str, worked: timedelta) -> None:
    assert OFFICE.worked_between(paris(since), paris(until)) == worked


@pytest.mark.parametrize(
    ("since", "due"),
    [
        ("2026-09-14 10:00", date(2026, 9, 16)),
        ("2026-09-14 17:30", date(2026, 9, 17)),  # after closing time: as if come on Tuesday
        ("2026-09-11 10:00", date(2026, 9, 15)),
        ("2026-09-12 10:00", date(2026, 9, 16)),  # Saturday counts as Monday
        ("2026-04-30 10:00", date(2026, 5, 5)),  # 1 May, then a week-end
        ("2026-12-24 10:00", date(2026, 12, 29)),
    ],
)
def test_the_answer_is_due_two_working_days_later(since: str, due: date) -> None:
    assert OFFICE.due_on(paris(since), 2) == due


@given(moments, st.integers(1, 10))
def test_a_due_day_is_a_working_day_after_the_request(since: datetime, days: int) -> None:
    due = OFFICE.due_on(since, days)
    assert OFFICE.is_working_day(due)
    assert due > since.astimezone(PARIS).date()
    assert OFFICE.due_on(since, days + 1) > due


@given(moments, moments, st.integers(1, 5))
def test_who_comes_later_is_not_due_earlier(one: datetime, other: datetime, days: int) -> None:
    first, second = sorted((one, other))
    assert OFFICE.due_on(first, days) <= OFFICE.due_on(second, days)


@given(moments, st.timedeltas(timedelta(), timedelta(days=20)), st.timedeltas(timedelta(), timedelta(days=20)))
def test_working_time_adds_up(since: datetime, first: timedelta, second: timedelta) -> None:
    middle, end = since + first, since + first + second
    whole = OFFICE.worked_between(since, end)
    assert whole == OFFICE.worked_between(since, middle) + OFFICE.worked_between(middle, end)
    assert timedelta() <= whole <= end - since
    assert whole <= DAY * ((end - since).days + 2)


@pytest.mark.parametrize(
    "text",
    ["", "mon-fri", "lun-ven 09:00-12:00", "fri-mon 09:00-12:00", "mon-fri 9-12", "mon-fri 25:00-26:00",
     "mon-fri 12:00-09:00", "mon-fri 13:00-17:00 09:00-12:00"],
)  # fmt: skip
def test_hours_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(BadHours):
        WorkingHours.parse(text)


def test_days_may_be_listed() -> None:
    hours = WorkingHours.parse("mon,wed-thu 08:00-20:00")
    assert hours.days == {0, 2, 3}
    assert hours.day_length() == timedelta(hours=12)


def counted_day_by_day(hours: WorkingHours, since: datetime, until: datetime) -> timedelta:
    """Walk every span of every day: slow, and plain enough to be believed."""
    total, day = timedelta(), since.astimezone(PARIS).date()
    while day <= until.astimezone(PARIS).date():
        for begin, end in hours.spans if hours.is_working_day(day) else ():
            opens, closes = (datetime.combine(day, at, tzinfo=PARIS).astimezone(UTC) for at in (begin, end))
            total += max(min(closes, until) - max(opens, since), timedelta())
        day += timedelta(days=1)
    return total


@given(
    st.sampled_from(
        [
            "mon-fri 09:00-12:30 13:30-17:30",
            "mon,wed,sat 08:15-19:45",
            "mon-sun 01:30-03:30 22:00-23:59",  # the clocks change between two and three on a Sunday
            "sun 02:15-02:45",
        ]
    ),
    moments,
    st.timedeltas(timedelta(), timedelta(days=1500)),
)
def test_counting_weeks_gives_what_counting_days_gives(hours: str, since: datetime, length: timedelta) -> None:
    parsed = WorkingHours.parse(hours)
    assert parsed.worked_between(since, since + length) == counted_day_by_day(parsed, since, since + length)


def test_an_age_of_years_costs_no_more_days_than_one_of_a_week(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[date] = []
    walked = WorkingHours.is_working_day

    def noted(hours: WorkingHours, day: date) -> bool:
        read.append(day)
        return walked(hours, day)

    monkeypatch.setattr(WorkingHours, "is_working_day", noted)
    OFFICE.worked_between(paris("2020-01-06 10:00"), paris("2026-01-05 10:00"))
    assert len(read) < 20
