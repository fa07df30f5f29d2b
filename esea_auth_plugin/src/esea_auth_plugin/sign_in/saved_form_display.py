"""A form that waited, as its author reads it again: what they typed, in the words of the page they typed it on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from pyramid.traversal import traverse

from ..accounts.attributes import KINDS, shown
from ..pyramid_types import PortalRequest

#: Labels of fields that are no identity attributes. What is not here was chosen by the page, not by the person.
_LABELS: Mapping[str, str] = {
    "complement": "Complément d’information",
    "email": "Email",
    "function": "Fonction",
    "function_other": "Fonction autre",
    "label": "Nom du dispositif",
    "motif": "Motif",
    "motif_type": "Motif type",
    "motive": "Motif",
    "note": "Note interne",
    "profile": "Vous êtes",
    "question": "Question",
    "reason": "Motif",
    "speciality": "Spécialité",
    **{name: kind.label for name, kind in KINDS.items()},
}


def typed(fields: Iterable[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """Return label and value of what the person typed; codes as they read them."""
    return [(_LABELS[name], shown(name, value)) for name, value in fields if value.strip() and name in _LABELS]


def title_of(request: PortalRequest, path: str) -> str:
    """Return the title of the page that a form belongs to.

    The form's own address may answer no GET (« …/retirer »): its place does.
    """
    place = traverse(request.root, unquote(path))["context"]
    titled = next((one for one in _upwards(place) if getattr(one, "title", "")), None)
    return titled.title if titled is not None else ""


def _upwards(context: object) -> Iterable[Any]:
    while context is not None:
        yield context
        context = getattr(context, "__parent__", None)
