"""Forms of the accounts: what a person may change alone, and what the support decides."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import colander

from ..foundation.forms import ChoiceNode, PhoneNode, PostalCodeNode, TextNode
from ..foundation.nomenclatures import departments
from ..normalise.postal import FRANCE, BadPostalCode, countries, normalise_postal_code, town_with_cedex
from ..pyramid_types import Json, JsonObject
from .attributes import KINDS

ORIGIN_WORDS = {
    "declared": "déclaré par vous",
    "card": "lu sur votre carte",
    "psc": "transmis par Pro Santé Connect",
    "register": "annuaire national",
    "support": "saisi par le support",
    "own": "modifié par vous",
}


def department_choices() -> list[tuple[str, Any]]:
    """Return « Département », those of the region first."""
    return [(title, [(str(item.coded), item.label) for item in concepts]) for title, concepts in departments()]


def contact_nodes() -> list[Any]:
    """Return professional address and telephones, with the handbook's labels."""
    return [
        TextNode(name="address", title="Adresse", max_length=200, autocomplete="street-address"),
        PostalCodeNode(name="postal_code", title="Code postal", any_country=True),
        TextNode(name="city", title="Ville", max_length=80, autocomplete="address-level2"),
        ChoiceNode(
            name="country",
            title="Pays",
            values=list(countries()),
            default=FRANCE,
            missing=FRANCE,
            autocomplete="country",
        ),
        ChoiceNode(
            name="department",
            title="Département",
            values=department_choices(),
            missing="",
            asterisk=True,
            shown_when=f"country={FRANCE}",
        ),
        PhoneNode(name="phone", title="Téléphone", missing="", autocomplete="tel"),
        PhoneNode(name="mobile", title="Mobile", missing="", autocomplete="tel"),
        PhoneNode(name="fax", title="Fax", missing="", autocomplete="off"),
    ]


def a_phone_is_given(node: colander.SchemaNode, values: Json) -> None:
    """Schema validator: one of the two telephones."""
    if not values.get("phone") and not values.get("mobile"):
        raise beside(node, "phone", "Renseignez au moins un numéro, fixe ou mobile.")


def an_address_is_of_its_country(node: colander.SchemaNode, values: Json, country: str = "") -> None:
    """Schema validator: the postal code is one of the country, and an address in France names its département.

    :param country: of an address whose country the form does not ask for.
    """
    country = values.get("country") or country or FRANCE
    if values.get("postal_code"):
        try:
            normalise_postal_code(values["postal_code"], country)
        except BadPostalCode as bad:
            raise beside(node, "postal_code", bad.message) from bad
    asked = "department" in {child.name for child in node.children}
    if asked and country == FRANCE and values.get("postal_code") and not values.get("department"):
        raise beside(node, "department", "Choisissez le département de cette adresse.")


def normal_address(values: Json, country: str = "") -> JsonObject:
    """Return validated values with their address in normal form.

    « CEDEX » stands behind the town, not in the code; France is no country to note, and only France has départements.
    """
    found = dict(values)
    country = found.get("country") or country or FRANCE
    if found.get("postal_code"):
        postal = normalise_postal_code(found["postal_code"], country)
        found["postal_code"] = postal.code
        if found.get("city"):
            found["city"] = town_with_cedex(found["city"], postal.cedex)
    if "country" in found:
        found["country"] = "" if country == FRANCE else country
    if "department" in found and country != FRANCE:
        found["department"] = ""
    return found


def beside(node: colander.SchemaNode, name: str, message: str) -> colander.Invalid:
    """Return the error of one field of a schema."""
    error = colander.Invalid(node)
    error[name] = message
    return error


def profile_schema(hidden: Collection[str], proven: Collection[str] = (), country: str = "") -> Any:
    """Return the schema of what the person may change; hidden fields stay as they are, and proven ones too: nobody
    types over what a card, Pro Santé Connect or a reviewer has proven. ``country``: of an address that is proven."""

    def coherent(node: colander.SchemaNode, values: Json) -> None:
        an_address_is_of_its_country(node, values, country)
        if not {"phone", "mobile"} & set(proven):
            a_phone_is_given(node, values)

    schema = colander.SchemaNode(colander.Mapping(), validator=coherent)
    workplace = TextNode(name="workplace", title="Lieu d’exercice", max_length=120, autocomplete="organization")
    for node in (workplace, *contact_nodes()):
        if KINDS[node.name].editable and node.name not in hidden and node.name not in proven:
            schema.add(node)
    return schema


class SuspensionSchema(colander.MappingSchema):
    """Why an account is suspended; the person may ask."""

    reason = TextNode(title="Motif de la suspension", min_length=5, max_length=300)
