"""The French of validation messages: ours where colander's are poor, colander's and deform's catalogues otherwise."""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

#: By msgid of colander or deform.
BETTER: Mapping[str, str] = {
    "Required": "Ce champ est obligatoire.",
    "Invalid email address": "Cette adresse n'est pas valable : elle s'écrit nom@domaine.fr.",
    "Shorter than minimum length ${min}": "Saisissez au moins ${min} caractères.",
    "Longer than maximum length ${max}": "Saisissez au plus ${max} caractères.",
    "${val} is less than minimum value ${min}": "Saisissez un nombre d'au moins ${min}.",
    "${val} is greater than maximum value ${max}": "Saisissez un nombre d'au plus ${max}.",
    '"${val}" is not a number': "Saisissez un nombre.",
    '"${val}" is not one of ${choices}': "Choisissez une des réponses proposées.",
    '"${val}" must not be one of ${choices}': "Cette réponse n'est pas possible.",
    "Invalid date": "Cette date n'existe pas.",
    "Invalid selection": "Choisissez une des réponses proposées.",
    "There was a problem with your submission": "Le formulaire contient une erreur.",
}


@cache
def _catalogue(domain: str) -> gettext.NullTranslations:
    path = files(domain).joinpath("locale", "fr", "LC_MESSAGES", f"{domain}.mo")
    if not path.is_file():
        return gettext.NullTranslations()
    with path.open("rb") as stream:
        return gettext.GNUTranslations(stream)


def french(message: Any) -> str:
    """Return a message in French, its values put in; a plain string is taken as written in French already."""
    domain = getattr(message, "domain", None)
    if domain not in {"colander", "deform"}:
        return str(message)
    text = BETTER.get(str(message)) or _catalogue(domain).gettext(str(message))
    return str(message.interpolate(text))
