"""The lists of the form: ours by default, the integrator's by a setting, refused when broken."""

from __future__ import annotations

import json
from pathlib import Path

import colander
import pytest

from esea_auth_plugin.interfaces import Identity
from oru_espace_pro_plugin.registration.forms import registration_schema
from oru_espace_pro_plugin.registration.lists import BadLists, load

LEA = Identity("11111111-1111-4111-8111-111111111111", "Léa Martin", "lea@chu.example.fr", "Léa", "Martin")
FILLED = {
    "function": "medecin-urgentiste",
    "speciality": "medecine-urgence",
    "profile": "samu-smur",
    "phone": "05 56 00 00 00",
}


def test_the_packaged_lists() -> None:
    lists = load("")
    assert dict(lists.functions)["autre"] == "Autre"
    assert lists.label(lists.specialities, "medecine-urgence") == "Médecine d'urgence"
    assert lists.label(lists.specialities, "gone") == "gone"


@pytest.mark.parametrize(
    "content",
    [
        "{",
        json.dumps({"fonctions": [["a", "A"]], "specialites": [["b", "B"]], "vous_etes": [["c", "C"]]}),
        json.dumps({"fonctions": [["autre", "Autre"]], "specialites": [], "vous_etes": [["c", "C"]]}),
        json.dumps({"fonctions": [["autre", "Autre"], ["autre", "X"]], "specialites": [["b", "B"]], "vous_etes": []}),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "lists.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadLists):
        load(str(path))


def test_fonction_autre_is_required_with_autre_only() -> None:
    schema = registration_schema(load(""), LEA).bind(request=None)
    assert schema.deserialize(FILLED)["phone"] == "+33556000000"
    schema = registration_schema(load(""), LEA, other=True).bind(request=None)
    with pytest.raises(colander.Invalid) as refused:
        schema.deserialize({**FILLED, "function": "autre", "phone": "12"})
    assert set(refused.value.asdict()) == {"function_other", "phone"}
    assert schema.deserialize({**FILLED, "function": "autre", "function_other": "Logisticien"})


def test_names_are_asked_only_when_the_identity_has_none() -> None:
    anonymous = Identity(LEA.subject, "lea", LEA.email)
    names = {node.name for node in registration_schema(load(""), anonymous)}
    assert {"first_name", "last_name"} <= names and "email" not in names
    assert not {"first_name", "last_name", "email"} & {node.name for node in registration_schema(load(""), LEA)}
