"""The mapper against every shape of claims that was seen or announced: the matrix a to j, then arbitrary JSON."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esea_auth_plugin.auth_modes.pro_sante_connect.mapper import NobodyNamed, PscPerson, person_of

from .claims import ACTIVITY, CLAIMS, ISSUER, NATIONAL_ID, PRACTICE, RPPS, claims

TODAY = date(2026, 9, 14)
UUID = "7d0f3a3e-6c57-4b0e-9a55-111111111111"


def person(**changes: Any) -> PscPerson:
    return person_of(claims(**changes), issuer=ISSUER, today=TODAY)


def test_a_complete_professional() -> None:
    found = person()
    assert found.name_id == NATIONAL_ID
    assert found.identifiers == (("SubjectNameID", NATIONAL_ID), ("RPPS", RPPS), ("sub", CLAIMS["sub"]))
    identity = found.identity()
    assert (identity.issuer, identity.subject, identity.kind, identity.origin) == (ISSUER, NATIONAL_ID, "psc", "psc")
    assert identity.attributes == {
        "civility": "1.2.250.1.213.1.6.1.69|MME",
        "last_name": "Exemple",
        "first_name": "Alix",
        "rpps": RPPS,
        "profession": "1.2.250.1.71.1.2.7|60",
        "rpps_specialty": "1.2.250.1.213.2.28|SI05",
        "workplace": "CH FICTIF DE L'ESTUAIRE",
        "finess": "330999905",
        "structure": "F330999905",
        "address": "12 RUE DES EXEMPLES",
        "postal_code": "33000",
        "city": "Bordeaux",
        "department": "1.2.250.1.71.1.2.16|33",
        "phone": "+33556795679",
    }


def test_a_no_subject_ref_pro_at_all() -> None:
    """(a) What stands at the top level is used: profession, organisation, its identifier."""
    attributes = person(SubjectRefPro=None).identity().attributes
    assert attributes["profession"] == "1.2.250.1.71.1.2.7|60"
    assert attributes["workplace"] == "CH FICTIF DE L'ESTUAIRE"
    assert attributes["structure"] == "F330999905"
    assert "finess" not in attributes


def test_b_no_activity() -> None:
    """(b) A practice without activity still gives the profession."""
    found = person(SubjectRefPro={"exercices": [{**PRACTICE, "activities": []}]})
    assert len(found.activities) == 1
    assert found.identity().attributes["rpps_specialty"].endswith("|SI05")


def test_c_two_practices_leave_the_choice() -> None:
    """(c) Nothing of either is taken before the person has chosen."""
    doctor = {**PRACTICE, "codeProfession": "10", "codeSavoirFaire": "SM54", "activities": []}
    found = person(SubjectRefPro={"exercices": [PRACTICE, doctor]})
    assert len(found.activities) == 2
    assert "profession" not in found.identity().attributes
    assert found.identity(1).attributes["profession"] == "1.2.250.1.71.1.2.7|10"
    assert found.identity(1).attributes["rpps"] == RPPS
    assert found.identity(7).attributes == found.identity().attributes


def test_d_several_activities_leave_the_choice() -> None:
    """(d) Each is told apart by its place; the same one twice is one."""
    other = {
        **ACTIVITY,
        "raisonSocialeSite": "CLINIQUE FICTIVE",
        "numeroFinessSite": "640999900",
        "codePostal": "64000",
    }
    other["bureauCedex"] = "64000 PAU"
    found = person(SubjectRefPro={"exercices": [{**PRACTICE, "activities": [ACTIVITY, other, ACTIVITY]}]})
    labels = [each.label for each in found.activities]
    assert len(labels) == 2
    assert labels[0].startswith("Infirmier")
    assert labels[1].endswith("CLINIQUE FICTIVE – Pau")
    assert found.identity(1).attributes["department"] == "1.2.250.1.71.1.2.16|64"


def test_e_empty_texts_everywhere() -> None:
    """(e) Empty means absent, all the way down."""
    practice = {**dict.fromkeys(PRACTICE, ""), "activities": [dict.fromkeys(ACTIVITY, "")]}
    blank: dict[str, Any] = {
        name: "" for name in CLAIMS if name not in {"sub", "SubjectNameID", "otherIds", "SubjectRefPro"}
    }
    found = person(
        **blank, otherIds=[{"identifiant": "", "origine": "", "qualite": 1}], SubjectRefPro={"exercices": [practice]}
    )
    assert found.identity().attributes == {"rpps": RPPS}
    assert found.activities == ()
    assert found.display_name == NATIONAL_ID


def test_f_the_other_spelling_of_other_ids() -> None:
    """(f) Both spellings are read, and both together."""
    ids = [{"identifiant": "199900000", "origine": "EDIT", "qualite": 2}]
    found = person(SubjectNameID=UUID, otherIds=None, otherIDs=[*CLAIMS["otherIds"], *ids])
    assert found.attributes["rpps"] == RPPS
    assert ("EDIT", "199900000") in found.identifiers


def test_g_a_test_identity() -> None:
    """(g) « ANS… » is no number of any register; the person is known by it all the same."""
    found = person(SubjectNameID="ANS20231122132732", otherIds=[])
    assert found.identity().subject == "ANS20231122132732"
    assert "rpps" not in found.attributes


def test_h_uuids_with_the_rpps_among_the_other_ids() -> None:
    """(h) Announced: sub and SubjectNameID become UUIDs; the alternative identifiers tell the RPPS and the PSI."""
    other = [
        {"identifiant": UUID, "origine": "PSI", "qualite": 2},
        {"identifiant": NATIONAL_ID, "origine": "RPPS", "qualite": 1},
    ]
    found = person(sub=UUID, SubjectNameID=UUID, otherIds=other)
    assert found.identifiers == (("SubjectNameID", UUID), ("RPPS", RPPS), ("PSI", UUID), ("sub", UUID))


@pytest.mark.parametrize("code", ["999", "93x", "", "60^1.2.3", 60])
def test_i_an_unknown_profession_is_left_to_the_person(code: Any) -> None:
    """(i) A code that no list has in force is never turned into another one; a number is read as its digits."""
    found = person(SubjectRefPro={"exercices": [{**PRACTICE, "codeProfession": code}]})
    expected = "1.2.250.1.71.1.2.7|60" if code == 60 else None
    assert found.identity().attributes.get("profession") == expected


def test_j_the_subject_name_id_changes_and_the_rpps_stays() -> None:
    """(j) Both come with their origin, so that the account is found by the RPPS."""
    found = person(SubjectNameID=UUID)
    assert found.name_id == UUID
    assert found.values("RPPS") == [RPPS]


def test_the_civility_inside_subject_ref_pro() -> None:
    found = person(codeCivilite=None, SubjectRefPro={**CLAIMS["SubjectRefPro"], "codeCivilite": "M"})
    assert found.attributes["civility"] == "1.2.250.1.213.1.6.1.69|M"


def test_a_psychologist_is_looked_up_where_the_code_is_in_force() -> None:
    """93 stands in two lists; in one of them it ended in 2021."""
    found = person(SubjectRefPro={"exercices": [{**PRACTICE, "codeProfession": "93", "codeSavoirFaire": ""}]})
    assert found.identity().attributes["profession"] == "1.2.250.1.213.1.6.1.109|93"


def test_an_adeli_number_is_read_from_both_places() -> None:
    found = person(SubjectNameID="0339300014", otherIds=[{"identifiant": "339300014", "origine": "ADELI"}])
    assert found.values("ADELI") == ["339300014"]
    assert found.attributes["adeli"] == "339300014"


def test_a_number_with_a_wrong_key_counts_in_the_sandbox_only() -> None:
    wrong: dict[str, Any] = {"SubjectNameID": "810005678901", "otherIds": []}
    assert "rpps" not in person(**wrong).attributes
    lenient = person_of(claims(**wrong), issuer=ISSUER, today=TODAY, strict=False)
    assert lenient.attributes["rpps"] == "10005678901"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("JEAN-PIERRE", "Jean-Pierre"),
        ("D'ARTAGNAN", "D’Artagnan"),
        ("ÉMILIE", "Émilie"),
        ("de La Tour", "de La Tour"),
        ("A\u202eB", ""),
        ("X\r\nBcc: y", "X Bcc: y"),
        ("n" * 5000, ""),
    ],
)
def test_names_as_people_write_them(written: str, read: str) -> None:
    """Nothing that writes backwards, breaks a mail's header or floods a page comes through."""
    assert person(family_name=written).attributes.get("last_name", "") == read


