"""How pages name the kinds of structures and how sure a row is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..interfaces import Confidence, Kind


@dataclass(frozen=True, slots=True)
class KindWords:
    """Words for one kind. ``label`` names one, ``plural`` several, ``short`` fits a badge."""

    label: str
    plural: str
    short: str


WORDS: Mapping[Kind, KindWords] = {
    Kind.SAMU: KindWords("SAMU - Centre 15", "SAMU - Centres 15", "SAMU"),
    Kind.SU: KindWords("Service d'urgences", "Services d'urgences", "SU"),
    Kind.SU_PED: KindWords("Service d'urgences pédiatriques", "Services d'urgences pédiatriques", "SU pédiatrique"),
    Kind.SMUR: KindWords("SMUR", "SMUR", "SMUR"),
    Kind.ANTENNE_SMUR: KindWords("Antenne de SMUR", "Antennes de SMUR", "Antenne SMUR"),
    Kind.ANTENNE: KindWords("Antenne de nature inconnue", "Antennes de nature inconnue", "Antenne"),
    Kind.CSNP: KindWords("Centre de soins non programmés", "Centres de soins non programmés", "CSNP"),
    Kind.SNP: KindWords("Accueil non programmé", "Accueils non programmés", "Accueil non programmé"),
}

#: Value of a kind in an address (« ?type=su-pediatrique ») and in class names.
SLUGS: Mapping[Kind, str] = {kind: kind.value.lower().replace("_", "-") for kind in Kind}
KINDS_BY_SLUG: Mapping[str, Kind] = {slug: kind for kind, slug in SLUGS.items()}

CONFIDENCE: Mapping[Confidence, str] = {
    Confidence.LIST: (
        "Relevé dans la liste nationale des structures d'urgence (FEDORU, 2014-2016), "
        "puis rapproché du fichier FINESS de mars 2020."
    ),
    Confidence.PRESS: (
        "Relevé dans la presse ou sur le site de l'établissement ; "
        "le numéro FINESS vient du fichier FINESS de mars 2020."
    ),
    Confidence.FINESS: "Relevé dans le fichier FINESS de mars 2020.",
    Confidence.FINESS_ROLE_UNKNOWN: (
        "Relevé dans le fichier FINESS de mars 2020, qui ne précise pas le rôle de cette antenne."
    ),
    Confidence.LIST_ONLY: (
        "Relevé dans la liste nationale de 2014-2016, absent du fichier FINESS de 2020 : structure historique."
    ),
    Confidence.INFERRED: (
        "Déduit par recoupement : l'établissement existe, mais aucune source ne confirme ce service d'urgences."
    ),
}

#: Short word for lists; ``""`` when there is nothing to warn of.
WARNINGS: Mapping[Confidence, str] = {
    Confidence.FINESS_ROLE_UNKNOWN: "rôle à confirmer",
    Confidence.INFERRED: "à confirmer",
}
