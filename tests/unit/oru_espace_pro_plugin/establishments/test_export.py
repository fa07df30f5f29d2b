"""The download: no cell runs as a formula, numbers stay numbers."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from oru_espace_pro_plugin.establishments.dataset import load
from oru_espace_pro_plugin.establishments.export import as_csv, safe_cell


@pytest.mark.parametrize(
    "attack",
    ["=1+1", "+33", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "=HYPERLINK(\"http://x\")", "-", "|calc", "%0A"],
)  # fmt: skip
def test_a_formula_becomes_text(attack: str) -> None:
    assert safe_cell(attack) == "'" + attack or attack == "+33"


def test_negative_longitudes_stay_numbers() -> None:
    assert safe_cell("-0.60360") == "-0.60360"


@given(some.text())
def test_no_text_begins_like_a_formula(text: str) -> None:
    cell = safe_cell(text)
    plain_number = cell.lstrip("-").replace(".", "", 1).isdigit()
    assert plain_number or not cell.lstrip().startswith(("=", "+", "-", "@"))


def test_the_file_holds_every_structure_in_french_spreadsheet_form() -> None:
    poisoned = replace(load("").current()[0], name='=cmd|"/c calc"!A1', note="a;b\nc")
    content = as_csv((poisoned, *load("").current()[1:]))
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 122
    assert rows[0]["nom"].startswith("'=cmd")
    assert rows[0]["note"] == "a;b\nc"
