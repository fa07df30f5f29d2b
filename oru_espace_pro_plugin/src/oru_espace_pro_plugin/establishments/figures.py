"""The numbers that the directory lists today, beside the official figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..interfaces import Confidence, Establishment, Kind


@dataclass(frozen=True, slots=True)
class Figure:
    """One official figure and what the directory lists. ``details`` says what the listed number is made of."""

    name: str
    caption: str
    official: int
    listed: int
    details: str
    why: str


def figures(official: Mapping[str, int], establishments: Sequence[Establishment]) -> tuple[Figure, Figure, Figure]:
    """Return SAMU, SMUR and SU, in this order."""
    count = Counter(item.kind for item in establishments)
    departments = len({item.department for item in establishments if item.kind is Kind.SAMU})
    unsure = sum(1 for item in establishments if item.kind is Kind.SU and item.confidence is Confidence.INFERRED)
    seats, antennas, unknown = count[Kind.SMUR], count[Kind.ANTENNE_SMUR], count[Kind.ANTENNE]
    adult, children = count[Kind.SU], count[Kind.SU_PED]
    return (
        _figure("SAMU", "Centres 15", official["samu"], count[Kind.SAMU], f"Dans {departments} départements", ""),
        _figure(
            "SMUR",
            "Sièges et antennes",
            official["smur"],
            seats + antennas,
            f"{seats} sièges et {antennas} antennes"
            + (f" ; {unknown} antenne de nature inconnue n'est pas comptée" if unknown else ""),
            "Les sources ouvertes dont vient l'annuaire ne citent pas toutes les lignes de SMUR, surtout dans "
            "l'ancien Poitou-Charentes.",
        ),
        _figure(
            "SU",
            "Services d'urgences",
            official["su"],
            adult + children,
            f"{adult} services d'urgences et {children} d'urgences pédiatriques"
            + (f" ; {unsure} à confirmer" if unsure else ""),
            "La liste de départ date de 2014-2016 : des services ont fermé, fusionné ou ouvert depuis. "
            "Ceux dont on sait qu'ils ont disparu ne sont pas comptés.",
        ),
    )  # fmt: skip


def _figure(name: str, caption: str, official: int, listed: int, details: str, why: str) -> Figure:
    return Figure(name, caption, official, listed, details, why if listed != official else "")
