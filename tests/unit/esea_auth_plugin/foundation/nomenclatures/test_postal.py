"""From postal codes to départements: F24, F27 and their neighbours."""

from __future__ import annotations

import pytest

from esea_auth_plugin.foundation.nomenclatures import DEPARTMENTS, department_of, list_of


@pytest.mark.parametrize(
    ("postal_code", "code"),
    [
        ("33000", "33"),
        ("01000", "01"),
        ("95000", "95"),
        ("75116", "75"),
        (" 64100 ", "64"),
        # Corsica (F27), CEDEX included
        ("20000", "2A"),
        ("20090", "2A"),
        ("20190", "2A"),
        ("20193", "2A"),
        ("20200", "2B"),
        ("20290", "2B"),
        ("20297", "2B"),
        ("20401", "2B"),
        ("20600", "2B"),
        ("20704", "2A"),
        # overseas départements and collectivities (F24)
        ("97110", "971"),
        ("97200", "972"),
        ("97300", "973"),
        ("97490", "974"),
        ("97600", "976"),
        ("97133", "977"),
        ("97150", "978"),
        ("98413", "984"),
        ("98600", "986"),
        ("98713", "987"),
        ("98799", "989"),
        ("98800", "988"),
        # no département of the list
        ("97500", None),  # Saint-Pierre-et-Miquelon: obsolete in TRE_G09
        ("98000", None),  # Monaco
        ("98020", None),
        ("00100", None),  # military
        ("99000", None),
        ("20900", None),
        ("33 000", None),
        ("3300", None),
        ("٣٣٠٠٠", None),
        ("", None),
    ],
)
def test_a_postal_code_names_its_departement(postal_code: str, code: str | None) -> None:
    found = department_of(postal_code)
    assert (found.coded.code if found else None) == code


def test_a_commune_s_code_goes_before_a_postal_code_of_the_neighbour() -> None:
    """Some communes are served from across the border: 42620 is shared by the Loire and the Allier."""
    found = department_of("42620", commune="03248")
    assert found is not None
    assert found.coded.code == "03"


@pytest.mark.parametrize(
    ("commune", "code"), [("2A004", "2A"), ("2b033", "2B"), ("97801", "978"), ("97701", "977"), ("33063", "33")]
)
def test_a_commune_s_code_alone_is_enough(commune: str, code: str) -> None:
    found = department_of("", commune=commune)
    assert found is not None
    assert found.coded.code == code


def test_the_collectivities_win_over_their_former_departement() -> None:
    found = department_of("97150", department="971")
    assert found is not None
    assert found.coded.code == "978"


def test_every_departement_of_the_list_is_reached_by_some_postal_code() -> None:
    found = {concept.coded.code for number in range(100_000) if (concept := department_of(f"{number:05}"))}
    monaco = "99138"  # a country among the départements
    assert found == {concept.coded.code for concept in list_of(DEPARTMENTS).concepts} - {monaco}
