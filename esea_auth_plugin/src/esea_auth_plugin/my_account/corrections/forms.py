"""The form of a correction: the identity as it stands, to be changed where it is wrong, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import colander

from ...accounts.forms import an_address_is_of_its_country, contact_nodes, normal_address
from ...accounts.identity_nodes import (
    another_profession_is_told,
    name_nodes,
    profession_nodes,
    specialties_are_of_the_profession,
)
from ...foundation.forms import Group, TextNode, ruled_schema
from ...foundation.nomenclatures import OTHER_PROFESSION
from ...foundation.nomenclatures.identifiers import normalise_adeli, normalise_rpps

_NUMBERS = {"rpps": normalise_rpps, "adeli": normalise_adeli}
GROUPS = (
    Group("Identité", ("civility", "last_name", "first_name"), columns=2),
    Group(
        "Profession",
        ("profession", "profession_other", "rpps", "rpps_specialty", "adeli", "adeli_specialty"),
        columns=2,
    ),
    Group(
        "Prouvé par votre carte, par Pro Santé Connect ou par le support",
        ("workplace", "address", "postal_code", "city", "country", "department", "phone", "mobile", "fax"),
        columns=2,
    ),
)


def correction_schema(today: date, proven: Collection[str], hidden: Sequence[str]) -> Any:
    """Return the schema. What the person may change alone is left out, unless it was proven since."""
    workplace = TextNode(name="workplace", title="Lieu d’exercice", max_length=120)
    nodes = [
        node
        for node in (*name_nodes(), *profession_nodes(today))
        if node.name not in hidden and node.name.removesuffix("_specialty") not in hidden
    ]
    nodes.extend(node for node in (workplace, *contact_nodes()) if node.name in proven)
    nodes.append(
        TextNode(
            name="motive",
            title="Ce qui a changé, et ce qui le prouve",
            multiline=True,
            min_length=10,
            max_length=1_000,
            help="Par exemple : mariage, pièce d’identité disponible ; nouvelle inscription à l’ordre. "
            "N’indiquez aucun nom de patient.",
        )
    )
    return ruled_schema(
        nodes,
        another_profession_is_told,
        specialties_are_of_the_profession(),
        an_address_is_of_its_country([node.name for node in nodes]),
    )


def normal(values: Mapping[str, object]) -> dict[str, str]:
    """Return what was typed in the form that the accounts keep; an empty text removes a value."""
    typed = {name: "" if value is colander.null else str(value) for name, value in values.items() if name != "motive"}
    typed = normal_address(typed)
    for name, normalise in _NUMBERS.items():
        if typed.get(name):
            typed[name] = normalise(typed[name])
    if typed.get("profession") != OTHER_PROFESSION and "profession_other" in typed:
        typed["profession_other"] = ""
    return typed
