"""The packaged directory file: what it holds, what is history, and what a wrong file says."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path

import pytest

from esea_auth_plugin.foundation.csv_files import BadDataFile
from oru_espace_pro_plugin.establishments.dataset import load
from oru_espace_pro_plugin.establishments.figures import figures
from oru_espace_pro_plugin.establishments.outlines import contains, outlines
from oru_espace_pro_plugin.interfaces import Confidence, Kind

HEAD = (
    "code,type,libelle,etablissement,adresse,code_postal,commune,dep,departement,nature,heli_smur,lat,lon,"
    "coord_source,ecart_km_fedoru_finess,finess_et,finess_libelle,finess_match,note,annee,confiance,source\n"
)
LINE = (
    "33-SU-01,{kind},urgences,CH,1 rue,33000,Bordeaux,33,Gironde,Public,,44.8,-0.6,q,,330000001,CH,m,,2025,{sure},s\n"
)


def test_the_packaged_file_is_the_one_that_the_readme_describes() -> None:
    folder = files("oru_espace_pro_plugin.establishments") / "data"
    digest = hashlib.sha256((folder / "etablissements.csv").read_bytes()).hexdigest()
    assert (digest[:8], digest[-6:]) == ("372d2bb5", "4d766b")
    assert f"{digest[:8]}…{digest[-6:]}" in (folder / "README.md").read_text(encoding="utf-8")


def test_historical_structures_are_not_current() -> None:
    dataset = load("")
    gone = {item.code for item in dataset.establishments} - {item.code for item in dataset.current()}
    assert gone == {"33-SU-17", "64-SU-02"}  # HIA Robert-Picqué, Clinique Saint-Étienne
    assert len(dataset.current()) == 122


def test_antennas_are_told_apart_from_smur_and_from_the_unknown_one() -> None:
    kinds = [item.kind for item in load("").current()]
    assert (kinds.count(Kind.SMUR), kinds.count(Kind.ANTENNE_SMUR), kinds.count(Kind.ANTENNE)) == (32, 9, 1)


def test_the_inferred_clinic_is_marked() -> None:
    inferred = [item.code for item in load("").current() if item.confidence is Confidence.INFERRED]
    assert inferred == ["64-SU-01"]


def test_every_structure_lies_in_its_own_departement() -> None:
    by_code = {item.code: item for item in outlines()}
    for item in load("").establishments:
        assert item.longitude is not None and item.latitude is not None
        assert contains(by_code[item.department], item.longitude, item.latitude), item.code


def test_corrections_change_what_is_shown_and_nothing_is_left_in_english() -> None:
    shown = {item.code: item for item in load("").establishments}
    assert shown["16-SAMU-01"].town == "Angoulême"
    assert shown["40-ANTENNESMUR-02"].note == "Antenne saisonnière."
    assert not [item.code for item in shown.values() if "inferred" in item.note or " the " in item.note]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (HEAD + LINE.format(kind="SU", sure="sans doute"), "line 2"),
        (HEAD + LINE.format(kind="HOPITAL", sure="I"), "line 2"),
        (HEAD + LINE.format(kind="SU", sure="I") * 2, "stands twice"),
        ("code,type\n33-SU-01,SU\n", "line 1, column libelle"),
    ],
)
def test_a_wrong_file_says_where(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "region.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadDataFile, match=told):
        load(str(path))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadDataFile, match=r"absent\.csv"):
        load(str(tmp_path / "absent.csv"))


def test_figures_stand_beside_the_official_ones_and_say_why_they_differ() -> None:
    samu, smur, su = figures({"samu": 13, "smur": 48, "su": 65}, load("").current())
    assert (samu.official, samu.listed, samu.why) == (13, 13, "")
    assert (smur.official, smur.listed) == (48, 41)
    assert (su.official, su.listed) == (65, 63)
    assert smur.why and su.why
    assert "9 antennes" in smur.details and "1 à confirmer" in su.details
