"""Fields of an identity that the sign-up asks for and that a correction changes, with the handbook's labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import colander

from ..foundation.forms import ChoiceNode, NameNode, TextNode
from ..foundation.forms.widgets import Digits
from ..foundation.nomenclatures import CIVILITIES, OTHER_PROFESSION, SPECIALTIES, list_of, professions
from ..foundation.nomenclatures.identifiers import BadIdentifier, normalise_adeli, normalise_rpps


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


def profession_nodes(today: date) -> list[colander.SchemaNode]:
    """Return profession, RPPS and ADELI with their specialties; ``today`` decides which professions still exist."""
    specialties = _options(list_of(SPECIALTIES).concepts)
    values = [*_grouped(professions(today)), (OTHER_PROFESSION, "- Autre -")]
    return [
        ChoiceNode(name="profession", title="Profession", values=values),
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
        ChoiceNode(name="rpps_specialty", title="Spécialité RPPS", values=specialties, missing=""),
        _number("adeli", "N° ADELI", normalise_adeli, help_text="9 caractères. Ce répertoire est fermé."),
        ChoiceNode(name="adeli_specialty", title="Spécialité ADELI", values=specialties, missing=""),
    ]
