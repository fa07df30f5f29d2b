"""PS_IdNat and Struct_IdNat: every kind is told by its shape, and a wrong key is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esea_auth_plugin.auth_modes.cps_card.national import Kind, NationalId, person_id, structure_id


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("899900000011", NationalId(Kind.RPPS, "99900000011")),
        ("810999990012", NationalId(Kind.RPPS, "10999990012")),
        ("0339300014", NationalId(Kind.ADELI, "339300014")),
        ("02A9300014", NationalId(Kind.ADELI, "2A9300014")),
        ("133930001401/12", NationalId(Kind.ADELI_OFFICE, "33930001401", "12")),
        ("3330999905/0000000123", NationalId(Kind.FINESS, "330999905", "0000000123")),
        ("3330999905/A.B-C 1", NationalId(Kind.FINESS, "330999905", "A.B-C 1")),
        ("4999999006/7", NationalId(Kind.SIREN, "999999006", "7")),
        ("599999900600011/7", NationalId(Kind.SIRET, "99999900600011", "7")),
        ("699900000011018/7", NationalId(Kind.RPPS_OFFICE, "99900000011018", "7")),
    ],
)
def test_each_kind_of_person(text: str, found: NationalId) -> None:
    assert person_id(text) == found
    assert person_id(text, relaxed=True) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8",
        "899900000012",  # the key is wrong
        "8 99900000011",
        "8.99900000011",
        "８99900000011",  # a digit that only looks like one
        "89990000001\u0661",
        "8999000000110",
        "899900000011/1",
        "3330999905",
        "3330999905/",
        "3330999905/ 1",
        "3330999905/1/2",
        "3330999905/" + "1" * 40,
        "3330999904/1",
        "30B0057881/1",
        "999900000011",
        "2330999905",
        "portail.example",
        "899900000011@carte-cps.fr",
        "899900000011\n",
    ],
)
def test_what_is_none(text: str) -> None:
    assert person_id(text) is None


def test_published_test_cards_have_letters_and_pass_only_relaxed() -> None:
    assert person_id("30B0057881/1") is None
    assert person_id("30B0057881/1", relaxed=True) == NationalId(Kind.FINESS, "0B0057881", "1")
    assert person_id("899900000012", relaxed=True) == NationalId(Kind.RPPS, "99900000012")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1330999905", NationalId(Kind.FINESS, "330999905")),
        ("2187512751", NationalId(Kind.SIREN, "187512751")),
        ("318751275100020", NationalId(Kind.SIRET, "18751275100020")),
        ("335600000000048", NationalId(Kind.SIRET, "35600000000048")),
        ("499900000011018", NationalId(Kind.RPPS_OFFICE, "99900000011018")),
        ("033930001401", NationalId(Kind.ADELI_OFFICE, "33930001401")),
    ],
)
def test_each_kind_of_structure(text: str, found: NationalId) -> None:
    assert structure_id(text) == found


@given(st.text(max_size=40))
def test_any_text_is_an_identifier_or_none(text: str) -> None:
    for relaxed in (False, True):
        for read in (person_id, structure_id):
            found = read(text, relaxed=relaxed)
            assert found is None or found.number in text
