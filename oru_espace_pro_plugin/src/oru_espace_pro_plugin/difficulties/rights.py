"""Who may do what with difficulties: roles by structure (FINESS), given like every role."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from esea_auth_plugin.interfaces import Identity

from ..interfaces import Establishment, Kind
from ..registration.service import ROLE as TEAM
from .machine import Party

#: Declares for the structures whose FINESS number is the role's scope.
DECLARANT = "oru.declarant"
#: Answers for the SAMU whose FINESS number is the role's scope.
SAMU = "oru.samu"
#: Reads everything and acknowledges.
ARS = "oru.ars"

TITLES = {
    DECLARANT: "Déclarant de difficultés (par établissement)",
    SAMU: "Régulation du SAMU (par établissement)",
    ARS: "Agence régionale de santé",
}


def scope_of(finess: str) -> str:
    """Return the scope of a role for one establishment."""
    return f"finess:{finess}"


def samus_of(everything: Collection[Establishment], department: str) -> tuple[Establishment, ...]:
    """Return the SAMU of a département."""
    return tuple(item for item in everything if item.kind is Kind.SAMU and item.department == department)


def parties_of(identity: Identity, finess: str, samus: Collection[Establishment]) -> frozenset[Party]:
    """Return what a person is for a structure.

    :param finess: of the structure, ``""`` when it is unknown: nobody is its declarant then, except the team.
    :param samus: the SAMU of its département.
    """
    found = set()
    if finess and identity.has_role(DECLARANT, scope_of(finess)):
        found.add(Party.DECLARANT)
    if any(samu.finess and identity.has_role(SAMU, scope_of(samu.finess)) for samu in samus):
        found.add(Party.SAMU)
    if identity.has_role(ARS):
        found.add(Party.ARS)
    if identity.has_role(TEAM):
        found.add(Party.TEAM)
    return frozenset(found)


def declared_for(identity: Identity, everything: Sequence[Establishment]) -> tuple[Establishment, ...]:
    """Return the structures that a person may declare for: their own, or all of them for the team."""
    if identity.has_role(TEAM):
        return tuple(everything)
    return tuple(item for item in everything if item.finess and identity.has_role(DECLARANT, scope_of(item.finess)))
