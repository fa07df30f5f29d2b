"""Who may do what with difficulties: roles by structure (FINESS), given like every role."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from esea_auth_plugin.interfaces import Identity

from ..interfaces import (
    ARS_ROLE,
    DECLARANT_ROLE,
    SAMU_ROLE,
    TEAM_ROLE,
    Establishment,
    Kind,
    scope_of,
)
from .machine import Party

TITLES = {
    DECLARANT_ROLE: "Déclarant de difficultés (par établissement)",
    SAMU_ROLE: "Régulation du SAMU (par établissement)",
    ARS_ROLE: "Agence régionale de santé",
}


def samus_of(everything: Collection[Establishment], department: str) -> tuple[Establishment, ...]:
    """Return the SAMU of a département."""
    return tuple(item for item in everything if item.kind is Kind.SAMU and item.department == department)


def parties_of(identity: Identity, finess: str, samus: Collection[Establishment]) -> frozenset[Party]:
    """Return what a person is for a structure.

    :param finess: of the structure, ``""`` when it is unknown: nobody is its declarant then, except the team.
    :param samus: the SAMU of its département.
    """
    found = set()
    if finess and identity.has_role(DECLARANT_ROLE, scope_of(finess)):
        found.add(Party.DECLARANT)
    if any(samu.finess and identity.has_role(SAMU_ROLE, scope_of(samu.finess)) for samu in samus):
        found.add(Party.SAMU)
    if identity.has_role(ARS_ROLE):
        found.add(Party.ARS)
    if identity.has_role(TEAM_ROLE):
        found.add(Party.TEAM)
    return frozenset(found)


def declared_for(identity: Identity, everything: Sequence[Establishment]) -> tuple[Establishment, ...]:
    """Return the structures that a person may declare for: their own, or all of them for the team."""
    if identity.has_role(TEAM_ROLE):
        return tuple(everything)
    return tuple(
        item for item in everything if item.finess and identity.has_role(DECLARANT_ROLE, scope_of(item.finess))
    )
