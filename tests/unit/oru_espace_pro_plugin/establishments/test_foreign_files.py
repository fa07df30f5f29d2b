"""Directory files of other people: one line names file, line, column and cure, and the former data are kept."""

from __future__ import annotations

import codecs
import logging
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from esea_auth_plugin.foundation.csv_files import BadDataFile, read_csv
from esea_auth_plugin.interfaces import IJobs
from esea_auth_plugin.services import find
from esea_auth_plugin.testing.portal import Portal
from oru_espace_pro_plugin.establishments.dataset import COLUMNS, load
from oru_espace_pro_plugin.establishments.models import EstablishmentRow
from oru_espace_pro_plugin.settings import OruSettings

CELLS = {
    "code": "33-SU-01", "type": "SU", "libelle": "urgences du CH", "etablissement": "CH « Hôpital »",
    "adresse": "1 rue",
    "code_postal": "33000", "commune": "Bègles", "dep": "33", "departement": "Gironde", "nature": "Public",
    "heli_smur": "", "lat": "44.8", "lon": "-0.6", "coord_source": "q", "finess_et": "330000001",
    "finess_libelle": "CH", "note": "", "annee": "2025", "confiance": "I", "source": "s",
}  # fmt: skip
HEAD = ",".join(COLUMNS)


def line(**cells: str) -> str:
    return ",".join({**CELLS, **cells}[column] for column in COLUMNS)


def content(*lines: str, head: str = HEAD) -> bytes:
    return "\r\n".join([head, *lines, ""]).encode()


