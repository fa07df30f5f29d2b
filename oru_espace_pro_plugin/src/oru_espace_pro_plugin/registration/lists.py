"""The lists Fonction, Spécialité and Vous êtes: package data that a setting replaces."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from esea_auth_plugin.directives import report_problems
from esea_auth_plugin.errors import Problem
from esea_auth_plugin.pyramid_types import Configurator, Json
from esea_auth_plugin.text_files import BadTextFile, read_text

#: What « Fonction » holds when none fits; « Fonction autre » then tells it. A replaced list keeps this code.
OTHER = "autre"

Entries = tuple[tuple[str, str], ...]


class BadLists(ValueError):
    """The integrator's file can't be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Lists:
    """Three lists of (code, label), in the order that the form shows."""

    functions: Entries
    specialities: Entries
    profiles: Entries

    def label(self, entries: Entries, code: str) -> str:
        """Return the label of a stored code; the code itself when the list has changed since."""
        return dict(entries).get(code, code)


@cache
def load(path: str) -> Lists:
    """Read the file at ``path``, the packaged one when it is empty.

    :raises BadLists: missing file, missing list, an entry that is no pair, or no « autre » among the functions.
    """
    file: Any = Path(path) if path else files(__package__) / "data" / "lists.json"
    try:
        data = json.loads(read_text(file))
        lists = Lists(_entries(data, "fonctions"), _entries(data, "specialites"), _entries(data, "vous_etes"))
    except BadTextFile as bad:
        raise BadLists(f"{file.name}: {bad}; {bad.cure}") from None
    except (ValueError, KeyError, TypeError, RecursionError) as wrong:
        raise BadLists(f"{file.name}: {type(wrong).__name__}: {wrong}") from None
    if OTHER not in dict(lists.functions):
        raise BadLists(f"{file.name}: `fonctions` has no entry of code `{OTHER}`")
    return lists


def _entries(data: Json, name: str) -> Entries:
    entries = tuple((str(code), str(label)) for code, label in data[name])
    if not entries or len({code for code, _ in entries}) != len(entries):
        raise ValueError(f"`{name}` is empty or has a code twice")
    return entries


def check_settings(config: Configurator) -> None:
    """Stop the start when the integrator's file can't be used."""
    try:
        load(config.registry.settings.get("oru_espace_pro.lists_file", ""))
    except BadLists as bad:
        cure = "give JSON with `fonctions`, `specialites`, `vous_etes`: lists of [code, label]"
        report_problems(config, [Problem("oru_espace_pro.lists_file", "", str(bad), cure)])