def test_claims_that_name_nobody() -> None:
    with pytest.raises(NobodyNamed):
        person(sub="")
    assert person(SubjectNameID=None, preferred_username="").name_id == CLAIMS["sub"]


def test_a_flood_of_activities_stays_a_list_to_choose_from() -> None:
    many = [{**ACTIVITY, "raisonSocialeSite": f"SITE {number}"} for number in range(500)]
    assert len(person(SubjectRefPro={"exercices": [{**PRACTICE, "activities": many}]}).activities) <= 20


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
shaken = st.dictionaries(st.sampled_from([*CLAIMS, "otherIDs", "authMode"]), json_values, max_size=6)
inside = st.dictionaries(st.sampled_from(list(ACTIVITY)), json_values, max_size=6)


@given(shaken, inside, inside)
def test_whatever_the_claims_hold_the_mapper_answers_plain_texts(
    changes: dict[str, Any], practice: dict[str, Any], activity: dict[str, Any]
) -> None:
    whole = {**CLAIMS, "SubjectRefPro": {"exercices": [{**PRACTICE, **practice, "activities": [activity]}]}, **changes}
    try:
        found = person_of(whole, issuer=ISSUER, today=TODAY)
    except NobodyNamed:
        return
    identity = found.identity(0)
    for text in (*identity.attributes.values(), *identity.evidence.values(), identity.subject):
        assert isinstance(text, str)
        assert text
        assert "\n" not in text


