"""Turns Pro Santé Connect's claims into a person: identifiers with their origin, attributes, activities to choose from.

The claims are JSON that somebody else writes: any part may be missing, empty, of another type or of another spelling
than announced (domain notes on PSC, matrix a to j). What can't be read is left out, never guessed: the person fills
it in. Nothing here raises for the sake of a claim but :class:`NobodyNamed`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ...errors import PortalError
from ...foundation.nomenclatures import CIVILITIES, list_of
from ...foundation.nomenclatures.identifiers import (
    ADELI_LENGTH,
    RPPS_DIGITS,
    BadIdentifier,
    normalise_adeli,
    normalise_rpps,
)
from ...interfaces import ExternalIdentity
from .activities import Activity, activities_of, dicts_of
from .texts import clean, first, name_like

KIND = "psc"
ORIGIN = "psc"
#: Origins of identifiers, in the order in which accounts are searched by them (after the SubjectNameID).
RPPS, ADELI, SUB, NAME_ID = "RPPS", "ADELI", "sub", "SubjectNameID"
_MAX_IDS = 12


class NobodyNamed(PortalError):
    """The claims name nobody: neither a national identifier nor a subject."""

    code = "psc.nobody"


@dataclass(frozen=True, slots=True)
class PscPerson:
    """Who PSC says is there.

    :ivar identifiers: (origin, value) pairs, each once, strongest first; RPPS without its leading 8.
    :ivar attributes: what holds whatever the activity: names, civility, RPPS, ADELI.
    :ivar activities: what the person does where; one of them completes the attributes.
    :ivar names_of_practice: last name and given name of each « exercice », where they differ from the person's own.
    """

    issuer: str
    sub: str
    name_id: str
    identifiers: tuple[tuple[str, str], ...]
    attributes: Mapping[str, str] = field(default_factory=dict)
    activities: tuple[Activity, ...] = ()
    names_of_practice: tuple[tuple[str, str], ...] = ()

    @property
    def display_name(self) -> str:
        """First and last name, as far as they are known."""
        parts = (self.attributes.get("first_name", ""), self.attributes.get("last_name", ""))
        return " ".join(filter(None, parts)) or self.name_id

    def values(self, origin: str) -> Sequence[str]:
        """Return the identifiers of one origin."""
        return [value for kind, value in self.identifiers if kind == origin]

    def identity(self, activity: int | None = None) -> ExternalIdentity:
        """Return the external identity, completed by one of the activities (the only one by default)."""
        chosen: Mapping[str, str] = {}
        if activity is not None and 0 <= activity < len(self.activities):
            chosen = self.activities[activity].attributes
        elif len(self.activities) == 1:
            chosen = self.activities[0].attributes
        return ExternalIdentity(
            issuer=self.issuer,
            subject=self.name_id,
            attributes={**chosen, **self.attributes},
            kind=KIND,
            origin=ORIGIN,
            label="Pro Santé Connect",
            evidence={f"id_{place}": f"{kind}:{value}" for place, (kind, value) in enumerate(self.identifiers)},
            also_known_as=self.names_of_practice,
        )


def person_of(claims: Mapping[str, object], *, issuer: str, today: date, strict: bool = True) -> PscPerson:
    """Read the claims of userinfo.

    :param strict: an RPPS number must have the right key; the sandbox's fictional ones often don't.
    :raises NobodyNamed: they name nobody.
    """
    reference = claims.get("SubjectRefPro")
    reference = reference if isinstance(reference, dict) else {}
    sub = clean(claims.get("sub"), 255)
    name_id = clean(first(claims, "SubjectNameID", "preferred_username"), 255) or sub
    if not sub or not name_id:
        raise NobodyNamed("Pro Santé Connect n'a transmis aucun identifiant.")
    identifiers = tuple(dict.fromkeys(_identifiers(claims, name_id, sub, strict=strict)))[:_MAX_IDS]
    attributes = {
        "last_name": name_like(claims.get("family_name")),
        "first_name": name_like(claims.get("given_name")),
        "civility": _civility(first(claims, "codeCivilite") or first(reference, "codeCivilite"), today),
        "rpps": next((value for kind, value in identifiers if kind == RPPS), ""),
        "adeli": next((value for kind, value in identifiers if kind == ADELI), ""),
    }
    own_names = (attributes["last_name"], attributes["first_name"])
    return PscPerson(
        issuer=issuer,
        sub=sub,
        name_id=name_id,
        identifiers=identifiers,
        attributes={name: value for name, value in attributes.items() if value},
        activities=activities_of(claims, reference, today),
        names_of_practice=tuple(dict.fromkeys(_names_of_practice(reference, own_names))),
    )


def _names_of_practice(reference: Mapping[str, object], own: tuple[str, str]) -> Iterator[tuple[str, str]]:
    for practice in dicts_of(reference.get("exercices")):
        names = name_like(practice.get("nomDexercice")), name_like(practice.get("prenomDexercice"))
        if names[0] and (names[0], names[1] or own[1]) != own:
            yield names[0], names[1] or own[1]


def _identifiers(claims: Mapping[str, object], name_id: str, sub: str, *, strict: bool) -> Iterator[tuple[str, str]]:
    """Yield every identifier with its origin, the SubjectNameID first, the technical ``sub`` last."""
    yield NAME_ID, name_id
    yield from _national(name_id, strict=strict)
    for entry in sorted(_other_ids(claims), key=_rank):
        value = clean(entry.get("identifiant"), 255)
        origin = clean(entry.get("origine"), 40)
        if not value or not origin:
            continue
        if origin.upper() == RPPS:
            yield from ((RPPS, number) for number in [_rpps(value, strict=strict)] if number)
        elif origin.upper() == ADELI:
            yield from ((ADELI, number) for number in [_adeli(value)] if number)
        else:
            yield origin, value
    yield SUB, sub


def _national(name_id: str, *, strict: bool) -> Iterator[tuple[str, str]]:
    """Read the register behind a PS_IdNat by its type digit and the shape of the rest (8 RPPS, 0 ADELI)."""
    if len(name_id) == RPPS_DIGITS + 1 and name_id.startswith("8"):
        number = _rpps(name_id, strict=strict)
        if number:
            yield RPPS, number
    elif len(name_id) == ADELI_LENGTH + 1 and name_id.startswith("0"):
        number = _adeli(name_id)
        if number:
            yield ADELI, number


def _other_ids(claims: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    """Return the alternative identifiers, under both spellings of the claim."""
    found: list[Any] = []
    for name in ("otherIds", "otherIDs"):
        value = claims.get(name)
        found.extend(value if isinstance(value, list) else [value])
    return [entry for entry in found if isinstance(entry, dict)][:_MAX_IDS]


def _rank(entry: Mapping[str, object]) -> int:
    quality = entry.get("qualite")
    return quality if isinstance(quality, int) and not isinstance(quality, bool) else 99


def _rpps(value: str, *, strict: bool) -> str:
    try:
        return normalise_rpps(value, check_key=strict)
    except BadIdentifier:
        return ""


def _adeli(value: str) -> str:
    try:
        return normalise_adeli(value)
    except BadIdentifier:
        return ""


def _civility(value: object, today: date) -> str:
    concept = list_of(CIVILITIES).get(clean(value, 20))
    return str(concept.coded) if concept is not None and concept.active(today) else ""
