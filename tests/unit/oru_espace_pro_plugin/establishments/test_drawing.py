"""The map: projection, markers that never cover each other, a name for each département."""

from __future__ import annotations

import math

import pytest

from oru_espace_pro_plugin.establishments.dataset import load
from oru_espace_pro_plugin.establishments.drawing import Frame, draw
from oru_espace_pro_plugin.establishments.outlines import outlines
from oru_espace_pro_plugin.establishments.placing import Box, spread
from oru_espace_pro_plugin.establishments.projection import lambert93

EVERYTHING = load("").current()


def test_lambert93_of_known_points() -> None:
    # Origin of the projection (IGN NT/G 71), then Bordeaux Saint-Jean as the BAN gives it.
    assert lambert93(3.0, 46.5) == pytest.approx((700_000.0, 6_600_000.0), abs=0.5)
    x, y = lambert93(-0.5561, 44.8258)
    assert math.hypot(x - 418_890, y - 6_420_000) < 2_000


def test_every_structure_stands_once_on_the_map_or_in_an_inset() -> None:
    drawing = draw(EVERYTHING)
    shown = [
        item.code for frame in (drawing.main, *drawing.insets) for chip in frame.chips for item in chip.establishments
    ]
    assert sorted(shown) == sorted(item.code for item in EVERYTHING)
    assert drawing.unplaced == ()


@pytest.mark.parametrize("department", ["", *(item.code for item in outlines())])
def test_no_marker_covers_another_nor_leaves_the_map(department: str) -> None:
    drawing = draw(EVERYTHING, department)
    for frame in (drawing.main, *drawing.insets):
        boxes = [chip.box for chip in frame.chips]
        assert not [1 for place, one in enumerate(boxes) for two in boxes[:place] if one.overlaps(two)]
        assert all(_within(box, frame) for box in boxes)


def _within(box: Box, frame: Frame) -> bool:
    return box.x >= 0 and box.y >= 0 and box.x + box.width <= frame.width and box.y + box.height <= frame.height


def test_the_crowded_city_has_an_inset_in_a_free_corner() -> None:
    drawing = draw(EVERYTHING)
    assert [inset.title for inset in drawing.insets] == ["Bordeaux"]
    place = drawing.insets[0].place
    assert place is not None
    assert not [chip for chip in drawing.main.chips if chip.box.overlaps(place)]


def test_names_of_departements_are_clear_of_markers() -> None:
    drawing = draw(EVERYTHING)
    for shape in drawing.main.shapes:
        middle = (shape.label_x, shape.label_y)
        assert not [chip for chip in drawing.main.chips if chip.box.holds(*middle)], shape.name


def test_an_unknown_departement_draws_the_whole_region() -> None:
    assert draw(EVERYTHING, "75").main.chips == draw(EVERYTHING).main.chips


def test_chips_at_the_same_point_are_moved_apart() -> None:
    same = [Box(50, 50, 20, 10)] * 5
    boxes = spread(same, (200, 200))
    assert not [1 for place, one in enumerate(boxes) for two in boxes[:place] if one.overlaps(two)]
