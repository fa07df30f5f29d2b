"""Forms of the accounts: what a person may change alone, and what the support decides."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import colander

from ..forms import ChoiceNode, PhoneNode, PostalCodeNode, TextNode
from ..nomenclatures import departments
from .attributes import KINDS

ORIGIN_WORDS = {
    "declared": "déclaré par vous",
    "card": "lu sur votre carte",
    "psc": "transmis par Pro Santé Connect",
    "register": "annuaire national",
    "support": "saisi par le support",
}


def department_choices() -> list[tuple[str, Any]]:
    """Return « Département », those of the region first."""
    return [(title, [(str(item.coded), item.label) for item in concepts]) for title, concepts in departments()]


def contact_nodes() -> list[Any]:
    """Return professional address and telephones, with the handbook's labels."""
    return [
        TextNode(name="address", title="Adresse", max_length=200, autocomplete="street-address"),
        PostalCodeNode(name="postal_code", title="Code postal"),
        TextNode(name="city", title="Ville", max_length=80, autocomplete="address-level2"),
        ChoiceNode(name="department", title="Département", values=department_choices()),
        PhoneNode(name="phone", title="Téléphone", missing="", autocomplete="tel"),
        PhoneNode(name="mobile", title="Mobile", missing="", autocomplete="tel"),
        PhoneNode(name="fax", title="Fax", missing="", autocomplete="off"),
    ]


def a_phone_is_given(node: Any, values: Any) -> None:
    """Schema validator: one of the two telephones."""
    if not values.get("phone") and not values.get("mobile"):
        raise beside(node, "phone", "Renseignez au moins un numéro, fixe ou mobile.")


def beside(node: Any, name: str, message: str) -> colander.Invalid:
    """Return the error of one field of a schema."""
    error = colander.Invalid(node)
    error[name] = message
    return error


def profile_schema(hidden: Collection[str], proven: Collection[str] = ()) -> Any:
    """Return the schema of what the person may change; hidden fields stay as they are, and proven ones too: nobody
    types over what a card, Pro Santé Connect or a reviewer has proven."""
    schema = colander.SchemaNode(
        colander.Mapping(), validator=None if {"phone", "mobile"} & set(proven) else a_phone_is_given
    )
    workplace = TextNode(name="workplace", title="Lieu d’exercice", max_length=120, autocomplete="organization")
    for node in (workplace, *contact_nodes()):
        if KINDS[node.name].editable and node.name not in hidden and node.name not in proven:
            schema.add(node)
    return schema


class SuspensionSchema(colander.MappingSchema):
    """Why an account is suspended; the person may ask."""

    reason = TextNode(title="Motif de la suspension", min_length=5, max_length=300)
