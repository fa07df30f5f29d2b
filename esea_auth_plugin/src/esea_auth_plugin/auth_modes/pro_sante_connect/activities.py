"""Reads what a person does and where: the « exercices » of SubjectRefPro and their activities, one choice each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from ...foundation.nomenclatures.identifiers import normalise_finess
from ...foundation.nomenclatures.lists import (
    HEALTH_PROFESSIONS,
    SOCIAL_PROFESSIONS,
    SPECIALTIES,
    TITLE_HOLDERS,
    Coded,
    list_of,
)
from ...foundation.nomenclatures.postal import department_of
from ...normalise.person_names import name_case
from ...normalise.postal import FRANCE, BadPostalCode, normalise_postal_code, town_with_cedex
from .texts import clean, first, phone

#: A professional has a handful; a list of thousands is an attack on the page that shows it.
MAX_ACTIVITIES = 20
FRANCE_COG = "99000"
#: Countries by their INSEE code (COG), as the register writes them: France and those near it; others are left out.
_COUNTRIES = {
    FRANCE_COG: FRANCE, "99109": "DE", "99127": "IT", "99130": "AD", "99131": "BE", "99132": "GB", "99134": "ES",
    "99137": "LU", "99138": "MC", "99139": "PT", "99140": "CH",
}  # fmt: skip
#: A code means something only with its list, and some codes stand in two: those in force come first.
_PROFESSIONS = (HEALTH_PROFESSIONS, TITLE_HOLDERS, SOCIAL_PROFESSIONS)
_POST = re.compile(r"(\d{5})\s+(.+)")


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity. :ivar label: how the person recognises it. :ivar attributes: what it adds to their identity."""

    label: str
    attributes: Mapping[str, str] = field(default_factory=dict)


def activities_of(claims: Mapping[str, object], reference: Mapping[str, object], today: date) -> tuple[Activity, ...]:
    """Return the activities, each once; the top-level claims when there is no SubjectRefPro to read."""
    found = list(_listed(claims, reference, today))
    if not found:
        found = [_of({"codeProfession": _role(claims)}, {}, claims, today)]
    unique = {tuple(sorted(each.attributes.items())): each for each in found if each.attributes}
    return tuple(unique.values())[:MAX_ACTIVITIES]


def _listed(claims: Mapping[str, object], reference: Mapping[str, object], today: date) -> Iterator[Activity]:
    for practice in dicts_of(reference.get("exercices")):
        activities = dicts_of(practice.get("activities"))
        for activity in activities:
            yield _of(practice, activity, {}, today)
        if not activities:
            yield _of(practice, {}, claims, today)


def _of(
    practice: Mapping[str, object], activity: Mapping[str, object], claims: Mapping[str, object], today: date
) -> Activity:
    profession = _coded(practice.get("codeProfession"), _PROFESSIONS, today)
    specialty = _coded(practice.get("codeSavoirFaire"), (SPECIALTIES,), today)
    workplace = clean(
        first(activity, "enseigneCommercialeSite", "raisonSocialeSite") or first(claims, "SubjectOrganization")
    )
    country = _COUNTRIES.get(clean(activity.get("codePays"), 10) or FRANCE_COG, "")
    postal_code, city = _post(activity, country)
    attributes = {
        "profession": str(profession[0]) if profession else "",
        "rpps_specialty": str(specialty[0]) if specialty else "",
        "workplace": workplace,
        "finess": _finess(activity.get("numeroFinessSite")),
        "structure": clean(
            first(activity, "identifiantTechniqueDeLaStructure") or first(claims, "SubjectOrganizationID"), 60
        ),
        "address": _street(activity),
        "postal_code": postal_code,
        "city": city,
        "country": country if country != FRANCE else "",
        "department": _department(activity, postal_code) if country == FRANCE else "",
        "phone": phone(activity.get("telephone")),
    }
    titles = [each[1] for each in (profession, specialty) if each]
    label = " – ".join(filter(None, [", ".join(titles), workplace, city]))
    return Activity(label or "Activité sans précision", {name: value for name, value in attributes.items() if value})


def _coded(value: object, lists: tuple[str, ...], today: date) -> tuple[Coded, str] | None:
    """Return the code with its list and label; ``None`` for one that no list has in force: it is never guessed."""
    code = clean(value, 20)
    if not code:
        return None
    for oid in lists:
        concept = list_of(oid).get(code)
        if concept is not None and concept.active(today):
            return concept.coded, concept.label
    return None


def _role(claims: Mapping[str, object]) -> str:
    """Return the profession's code of ``SubjectRole``: « code^OID of the value set », in a list or alone."""
    value = claims.get("SubjectRole")
    listed = value if isinstance(value, list) else [value]
    return next((code for each in listed[:MAX_ACTIVITIES] if (code := clean(each, 80).partition("^")[0].strip())), "")


def _finess(value: object) -> str:
    try:
        return normalise_finess(clean(value, 20))
    except ValueError:
        return ""


def _street(activity: Mapping[str, object]) -> str:
    names = ("numeroVoie", "indiceRepetitionVoie", "codeTypeDeVoie", "libelleVoie")
    parts = [clean(activity.get(name), 80) for name in names]
    return " ".join(filter(None, parts)) if parts[-1] else ""


def _post(activity: Mapping[str, object], country: str) -> tuple[str, str]:
    """Return postal code and town; ``bureauCedex`` holds both in one text, a code may hold « CEDEX » too."""
    match = _POST.fullmatch(clean(activity.get("bureauCedex"), 80))
    town = name_case(match[2]) if match else ""
    for text in (clean(activity.get("codePostal"), 40), match[1] if match else ""):
        try:
            postal = normalise_postal_code(text, country) if text and country else None
        except BadPostalCode:
            continue
        if postal is not None:
            return postal.code, town_with_cedex(town, postal.cedex) if town else ""
    return "", town


def _department(activity: Mapping[str, object], postal_code: str) -> str:
    department, commune = clean(activity.get("codeDepartement"), 5), clean(activity.get("codeCommune"), 5)
    concept = department_of(postal_code, department=department, commune=commune)
    return str(concept.coded) if concept is not None else ""


def dicts_of(value: object) -> Sequence[Mapping[str, object]]:
    """Return the objects of a list, or the one object that stands in its place; what is none is left out."""
    listed = value if isinstance(value, list) else [value]
    return [entry for entry in listed if isinstance(entry, dict)][:MAX_ACTIVITIES]
