"""Forms of the accounts: what a person may change alone, and what the support decides."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import colander

from ..foundation.forms import ChoiceNode, PhoneNode, PostalCodeNode, Rule, TextNode, ruled_schema
from ..foundation.nomenclatures import departments, departments_of, towns_of
from ..normalise.postal import FRANCE, BadPostalCode, PostalCode, countries, normalise_postal_code, town_with_cedex
from ..pyramid_types import Json, JsonObject
from .attributes import KINDS

#: How many towns a message names.
_TOWNS_NAMED = 10

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
        PostalCodeNode(
            name="postal_code", title="Code postal", any_country=True, data={"towns": "/communes", "country": FRANCE}
        ),
        TextNode(name="city", title="Ville", max_length=80, missing="", asterisk=True, autocomplete="address-level2"),
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
            help="D’après le code postal si vous ne le choisissez pas.",
            shown_when=f"country={FRANCE}",
        ),
        PhoneNode(name="phone", title="Téléphone", missing="", autocomplete="tel"),
        PhoneNode(name="mobile", title="Mobile", missing="", autocomplete="tel"),
        PhoneNode(name="fax", title="Fax", missing="", autocomplete="off"),
    ]


def a_phone_is_given(asked: Collection[str]) -> Rule:
    """Return the rule that one of the telephones that the form asks for is given."""
    names = [name for name in ("phone", "mobile") if name in asked]

    def rule(values: Json) -> Mapping[str, str]:
        if not names or any(values.get(name, "refused") for name in names):
            return {}
        return {names[0]: "Renseignez au moins un numéro, fixe ou mobile."}

    return rule


def an_address_is_of_its_country(asked: Collection[str], country: str = "") -> Rule:
    """Return the rule that postal code, town and département of an address agree.

    A town or a département that is left out is taken from the postal code where that names one only
    (:func:`normal_address`).

    :param asked: names of the form's fields. :param country: of an address whose country the form does not ask for.
    """

    def rule(values: Json) -> Mapping[str, str]:
        there = values.get("country") or country or FRANCE
        try:
            code = normalise_postal_code(values.get("postal_code", ""), there).code if values.get("postal_code") else ""
        except BadPostalCode as bad:
            return {"postal_code": bad.message}
        if not code and "postal_code" in asked:
            return {}
        found = dict(_town_problem(values, code if there == FRANCE else ""))
        if there == FRANCE:
            found.update(_department_problem(values, code))
        return found

    return rule


def _town_problem(values: Json, french_code: str) -> Mapping[str, str]:
    towns = towns_of(french_code)
    if values.get("city", "refused") or len(towns) == 1:
        return {}
    if not towns:
        return {"city": "Indiquez la ville."}
    names = ", ".join(town.name for town in towns[:_TOWNS_NAMED])
    more = "…" if len(towns) > _TOWNS_NAMED else "."
    return {"city": f"Plusieurs communes ont le code {french_code}. Indiquez la vôtre : {names}{more}"}


def _department_problem(values: Json, code: str) -> Mapping[str, str]:
    if "department" not in values:
        return {}
    possible = departments_of(code)
    if not values["department"]:
        return {} if len(possible) == 1 else {"department": "Choisissez le département de cette adresse."}
    if not possible or values["department"] in {str(each.coded) for each in possible}:
        return {}
    names = " ou ".join(each.label for each in possible)
    return {
        "department": f"Le code postal {code} correspond à : {names}. Choisissez ce département, ou corrigez le code."
    }


def normal_address(values: Json, country: str = "") -> JsonObject:
    """Return validated values with their address in normal form.

    « CEDEX » stands behind the town, not in the code; France is no country to note, and only France has départements.
    """
    found = dict(values)
    country = found.get("country") or country or FRANCE
    if found.get("postal_code"):
        postal = normalise_postal_code(found["postal_code"], country)
        found["postal_code"] = postal.code
        if country == FRANCE:
            found = _completed(found, postal)
        if found.get("city"):
            found["city"] = town_with_cedex(found["city"], postal.cedex)
    if "country" in found:
        found["country"] = "" if country == FRANCE else country
    if "department" in found and country != FRANCE:
        found["department"] = ""
    return found


def _completed(values: JsonObject, postal: PostalCode) -> JsonObject:
    """Return the values of a French address with the town and the département that its postal code alone names."""
    towns, departments_there = towns_of(postal.code), departments_of(postal.code)
    found = dict(values)
    if not found.get("city", "not asked") and len(towns) == 1:
        found["city"] = towns[0].name
    if not found.get("department", "not asked") and len(departments_there) == 1:
        found["department"] = str(departments_there[0].coded)
    return found


def profile_schema(hidden: Collection[str], proven: Collection[str] = (), country: str = "") -> Any:
    """Return the schema of what the person may change; hidden fields stay as they are, and proven ones too: nobody
    types over what a card, Pro Santé Connect or a reviewer has proven. ``country``: of an address that is proven."""

    workplace = TextNode(name="workplace", title="Lieu d’exercice", max_length=120, autocomplete="organization")
    nodes = [
        node
        for node in (workplace, *contact_nodes())
        if KINDS[node.name].editable and node.name not in hidden and node.name not in proven
    ]
    asked = [node.name for node in nodes]
    rules = [an_address_is_of_its_country(asked, country)]
    if not {"phone", "mobile"} & set(proven):
        rules.append(a_phone_is_given(asked))
    return ruled_schema(nodes, *rules)


class SuspensionSchema(colander.MappingSchema):
    """Why an account is suspended, as the person reads it."""

    reason = TextNode(
        title="Motif de la suspension",
        min_length=5,
        max_length=300,
        help="Envoyé à la personne, tel que vous l’écrivez.",
    )
