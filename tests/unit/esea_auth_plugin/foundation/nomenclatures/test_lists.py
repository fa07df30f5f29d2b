"""The code lists: what a form offers, and labels by lookup."""

from datetime import date

import pytest

from esea_auth_plugin.foundation.nomenclatures import (
    CIVILITIES,
    SPECIALTIES,
    Coded,
    departments,
    label_of,
    list_of,
    professions,
)

TODAY = date(2026, 11, 24)


def test_the_twelve_departments_of_the_region_come_first() -> None:
    (title, regional), (_, others) = departments()
    assert title == "Nouvelle-Aquitaine"
    codes = [item.coded.code for item in regional]
    assert codes == ["16", "17", "19", "23", "24", "33", "40", "47", "64", "79", "86", "87"]
    assert not set(codes) & {item.coded.code for item in others}


def test_a_code_is_a_psychologist_only_with_the_list_it_is_still_in() -> None:
    offered = {str(item.coded): item.label for _, group in professions(TODAY) for item in group}
    assert offered["1.2.250.1.213.1.6.1.109|93"] == "Psychologue"
    assert "1.2.250.1.71.1.2.7|93" not in offered
    assert label_of(Coded("1.2.250.1.71.1.2.7", "93")) == "Psychologue"


def test_an_ended_code_was_offered_until_its_last_day() -> None:
    def codes(on: date) -> set[str]:
        return {str(item.coded) for _, group in professions(on) for item in group}

    assert "1.2.250.1.71.1.2.7|93" in codes(date(2021, 12, 17))
    assert "1.2.250.1.71.1.2.7|93" not in codes(date(2021, 12, 18))


def test_an_unknown_code_shows_itself_instead_of_failing() -> None:
    assert label_of(Coded(SPECIALTIES, "SM999")) == "SM999"
    assert label_of(Coded("1.2.3", "x")) == "x"


def test_codes_are_compared_without_case() -> None:
    assert label_of(Coded(CIVILITIES, "mme")) == "Madame"


def test_each_list_keeps_where_it_comes_from() -> None:
    found = list_of(SPECIALTIES)
    assert found.source and found.revision
    assert len(found.concepts) == 103


def test_a_code_without_list_is_refused() -> None:
    with pytest.raises(ValueError):
        Coded.parse("93")
