"""The directory: import once per content, search without accents, counts beside the filters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pyramid.registry import Registry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from esea_auth_plugin.foundation.database import Database, IDatabase, make_engine
from esea_auth_plugin.normalise.folding import fold_words
from esea_auth_plugin.testing.clock import DEFAULT_MOMENT
from oru_espace_pro_plugin.establishments.dataset import load
from oru_espace_pro_plugin.establishments.importing import import_dataset, last_digest
from oru_espace_pro_plugin.establishments.models import EstablishmentRow, ImportRow
from oru_espace_pro_plugin.establishments.service import Directory
from oru_espace_pro_plugin.interfaces import Criteria, Kind
from oru_espace_pro_plugin.models_base import OruModel


@pytest.fixture
def region(tmp_path: Path) -> Iterator[IDatabase]:
    database = Database(make_engine(f"sqlite:///{tmp_path}/directory.sqlite"))
    OruModel.metadata.create_all(database.engine)
    with database.writing() as session:
        import_dataset(session, load(""), DEFAULT_MOMENT)
    yield database
    database.engine.dispose()


@pytest.fixture
def look(region: IDatabase) -> Iterator[Session]:
    with region.reading() as session:
        yield session


DIRECTORY = Directory(Registry())


def codes(session: Session, **criteria: Any) -> list[str]:
    return [item.code for item in DIRECTORY.search(session, Criteria(**criteria)).establishments]


def test_historical_rows_are_kept_and_never_shown(look: Session) -> None:
    assert look.scalar(select(func.count()).select_from(EstablishmentRow)) == 124
    assert len(DIRECTORY.everything(look)) == 122
    assert DIRECTORY.get(look, "33-SU-17") is None
    assert codes(look, words="picqué") == []
    assert "64-SU-02" not in {item.code for item in DIRECTORY.neighbours(look, DIRECTORY.get(look, "64-SU-03"))}  # type: ignore[arg-type]


@pytest.mark.parametrize("typed", ["saint yrieix", "SAINT-YRIEIX", "Saint Yrieix la perche", "yrieix saint", "87500"])
def test_search_ignores_accents_case_and_hyphens(look: Session, typed: str) -> None:
    assert "87-SU-04" in codes(look, words=typed)


def test_search_finds_by_finess_and_by_the_kinds_name(look: Session) -> None:
    assert "33-SU-03" in codes(look, words="330781360")
    assert len(codes(look, words="samu centre 15")) == 13


@pytest.mark.parametrize("typed", ["%", "_", "' --", "\x00"])
def test_signs_alone_search_for_nothing(look: Session, typed: str) -> None:
    assert len(codes(look, words=typed)) == 122


def test_sql_is_only_words(look: Session) -> None:
    assert codes(look, words="' UNION SELECT 1 --") == []


def test_filters_and_the_counts_beside_them(look: Session) -> None:
    found = DIRECTORY.search(look, Criteria(department="33", kind=Kind.SMUR))
    assert len(found.establishments) == 8
    assert found.by_kind[Kind.SMUR] == 8 and found.by_kind[Kind.SU] == 16
    assert found.by_department["33"] == 8 and sum(found.by_department.values()) == 32


def test_other_structures_of_the_same_hospital_its_antennas_too(look: Session) -> None:
    dax = DIRECTORY.get(look, "40-SU-02")
    assert dax is not None
    assert {item.code for item in DIRECTORY.neighbours(look, dax)} >= {"40-SMUR-01", "40-ANTENNESMUR-04"}


def test_an_import_replaces_what_was_there_and_is_told(region: IDatabase) -> None:
    with region.writing() as session:
        import_dataset(session, load(""), DEFAULT_MOMENT)
    with region.reading() as session:
        assert session.scalar(select(func.count()).select_from(EstablishmentRow)) == 124
        assert session.scalar(select(func.count()).select_from(ImportRow)) == 2
        latest = DIRECTORY.latest_import(session)
    assert latest is not None
    assert (latest.shown, latest.hidden, latest.first_year, latest.last_year) == (122, 2, 2010, 2025)


def test_the_digest_names_the_content(look: Session) -> None:
    assert last_digest(look) == load("").digest


def test_the_list_takes_one_query_whatever_it_holds(region: IDatabase, queries: Callable[[], Any]) -> None:
    with region.reading() as session, queries() as seen:
        DIRECTORY.search(session, Criteria(words="bordeaux"))
    assert len(seen) == 1, str(seen)


def test_folding() -> None:
    assert fold_words("  L'Hôpital-Saint-Éloi ") == "l hopital saint eloi"
