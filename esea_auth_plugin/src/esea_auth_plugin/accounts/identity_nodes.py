"""Fields of an identity that the sign-up asks for and that a correction changes, with the handbook's labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import colander

from ..foundation.forms import ChoiceNode, NameNode, Rule, TextNode
from ..foundation.forms.widgets import Digits
from ..foundation.nomenclatures import CIVILITIES, OTHER_PROFESSION, list_of, professions, specialties
from ..foundation.nomenclatures.identifiers import BadIdentifier, normalise_adeli, normalise_rpps
from ..pyramid_types import Json


class Normalised:
    """Turns a typed number into its normal form, or a message beside the field."""

    def __init__(self, normalise: Callable[[str], str]) -> None:
        self.normalise = normalise

    def __call__(self, node: colander.SchemaNode, value: str) -> None:
        try:
            self.normalise(value)
        except BadIdentifier as bad:
            raise colander.Invalid(node, bad.message) from bad


def _options(concepts: Sequence[Any]) -> list[tuple[str, str]]:
    return [(str(item.coded), item.label) for item in concepts]


def _grouped(groups: Sequence[tuple[str, Sequence[Any]]]) -> list[tuple[str, Any]]:
    return [(title, _options(concepts)) for title, concepts in groups]


def _number(name: str, title: str, check: Callable[[str], str], *, help_text: str) -> colander.SchemaNode:
    return TextNode(
        name=name,
        title=title,
        missing="",
        max_length=20,
        validator=Normalised(check),
        widget=Digits(maxlength=20),
        help=help_text,
    )


def name_nodes() -> list[colander.SchemaNode]:
    """Return civility and names."""
    return [
        ChoiceNode(name="civility", title="Civilité", values=_options(list_of(CIVILITIES).concepts), width="s"),
        NameNode(name="last_name", title="Nom", autocomplete="family-name"),
        NameNode(name="first_name", title="Prénom", autocomplete="given-name"),
    ]


def profession_nodes(today: date, profession: str = "") -> list[colander.SchemaNode]:
    """Return profession, RPPS and ADELI with their specialties.

    :param today: decides which professions still exist. :param profession: the one that is proven, as stored.
    """
    values = [*_grouped(professions(today)), (OTHER_PROFESSION, "- Autre -")]
    return [
        ChoiceNode(name="profession", title="Profession", values=values, searchable=True),
        TextNode(
            name="profession_other",
            title="Profession (autre)",
            max_length=120,
            missing="",
            asterisk=True,
            shown_when=f"profession={OTHER_PROFESSION}",
            help="À renseigner si vous avez choisi « - Autre - ».",
        ),
        _number("rpps", "N° RPPS", normalise_rpps, help_text="11 chiffres, inscrits sur votre carte CPS."),
        _specialty("rpps_specialty", "Spécialité RPPS", profession),
        _number("adeli", "N° ADELI", normalise_adeli, help_text="9 caractères. Ce répertoire est fermé."),
        _specialty("adeli_specialty", "Spécialité ADELI", profession),
    ]


def _specialty(name: str, title: str, profession: str) -> colander.SchemaNode:
    by_profession = [(holder, held) for holder, held in specialties() if profession in {"", str(holder.coded)}]
    return ChoiceNode(
        name=name,
        title=title,
        values=[(holder.label, _options(held)) for holder, held in by_profession],
        missing="",
        searchable=True,
        follows="profession",
        group_values={holder.label: str(holder.coded) for holder, _ in by_profession},
    )


def another_profession_is_told(values: Json) -> Mapping[str, str]:
    """Rule: « - Autre - » says which."""
    if values.get("profession") == OTHER_PROFESSION and not values.get("profession_other", "refused"):
        return {"profession_other": "Indiquez votre profession."}
    return {}


def specialties_are_of_the_profession(proven: str = "") -> Rule:
    """Return the rule that a specialty is one of the profession's. :param proven: the profession that is not asked."""

    def rule(values: Json) -> Mapping[str, str]:
        profession = values.get("profession") or proven
        told = "Cette spécialité est celle d’une autre profession ({}) : choisissez-en une de la vôtre, ou aucune."
        return {
            name: told.format(holder.label)
            for name in ("rpps_specialty", "adeli_specialty")
            for holder, held in specialties()
            if profession and str(holder.coded) != profession and values.get(name) in {str(each.coded) for each in held}
        }

    return rule
