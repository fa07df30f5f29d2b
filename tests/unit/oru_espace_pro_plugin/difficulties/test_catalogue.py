"""The catalogue of difficulties: the packaged one is whole, a wrong one says what is wrong."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from oru_espace_pro_plugin.difficulties.catalogue import BadCatalogue, load
from oru_espace_pro_plugin.difficulties.forms import at

PACKAGED = files("oru_espace_pro_plugin.difficulties") / "data" / "catalogue.json"


def test_the_packaged_catalogue_has_the_natures_that_people_know() -> None:
    catalogue = load("")
    assert list(catalogue.natures) == [
        "alerte", "tension", "temporisation", "regulation", "suspension", "plan_blanc", "fermeture_lits",
    ]  # fmt: skip
    assert [nature.code for nature in catalogue.natures.values() if nature.asks] == ["temporisation"]
    assert catalogue.natures["temporisation"].max_hours == 6


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda found: found["natures"][0].update(levels=[7]), "unknown level"),
        (lambda found: found["natures"][0].update(hours=[]), "hours"),
        (lambda found: found["natures"][0].update(hours=["2"]), "whole numbers"),
        (lambda found: found.pop("motives"), "motives"),
        (lambda found: found["natures"][2].update(answer_minutes=-1), "negative"),
    ],
)
def test_a_wrong_catalogue_says_what_is_wrong(tmp_path: Path, change: Any, told: str) -> None:
    found = json.loads(PACKAGED.read_text("utf-8"))
    change(found)
    path = tmp_path / "catalogue.json"
    path.write_text(json.dumps(found), "utf-8")
    with pytest.raises(BadCatalogue, match=told):
        load(str(path))


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(BadCatalogue, match="can't be read"):
        load("/nowhere/catalogue.json")


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        (date(2026, 7, 1), "14:30", datetime(2026, 7, 1, 12, 30, tzinfo=UTC)),
        (date(2026, 12, 1), "8 h", datetime(2026, 12, 1, 7, 0, tzinfo=UTC)),
        # The hour that comes twice (25 October 2026), and the one that is left out (29 March 2026).
        (date(2026, 10, 25), "2h30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (date(2026, 3, 29), "02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ],
)
def test_times_are_those_of_paris(day: date, clock: str, expected: datetime) -> None:
    assert at(day, clock) == expected
