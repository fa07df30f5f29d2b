"""What a card proves of a person, in the portal's own words: an external identity with its attributes."""

from __future__ import annotations

import re
from datetime import date, datetime

from ...foundation.nomenclatures import lists
from ...interfaces import ExternalIdentity
from ...normalise.person_names import name_case, tidy_name
from ...pyramid_types import Json, JsonObject
from .certificate import Card
from .national import Kind, NationalId

ISSUER = "igc-sante"
KIND = "card"
_DEPARTMENT = re.compile(r".*\(([0-9AB]{2,3})\)")


def identity_of(card: Card, at: datetime, *, relaxed: bool = False) -> ExternalIdentity:
    """Return who a judged card names.

    The link rests on the CN: a renewed card has another serial and another number, and the same CN.
    """
    person = card.person(relaxed=relaxed)
    structure = card.structure(relaxed=relaxed)
    attributes = {
        "last_name": tidy_name(card.surname),
        "first_name": name_case(tidy_name(card.given_name)),
        **_numbers(person, structure),
        "profession": _profession(card.profession, at.date()),
        "structure": card.organisation,
        "workplace": card.organisation,
        "department": _department(card.state) if card.organisation else "",
    }
    evidence = {
        "serial": card.serial,
        "number": card.number,
        "type": card.kind_name,
        "not_after": card.not_after.date().isoformat(),
        "issuer": card.issuer,
    }
    return ExternalIdentity(
        issuer=ISSUER,
        subject=card.common_name,
        attributes={name: value for name, value in attributes.items() if value},
        kind=KIND,
        origin="card",
        label=f"Carte {card.kind_name} – {card.organisation}" if card.organisation else f"Carte {card.kind_name}",
        evidence=evidence,
    )


def to_json(identity: ExternalIdentity) -> JsonObject:
    """Return what a ticket carries."""
    return {
        "issuer": identity.issuer,
        "subject": identity.subject,
        "attributes": dict(identity.attributes),
        "kind": identity.kind,
        "origin": identity.origin,
        "label": identity.label,
        "evidence": dict(identity.evidence),
    }


def from_json(found: Json) -> ExternalIdentity:
    """Read it again."""
    return ExternalIdentity(**found)


def _numbers(person: NationalId | None, structure: NationalId | None) -> dict[str, str]:
    found = {}
    if person is not None and person.kind is Kind.RPPS:
        found["rpps"] = person.number
    if person is not None and person.kind is Kind.ADELI:
        found["adeli"] = person.number
    for one in (structure, person):
        if one is not None and one.kind is Kind.FINESS:
            found.setdefault("finess", one.number)
    return found


def _profession(code: int | None, on: date) -> str:
    """Return the profession as ``OID|code``: of G15, or of the title holders' list once G15 gave the code up."""
    if code is None:
        return ""
    known = [lists.list_of(oid).get(str(code)) for oid in (lists.HEALTH_PROFESSIONS, lists.TITLE_HOLDERS)]
    concepts = [concept for concept in known if concept is not None]
    found = next((concept for concept in concepts if concept.active(on)), concepts[0] if concepts else None)
    return str(found.coded) if found is not None else ""


def _department(state: str) -> str:
    match = _DEPARTMENT.fullmatch(state)
    concept = lists.list_of(lists.DEPARTMENTS).get(match[1]) if match else None
    return str(concept.coded) if concept is not None else ""