# --- one bad item, and what is empty ------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [None, "texte", 5, [], {}, {"codeProfession": {"a": 1}}, {"activities": "x" * 5000}])
def test_one_bad_practice_or_activity_does_not_spoil_the_others(bad: Any) -> None:
    found = person(SubjectRefPro={"exercices": [bad, {**PRACTICE, "activities": [bad, ACTIVITY, bad]}, bad]})
    assert "CH FICTIF DE L'ESTUAIRE" in {each.attributes.get("workplace") for each in found.activities}


@pytest.mark.parametrize("bad", [None, "texte", 5, [], {}, {"identifiant": 7}, {"identifiant": "", "origine": "RPPS"}])
def test_one_bad_identifier_does_not_spoil_the_others(bad: Any) -> None:
    found = person(SubjectNameID=UUID, otherIds=[bad, {"identifiant": NATIONAL_ID, "origine": "RPPS"}, bad])
    assert ("RPPS", RPPS) in found.identifiers


@pytest.mark.parametrize("empty", ["", " ", "\u00a0", None, [], {}])
def test_an_empty_claim_is_absent(empty: Any) -> None:
    """What is empty at the place that is looked at first leaves the next place to say it."""
    found = person(SubjectNameID=empty, codeCivilite=empty, SubjectRefPro={"codeCivilite": "MME", "exercices": []})
    assert found.name_id == NATIONAL_ID
    assert found.identity().attributes["civility"].endswith("|MME")


@pytest.mark.parametrize("empty", ["", "   ", None])
def test_an_empty_part_of_an_activity_is_absent(empty: Any) -> None:
    activity = {**ACTIVITY, "enseigneCommercialeSite": empty, "codePostal": empty, "codeDepartement": empty}
    attributes = person(SubjectRefPro={"exercices": [{**PRACTICE, "activities": [activity]}]}).identity().attributes
    assert attributes["workplace"] == "CH FICTIF DE L'ESTUAIRE"
    assert (attributes["postal_code"], attributes["department"]) == ("33000", "1.2.250.1.71.1.2.16|33")


def test_an_empty_role_before_the_right_one_is_absent() -> None:
    roles = ["", "^1.2.250.1.213.1.1.5.5", "60^1.2.250.1.213.1.1.5.5"]
    attributes = person(SubjectRefPro=None, SubjectRole=roles).identity().attributes
    assert attributes["profession"] == "1.2.250.1.71.1.2.7|60"


# --- départements -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"codePostal": "97150"}, "978"),
        ({"codePostal": "97150", "codeDepartement": "971"}, "978"),
        ({"codePostal": "97133"}, "977"),
        ({"codePostal": "20090"}, "2A"),
        ({"codePostal": "20200"}, "2B"),
        ({"codePostal": "20090", "codeDepartement": "20"}, "2A"),
        ({"codePostal": "98713"}, "987"),
        ({"codePostal": "98000", "codePays": "99138"}, ""),
        ({"codePostal": "42620", "codeCommune": "03248"}, "03"),
        ({"codePostal": "20001", "codePays": "99134"}, ""),
    ],
)
def test_the_departement_of_an_activity(changes: dict[str, str], code: str) -> None:
    activity = {**ACTIVITY, "bureauCedex": "", **changes}
    attributes = person(SubjectRefPro={"exercices": [{**PRACTICE, "activities": [activity]}]}).identity().attributes
    assert attributes.get("department", "").partition("|")[2] == code


# --- names of practice --------------------------------------------------------------------------------------------


def test_a_name_of_practice_is_another_name_of_the_same_person() -> None:
    practices = [{**PRACTICE, "nomDexercice": "PRATICIENNE", "prenomDexercice": ""}, PRACTICE]
    found = person(SubjectRefPro={"exercices": practices})
    assert found.identity().also_known_as == (("Praticienne", "Alix"),)