GOOD = content(line(), line(code="33-SU-02", finess_et="330000019"))
WRONG = {
    "cp1252": (GOOD.decode().encode("cp1252"), r"line 2: is not UTF-8.*save the file again as UTF-8"),
    "UTF-16": (GOOD.decode().encode("utf-16"), r"UTF-16.*save the file again as UTF-8"),
    "UTF-16 without mark": (GOOD.decode().encode("utf-16-le"), r"UTF-16"),
    "UTF-32": (GOOD.decode().encode("utf-32"), r"UTF-16"),
    "empty": (b"", r"is empty"),
    "only a mark": (codecs.BOM_UTF8, r"is empty"),
    "only a header": (content(), r"no line"),
    "only blank lines": (content(",,,", "", head=HEAD).replace(b",,,", b""), r"no line"),
    "a NUL": (content(line(commune="B\x00")), r"line 2: holds a NUL"),
    "a control character": (content(line(commune="B\x07")), r"line 2, column commune"),
    "a short line": (content(line(), line().rsplit(",", 3)[0]), r"line 3: has 17 cells, the header has 20"),
    "a long line": (content(line(commune="Bègles, Gironde")), r"line 2: has 21 cells.*quotes"),
    "semicolons": (GOOD.replace(b",", b";"), r"line 1: separates its cells by semicolons.*commas"),
    "tabs": (GOOD.replace(b",", b"\t"), r"line 1: separates its cells by tabs"),
    "a missing column": (GOOD.replace(b"finess_et", b"finess"), r"line 1, column finess_et: is missing"),
    "no header": (content(line(), head=line()), r"line 1, column code: is missing"),
    "a column twice": (content(line() + ",x", head=HEAD + ",code"), r"line 1, column code: stands twice"),
    "an open quote": (content(line(), line(note='"open')), r"line 3: is not CSV"),
    "a stray quote": (content(line(note='"a"b')), r"line 2: is not CSV"),
    "FINESS without zeros": (
        content(line(finess_et="10000123")),
        r"line 2, column finess_et: .*format the column as text",
    ),
    "FINESS in scientific notation": (content(line(finess_et="3.3E+08")), r"line 2, column finess_et"),
    "FINESS with a wrong key": (content(line(finess_et="330000002")), r"line 2, column finess_et: .*key is wrong"),
    "FINESS with other digits": (content(line(finess_et="٣٣٠٠٠٠٠٠١")), r"line 2, column finess_et"),
    "FINESS twice": (content(line(), line(code="33-SU-02")), r"line 3, column finess_et: .*line 2"),
    "a code twice": (content(line(), line(finess_et="330000019")), r"line 3, column code: .*stands twice"),
    "no code": (content(line(code="")), r"line 2, column code: is empty"),
    "postal code without zero": (content(line(code_postal="1000")), r"line 2, column code_postal: .*as text"),
    "département without zero": (content(line(dep="1")), r"line 2, column dep: .*as text"),
    "an unknown type": (content(line(type="HOPITAL")), r"line 2, column type"),
    "an unknown confidence": (content(line(confiance="sans doute")), r"line 2, column confiance"),
    "a latitude with a comma": (content(line(lat='"44,8"')), r"line 2, column lat: .*with a point"),
    "a latitude beyond the pole": (content(line(lat="144.8")), r"line 2, column lat"),
    "a latitude that is no number": (content(line(lat="nan")), r"line 2, column lat"),
    "a year of two digits": (content(line(annee="25")), r"line 2, column annee"),
    "a page of a web site": (b"<!doctype html><html><body>502</body></html>", r"line 1, column code: is missing"),
    "a spreadsheet": (b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00\xff", r"foreign\.csv"),
}


@pytest.mark.parametrize(("data", "told"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_file_is_one_line_with_file_line_column_and_cure(tmp_path: Path, data: bytes, told: str) -> None:
    path = tmp_path / "foreign.csv"
    path.write_bytes(data)
    with pytest.raises(BadDataFile, match=told) as wrong:
        load(str(path))
    message = str(wrong.value)
    assert message.startswith("foreign.csv") and " -> " in message and "\n" not in message


@pytest.mark.parametrize(
    "data",
    [
        GOOD,
        codecs.BOM_UTF8 + GOOD,
        GOOD.replace(b"\r\n", b"\n"),
        GOOD + b"\r\n,,,\r\n".replace(b",,,", b""),
        content(line(commune=" Bègles "), line(code="33-SU-02", finess_et="330000019")),
        content(line(), line(code="33-SMUR-01", type="SMUR")),
        content(line(finess_et=""), line(code="33-SU-02", finess_et="")),
        content(line(finess_et="2A0000014", dep="2A"), line(code="x", finess_et="330000019", note='"a ""b"", c"')),
    ],
)
def test_what_spreadsheets_write_around_a_good_file_is_accepted(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "foreign.csv"
    path.write_bytes(data)
    found = load(str(path)).establishments
    assert len(found) == 2 and found[0].town == "Bègles"


def test_corrections_are_read_by_the_same_mechanism(tmp_path: Path) -> None:
    path, fixes = tmp_path / "foreign.csv", tmp_path / "foreign.corrections.csv"
    path.write_bytes(GOOD)
    fixes.write_bytes("code,colonne,valeur\n33-SU-01,commune,Bordeaux\n".encode("utf-8-sig"))
    assert load(str(path)).establishments[0].town == "Bordeaux"
    for data, told in (("é,colonne", "not UTF-8"), ("code,colonne,valeur\na,ville,b\n", "line 2, column colonne")):
        fixes.write_bytes(data.encode("cp1252"))
        with pytest.raises(BadDataFile, match=re.escape(told)) as wrong:
            load(str(path))
        assert str(wrong.value).startswith("foreign.corrections.csv")


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))))
def test_any_bytes_are_rows_or_the_one_error(data: bytes) -> None:
    try:
        read_csv(data, "any.csv", ("a", "b"))
        read_csv(b"a,b\n" + data, "any.csv", ("a", "b"))
    except BadDataFile as wrong:
        assert "\n" not in str(wrong)


def test_the_job_keeps_the_former_data_and_logs_one_line(
    portal: Portal, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "foreign.csv"
    path.write_bytes(GOOD)
    settings = find(portal.registry, OruSettings)
    before = settings.establishments_file
    object.__setattr__(settings, "establishments_file", str(path))
    try:
        assert count(portal) == 0
        find(portal.registry, IJobs).run_due()
        assert count(portal) == 2
        path.write_bytes(GOOD.decode().encode("cp1252"))
        portal.clock.advance(hours=2)
        caplog.clear()
        with caplog.at_level(logging.ERROR):
            find(portal.registry, IJobs).run_due()
    finally:
        object.__setattr__(settings, "establishments_file", before)
    assert count(portal) == 2
    (record,) = [each for each in caplog.records if "oru.import_directory" in each.getMessage()]
    assert "foreign.csv, line 2: is not UTF-8" in record.getMessage() and record.exc_info is None


def count(portal: Portal) -> int:
    with portal.db.reading() as session:
        return session.scalar(select(func.count()).select_from(EstablishmentRow)) or 0
