"""From a French postal code to its towns and their département, by the open data in ``data/towns.txt``.

A postal code may belong to towns of several départements. A CEDEX code belongs to one organisation and is not listed:
its digits alone name the département.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ...normalise.folding import fold_letters
from .lists import DEPARTMENTS, Concept, list_of
from .postal import department_of


@dataclass(frozen=True, slots=True)
class Town:
    """A town of a postal code, and its département."""

    name: str
    department: Concept


@cache
def _lines() -> Mapping[str, str]:
    text = (files(__package__) / "data" / "towns.txt").read_text(encoding="utf-8")
    return {line[:5]: line[6:] for line in text.splitlines() if not line.startswith("#")}


def towns_of(postal_code: str) -> Sequence[Town]:
    """Return the towns of a postal code in alphabetical order; none for a code that is not listed."""
    found = []
    for item in _lines().get(postal_code, "").split(";"):
        name, _, department = item.partition("@")
        concept = list_of(DEPARTMENTS).get(department) if department else department_of(postal_code)
        if name and concept is not None:
            found.append(Town(name, concept))
    return sorted(found, key=lambda town: fold_letters(town.name))


def departments_of(postal_code: str) -> Sequence[Concept]:
    """Return the départements that an address of this postal code may be in; none for a code that names none."""
    listed = {town.department.coded.code: town.department for town in towns_of(postal_code)}
    if listed:
        return list(listed.values())
    concept = department_of(postal_code)
    return [] if concept is None else [concept]
