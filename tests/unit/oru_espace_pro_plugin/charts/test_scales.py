"""Scales: round ticks around all values, and days whose labels fit."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oru_espace_pro_plugin.charts.scales import Days, linear
from oru_espace_pro_plugin.charts.text import days_between, minutes, number, percent, period, width_of

VALUES = st.lists(st.floats(-1e7, 1e7, allow_nan=False).map(lambda value: round(value, 3)), max_size=30)


@given(VALUES, st.booleans(), st.integers(2, 8))
def test_a_scale_holds_every_value_between_two_round_ticks(values: list[float], zero: bool, most: int) -> None:
    scale = linear(values, 200, 0, zero=zero, most=most)
    ticks = scale.ticks(str)
    assert 2 <= len(ticks) <= most + 2
    tolerance = scale.step * 1e-6
    assert all(scale.low - tolerance <= value <= scale.high + tolerance for value in values)
    assert not zero or scale.low <= 0 <= scale.high
    steps = [float(right.label) - float(left.label) for left, right in pairwise(ticks)]
    assert steps == pytest.approx([scale.step] * len(steps))
    mantissa = float(f"{scale.step:e}".split("e")[0])
    assert round(mantissa, 6) in {1, 2, 2.5, 5}


@given(st.lists(st.integers(0, 40), max_size=10))
def test_counts_have_no_tick_between_two_whole_numbers(values: list[int]) -> None:
    scale = linear(values, 200, 0, whole=True)
    assert scale.step == int(scale.step) and scale.step >= 1


def test_an_empty_scale_and_one_of_equal_values_have_a_length() -> None:
    for values in ([], [0], [7, 7], [float("nan")]):
        scale = linear(values, 200, 0)
        assert scale.high > scale.low
        assert scale.at(scale.low) == 200


@given(st.dates(date(2015, 1, 1), date(2030, 1, 1)), st.integers(0, 4_000), st.integers(150, 900))
def test_labels_of_days_do_not_touch(first: date, length: int, width: int) -> None:
    ticks = Days(first, first + timedelta(days=length), 0, width).ticks(12)
    assert ticks
    assert all(right.at - left.at >= width_of(left.label, 12) for left, right in pairwise(ticks))
    assert all(0 <= tick.at <= width for tick in ticks)


def test_the_day_of_the_change_of_clocks_is_one_day() -> None:
    days = days_between(date(2026, 10, 24), date(2026, 10, 26))
    scale = Days(days[0], days[-1], 0, 200)
    assert [scale.at(day) for day in days] == [0, 100, 200]


def test_numbers_are_written_in_french() -> None:
    assert number(1234567.25, 1) == "1\u202f234\u202f567,2"
    assert number(-3) == "\u22123"
    assert number(-0.2) == "0"
    assert percent(12.5, 1) == "12,5\u00a0%"
    assert minutes(185) == "3\u00a0h\u00a005"
    assert minutes(45.4) == "45\u00a0min"
    assert period(date(2026, 1, 1), date(2026, 1, 1)) == "le 01/01/2026"
    assert period(date(2026, 1, 1), date(2026, 1, 7)) == "du 01/01/2026 au 07/01/2026"
