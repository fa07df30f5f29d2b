"""Drawings of charts: nothing leaves the frame, labels do not touch, missing values are gaps and never zero."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oru_espace_pro_plugin.charts import NARROW, WIDE, Drawing, Frame, text
from oru_espace_pro_plugin.charts.axes import Across, over_days, over_names
from oru_espace_pro_plugin.charts.bars import Bars, Row, bar_chart, fitting, lying_bars, pyramid
from oru_espace_pro_plugin.charts.grids import HEAT, State, heat_map, matrix
from oru_espace_pro_plugin.charts.lines import Event, Range, Series, line_chart, sparkline
from oru_espace_pro_plugin.charts.marks import Circle, Path, Rect, Text
from oru_espace_pro_plugin.charts.radial import Polygon, gauge, radar
from oru_espace_pro_plugin.charts.spread import Box, box_plot

FRAMES = st.sampled_from([WIDE, NARROW])
AMOUNT = st.floats(0, 2_000_000, allow_nan=False)
VALUE = st.none() | AMOUNT
FIRST = date(2026, 1, 1)
LABEL = st.text("abcdeéèWMil 0-9’", min_size=1, max_size=40)


def texts(drawing: Drawing, css: str) -> list[Text]:
    return [mark for mark in drawing.marks if isinstance(mark, Text) and css in mark.css.split()]


def extent(mark: Text, font: float) -> tuple[float, float]:
    width = text.width_of(mark.text, font)
    left = {"start": mark.x, "middle": mark.x - width / 2, "end": mark.x - width}[mark.anchor]
    return left, left + width


def assert_within(drawing: Drawing) -> None:
    """Every mark and every spot lies in the frame; a stroke may stand on its edge."""
    frame = drawing.frame
    for mark in drawing.marks:
        if isinstance(mark, Rect):
            corners = [(mark.x, mark.y), (mark.x + mark.width, mark.y + mark.height)]
            assert mark.width > 0 and mark.height > 0, mark
        elif isinstance(mark, Circle):
            corners = [(mark.x, mark.y)]
        elif isinstance(mark, Text):
            left, right = extent(mark, frame.font)
            corners = [(left, mark.y), (right, mark.y)]
        else:
            corners = path_points(mark)
        for x, y in corners:
            assert -1.5 <= x <= frame.width + 1.5, (mark, frame)
            assert -1.5 <= y <= frame.height + 1.5, (mark, frame)
    for spot in drawing.spots:
        assert spot.x >= -1 and spot.x + spot.width <= frame.width + 1, spot
        assert spot.y >= -1 and spot.y + spot.height <= frame.height + 1, spot


def path_points(path: Path) -> list[tuple[float, float]]:
    """Return the corners of a path of this package: M, L, H, V and A with absolute coordinates."""
    points: list[tuple[float, float]] = []
    x = y = 0.0
    for command, numbers in re.findall(r"([MLHVAZ])([^MLHVAZ]*)", path.d):
        given_numbers = [float(number) for number in numbers.split()]
        if command in "ML":
            x, y = given_numbers
        elif command == "H":
            x = given_numbers[0]
        elif command == "V":
            y = given_numbers[0]
        elif command == "A":
            x, y = given_numbers[-2:]
        points.append((x, y))
    return points


def assert_labels_apart(labels: Sequence[Text], font: float) -> None:
    for row in {label.y for label in labels}:
        beside = sorted(extent(label, font) for label in labels if label.y == row)
        assert all(right[0] >= left[1] for left, right in pairwise(beside)), beside


@given(FRAMES, st.integers(1, 1_200), st.data())
def test_lines_over_days_stay_in_the_frame_and_their_labels_apart(
    frame: Frame, count: int, data: st.DataObject
) -> None:
    days = [FIRST + timedelta(days=index) for index in range(count)]
    known = data.draw(st.lists(VALUE, min_size=1, max_size=20))
    values = [known[index % len(known)] for index in range(count)]
    first = data.draw(st.integers(0, count - 1))
    event = Event("Plan blanc", first, data.draw(st.integers(first, count - 1)), mark="plan blanc")
    low = [None if value is None else value * 0.5 for value in values]
    drawing = line_chart(
        frame,
        over_days(days),
        [Series("Passages", values)],
        text.number,
        ranges=[Range("habituel", low, values)],
        events=[event],
    )
    assert_within(drawing)
    days_axis = [label for label in texts(drawing, "chart-tick") if label.anchor == "middle"]
    assert days_axis
    assert_labels_apart(days_axis, frame.font)
    assert len([spot for spot in drawing.spots if "Passages" in spot.text]) == count


@given(FRAMES, st.lists(st.tuples(LABEL, VALUE, VALUE), min_size=1, max_size=60), st.booleans())
def test_bars_stay_in_the_frame(
    frame: Frame, rows: list[tuple[str, float | None, float | None]], stacked: bool
) -> None:
    across = over_names([name for name, _, _ in rows])
    series = [Bars("a", [a for _, a, _ in rows]), Bars("b", [b for _, _, b in rows], "chart-2")]
    drawing = bar_chart(frame, across, series, text.number, stacked=stacked)
    assert_within_width(drawing)
    assert len(drawing.spots) == len(rows)
    lying = lying_bars(frame, [Row(name, a, b) for name, a, b in rows], text.number, mark="région")
    assert_within(lying)


def assert_within_width(drawing: Drawing) -> None:
    """A single category may be longer than the chart is wide: only its marks are judged then."""
    drawing.marks = [mark for mark in drawing.marks if not isinstance(mark, Text)]
    assert_within(drawing)


@given(FRAMES, st.lists(st.tuples(VALUE, VALUE), min_size=1, max_size=21))
def test_a_pyramid_stays_in_the_frame(frame: Frame, sides: list[tuple[float | None, float | None]]) -> None:
    bands = [f"{5 * index}–{5 * index + 4}" for index in range(len(sides))]
    drawing = pyramid(
        frame, bands, Bars("Femmes", [a for a, _ in sides]), Bars("Hommes", [b for _, b in sides]), text.number
    )
    assert_within(drawing)


@given(FRAMES, st.lists(st.lists(VALUE, min_size=24, max_size=24), min_size=1, max_size=7))
def test_a_heat_map_has_a_class_for_each_cell(frame: Frame, values: list[list[float | None]]) -> None:
    rows, hours = ["lundi"] * len(values), [f"{hour} h" for hour in range(24)]
    drawing = heat_map(frame, rows, hours, values, text.number)
    assert_within(drawing)
    cells = [mark for mark in drawing.marks if isinstance(mark, Rect)]
    given_values = [value for row in values for value in row]
    assert len(cells) == len(given_values)
    for cell, value in zip(cells, given_values, strict=True):
        assert ("chart-none" in cell.css) == (value is None)
    known = [
        (value, HEAT.index(cell.css.split()[1]))
        for cell, value in zip(cells, given_values, strict=True)
        if value is not None
    ]
    assert all(left[1] <= right[1] for left, right in pairwise(sorted(known)))


@given(FRAMES, st.lists(st.tuples(LABEL, st.none() | st.floats(0, 4)), min_size=3, max_size=9))
def test_a_radar_stays_in_the_frame(frame: Frame, axes: list[tuple[str, float | None]]) -> None:
    names = [name[:14] for name, _ in axes]
    drawing = radar(frame, names, [Polygon("hier", [value for _, value in axes])], text.number, most=4)
    assert_within(drawing)
    dots = [mark for mark in drawing.marks if isinstance(mark, Circle)]
    assert len(dots) == sum(value is not None for _, value in axes)


@given(FRAMES, st.none() | st.floats(-10, 10))
def test_a_gauge_stays_in_the_frame(frame: Frame, value: float | None) -> None:
    assert_within(gauge(frame, value, [0, 1, 2, 3, 4], lambda number: text.number(number, 1)))


@given(FRAMES, st.lists(VALUE, max_size=40))
def test_a_sparkline_stays_in_the_frame(frame: Frame, values: list[float | None]) -> None:
    assert_within(sparkline(frame.with_height(40), values))


def test_a_missing_value_is_a_gap_and_said_so() -> None:
    days = [FIRST + timedelta(days=index) for index in range(5)]
    drawing = line_chart(WIDE, over_days(days), [Series("Passages", [4, 5, None, 6, 7])], text.number)
    [line] = [mark for mark in drawing.marks if isinstance(mark, Path) and "chart-line" in mark.css]
    assert line.d.count("M") == 2
    assert drawing.spots[2].text == "samedi 3 janvier 2026 – Passages\u00a0: pas de donnée"


def test_a_single_value_between_two_gaps_is_drawn() -> None:
    days = [FIRST + timedelta(days=index) for index in range(3)]
    drawing = line_chart(WIDE, over_days(days), [Series("Passages", [None, 5, None])], text.number)
    assert [mark for mark in drawing.marks if isinstance(mark, Circle)]


def test_missing_bars_and_boxes_are_said_and_not_drawn() -> None:
    bars = bar_chart(WIDE, over_names(["A", "B"]), [Bars("n", [None, 2])], text.number)
    assert len([mark for mark in bars.marks if isinstance(mark, Rect)]) == 1
    assert bars.spots[0].text == "A – n\u00a0: pas de donnée"
    boxes = box_plot(WIDE, [Box("A", None), Box("B", (1, 2, 3, 4, 5))], text.minutes)
    assert len([mark for mark in boxes.marks if isinstance(mark, Rect)]) == 1
    assert "pas de donnée" in boxes.spots[0].text


def test_a_matrix_tells_its_states_by_word_and_sign() -> None:
    received, missing = State("reçu", "chart-level-1", "R"), State("manquant", "chart-level-4", "M")
    drawing = matrix(WIDE, ["CH A"], ["01/01", "02/01"], [[received, missing]])
    assert [mark.text for mark in texts(drawing, "chart-sign")] == ["R", "M"]
    assert [spot.text for spot in drawing.spots] == ["CH A, 01/01 – reçu", "CH A, 02/01 – manquant"]
    assert [key.label for key in drawing.keys] == ["reçu (R)", "manquant (M)"]


def test_overlapping_events_lie_in_rows_of_their_own() -> None:
    days = [FIRST + timedelta(days=index) for index in range(10)]
    events = [Event("a", 0, 5), Event("b", 3, 8), Event("c", 6, 9)]
    drawing = line_chart(WIDE, over_days(days), [Series("n", [1] * 10)], text.number, events=events)
    rows = {mark.y for mark in drawing.marks if isinstance(mark, Rect)}
    assert len(rows) == 2


def test_a_radar_whose_axis_is_unknown_is_not_pulled_to_the_middle() -> None:
    drawing = radar(WIDE, ["a", "b", "c"], [Polygon("x", [1, None, 2])], text.number, most=4)
    [outline] = [mark for mark in drawing.marks if isinstance(mark, Path) and "chart-outline" in mark.css]
    assert "Z" not in outline.d


@pytest.mark.parametrize("room", [0, 10, 40, 200])
def test_a_label_is_cut_to_its_room(room: float) -> None:
    cut = fitting("Centre hospitalier de Mont-de-Marsan", room, 12)
    assert text.width_of(cut, 12) <= room or cut == ""


def test_places_of_an_axis_are_in_order() -> None:
    across = Across(["a", "b", "c"])
    drawing = bar_chart(NARROW, across, [Bars("n", [1, 2, 3])], text.number)
    anchors = [spot.anchor[0] for spot in drawing.spots]
    assert anchors == sorted(anchors)
