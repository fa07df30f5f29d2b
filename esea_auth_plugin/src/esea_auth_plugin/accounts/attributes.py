"""The identity attributes: their names, labels, code lists, and which of them lie sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..foundation.nomenclatures import CIVILITIES, DEPARTMENTS, OTHER_PROFESSION, SPECIALTIES, Coded, label_of
from ..foundation.nomenclatures.identifiers import luhn_is_right
from ..interfaces import AUTHORITY_ORIGINS, Fact, FactSource, ISealer
from ..normalise.phones import phone_fr
from ..normalise.postal import country_name
from .names import person_key

#: Said by the person after somebody else had proven another value: no later proof takes its place.
OWN = "own"
ORIGINS = frozenset({"declared", "card", "psc", "register", "support", OWN})


@dataclass(frozen=True, slots=True)
class AttributeKind:
    """What is known of an attribute by its name.

    :ivar system: OID of its list; ``"*"`` when the value names one of several lists; ``""`` when it is no code.
    :ivar editable: the person may change it alone; the others go through the support.
    """

    label: str
    system: str = ""
    sealed: bool = False
    editable: bool = False


KINDS: Mapping[str, AttributeKind] = {
    "civility": AttributeKind("Civilité", system=CIVILITIES),
    "last_name": AttributeKind("Nom"),
    "first_name": AttributeKind("Prénom"),
    "workplace": AttributeKind("Lieu d’exercice", editable=True),
    "birthday": AttributeKind("Jour/Mois de naissance", sealed=True),
    "profession": AttributeKind("Profession", system="*"),
    "profession_other": AttributeKind("Profession (autre)"),
    "rpps": AttributeKind("N° RPPS"),
    "rpps_specialty": AttributeKind("Spécialité RPPS", system=SPECIALTIES),
    "adeli": AttributeKind("N° ADELI"),
    "adeli_specialty": AttributeKind("Spécialité ADELI", system=SPECIALTIES),
    "structure": AttributeKind("Structure"),
    "finess": AttributeKind("N° FINESS"),
    "address": AttributeKind("Adresse", editable=True),
    "postal_code": AttributeKind("Code postal", editable=True),
    "city": AttributeKind("Ville", editable=True),
    #: ISO 3166 code, only outside France.
    "country": AttributeKind("Pays", editable=True),
    "department": AttributeKind("Département", system=DEPARTMENTS, editable=True),
    "phone": AttributeKind("Téléphone", editable=True),
    "mobile": AttributeKind("Mobile", editable=True),
    "fax": AttributeKind("Fax", editable=True),
}
_PLAIN = AttributeKind("")
PHONES = frozenset({"phone", "mobile", "fax"})
#: By these the support calls somebody back to check who they are; a fax proves nothing and is told to nobody.
CALLED_BACK = ("phone", "mobile")


def kind_of(name: str) -> AttributeKind:
    """Return what is known of an attribute; one that another plugin brings is plain text."""
    return KINDS.get(name, _PLAIN)


def coded(name: str, value: str) -> Coded | None:
    """Return the code that a value stands for, ``None`` for plain text (and for « - Autre - »)."""
    system = kind_of(name).system
    if not system or (system == "*" and value == OTHER_PROFESSION):
        return None
    try:
        return Coded.parse(value, default_system="" if system == "*" else system)
    except ValueError:
        return None


def shown(name: str, value: str) -> str:
    """Return a value as people read it: the label of a code, a birthday as day/month."""
    if name == "birthday":
        month, _, day = value.partition("-")
        return f"{day}/{month}"
    if name == "country":
        return country_name(value)
    if name == "profession" and value == OTHER_PROFESSION:
        return "- Autre -"
    code = coded(name, value)
    return label_of(code) if code else value


def as_read(name: str, value: str) -> str:
    """Return a value as people read it, a telephone number in pairs."""
    return phone_fr(value) if name in PHONES else shown(name, value)


def facts_of(told: Mapping[str, tuple[str, str, datetime]], names: Sequence[str]) -> list[Fact]:
    """Return some attributes (value, origin, moment by name) as facts with their source; a number's key is checked."""
    facts = []
    for name in names:
        value, origin, _ = told.get(name, ("", "", None))
        if not value:
            continue
        source, check, note = FactSource.of(origin), "", ""
        if name == "rpps":
            check, note = rpps_check(value, proven=origin in AUTHORITY_ORIGINS)
        facts.append(Fact(kind_of(name).label or name, as_read(name, value), check, note, source))
    return facts


def rpps_check(rpps: str, *, proven: bool) -> tuple[str, str]:
    """Return (check, note) about a number: whether an authority gave it, and whether its key is right."""
    if proven:
        return "ok", ""
    if luhn_is_right(rpps):
        return "", "La clé est juste ; cela ne prouve pas que ce numéro est le sien."
    return "warning", "La clé est fausse."


def rpps_digests(sealer: ISealer, rpps: str) -> tuple[str, ...]:
    """Return the keyed hashes by which an RPPS number is searched: the first is stored, all are looked up."""
    return sealer.digests(rpps, purpose="identity.rpps")


def person_digests(sealer: ISealer, last_name: str, first_name: str, birthday: str) -> tuple[str, ...]:
    """Return the keyed hashes by which name and birthday are compared together, never the birthday itself."""
    return sealer.digests(person_key(last_name, first_name, birthday), purpose="identity.person")


def email_digests(sealer: ISealer, email: str) -> tuple[str, ...]:
    """Return the keyed hashes by which a normalised address is searched outside the accounts."""
    return sealer.digests(email, purpose="identity.email")
