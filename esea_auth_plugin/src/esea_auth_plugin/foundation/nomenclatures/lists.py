"""The code lists: what a form offers, and the label of a stored code.

A code means something only with the OID of its list, so the two travel together as :class:`Coded`, written
``OID|code`` (the token of FHIR) in forms and tables. Labels come from the data by lookup, never from code.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from ...normalise.folding import fold_letters

CIVILITIES = "1.2.250.1.213.1.6.1.69"
DEPARTMENTS = "1.2.250.1.71.1.2.16"
SPECIALTIES = "1.2.250.1.213.2.28"
HEALTH_PROFESSIONS = "1.2.250.1.71.1.2.7"
TITLE_HOLDERS = "1.2.250.1.213.1.6.1.109"
SOCIAL_PROFESSIONS = "1.2.250.1.213.1.6.1.4"
#: Ours: professions of the emergency services that no list of the NOS names. A name, since no authority gave it an OID.
PORTAL_PROFESSIONS = "urn:regional-portal:professions"

#: Professions by the letters that a specialty's code begins with (TRE_R38 has no other link to TRE_G15).
_SPECIALTY_HOLDERS = {"SM": "10", "SI": "60", "SCD": "40"}

#: What « Profession » holds when the person's own is in none of the lists; « Profession (autre) » then tells it.
OTHER_PROFESSION = "autre"


@dataclass(frozen=True, slots=True)
class Coded:
    """A code and the OID of the list that gives it its meaning."""

    system: str
    code: str

    def __str__(self) -> str:
        return f"{self.system}|{self.code}"

    @classmethod
    def parse(cls, text: str, *, default_system: str = "") -> Coded:
        """Read ``OID|code``, or a bare code of ``default_system``; ``ValueError`` when there is no system."""
        system, sign, code = text.partition("|")
        if not sign:
            system, code = default_system, text
        if not system or not code:
            raise ValueError("a code needs the OID of its list")
        return cls(system, code)


@dataclass(frozen=True, slots=True)
class Concept:
    """One entry of a list. ``end``: last day it was in force; ``regional``: a département of the region."""

    coded: Coded
    label: str
    end: date | None = None
    regional: bool = False

    def active(self, on: date) -> bool:
        """Tell whether the entry may still be chosen on this day."""
        return self.end is None or on <= self.end


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list with its provenance, as its file tells it."""

    name: str
    oid: str
    source: str
    revision: str
    concepts: tuple[Concept, ...]

    def get(self, code: str) -> Concept | None:
        """Return the entry of this code; codes are compared without case, as the lists say."""
        return next((item for item in self.concepts if item.coded.code.lower() == code.lower()), None)


@cache
def _all_lists() -> Mapping[str, CodeList]:
    folder = files(__package__) / "data"
    found = [_read(entry.read_text(encoding="utf-8")) for entry in folder.iterdir() if entry.name.endswith(".json")]
    return {item.oid: item for item in found}


def _read(text: str) -> CodeList:
    data = json.loads(text)
    oid = data["oid"]
    concepts = tuple(
        Concept(
            coded=Coded(oid, entry["code"]),
            label=_readable(entry["label"], entry["code"]),
            end=date.fromisoformat(entry["end"]) if "end" in entry else None,
            regional=bool(entry.get("nouvelle_aquitaine")),
        )
        for entry in data["concepts"]
        if not entry.get("obsolete")
    )
    return CodeList(data["name"], oid, data["source"], data["revision"], concepts)


def _readable(label: str, code: str) -> str:
    """Return a label as pages write it: typographic apostrophes, and no kind of code behind a specialty."""
    return label.replace("'", "’").removesuffix(f" ({code.rstrip('0123456789')})")


def list_of(oid: str) -> CodeList:
    """Return a list by its OID; ``KeyError`` when the package doesn't carry it."""
    return _all_lists()[oid]


def label_of(coded: Coded) -> str:
    """Return the label, or the code itself when we don't know it (lists newer than ours exist)."""
    code_list = _all_lists().get(coded.system)
    concept = code_list.get(coded.code) if code_list else None
    return concept.label if concept else coded.code


def professions(on: date) -> Sequence[tuple[str, Sequence[Concept]]]:
    """Return what « Profession » offers that day, in groups, each in alphabetical order."""
    groups = (
        ("Professions de santé", HEALTH_PROFESSIONS),
        ("Régulation et encadrement", PORTAL_PROFESSIONS),
        ("Usagers de titre", TITLE_HOLDERS),
        ("Professions du social", SOCIAL_PROFESSIONS),
    )
    return [(title, _sorted(item for item in list_of(oid).concepts if item.active(on))) for title, oid in groups]


def specialties() -> Sequence[tuple[Concept, Sequence[Concept]]]:
    """Return the specialties in alphabetical order, by the profession that may have them."""
    concepts = list_of(SPECIALTIES).concepts
    found = []
    for letters, code in _SPECIALTY_HOLDERS.items():
        profession = list_of(HEALTH_PROFESSIONS).get(code)
        held = _sorted(item for item in concepts if item.coded.code.rstrip("0123456789") == letters)
        if profession is not None and held:
            found.append((profession, held))
    return found


def _sorted(concepts: Iterable[Concept]) -> Sequence[Concept]:
    return sorted(concepts, key=lambda item: fold_letters(item.label))


def departments() -> Sequence[tuple[str, Sequence[Concept]]]:
    """Return the départements, those of the region first (people of the border work with us too)."""
    concepts = list_of(DEPARTMENTS).concepts
    return [
        ("Nouvelle-Aquitaine", [item for item in concepts if item.regional]),
        ("Autres départements", [item for item in concepts if not item.regional]),
    ]
