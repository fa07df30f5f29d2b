"""Code lists of the health field (NOS) as package data, and the national identifiers' checks.

The lists are constants of the package and need no registry: they are read once, at the start.
"""

from __future__ import annotations

from ...pyramid_types import Configurator
from .lists import (
    CIVILITIES,
    DEPARTMENTS,
    HEALTH_PROFESSIONS,
    OTHER_PROFESSION,
    PORTAL_PROFESSIONS,
    SOCIAL_PROFESSIONS,
    SPECIALTIES,
    TITLE_HOLDERS,
    Coded,
    CodeList,
    Concept,
    departments,
    label_of,
    list_of,
    professions,
    specialties,
)
from .postal import department_of
from .towns import Town, departments_of, towns_of

__all__ = [
    "CIVILITIES",
    "DEPARTMENTS",
    "OTHER_PROFESSION",
    "SPECIALTIES",
    "CodeList",
    "Coded",
    "Concept",
    "Town",
    "department_of",
    "departments",
    "departments_of",
    "label_of",
    "list_of",
    "professions",
    "specialties",
    "towns_of",
]


def includeme(config: Configurator) -> None:
    """Read every list the forms offer, so that a broken file stops the start and not the first sign-up."""
    offered = (
        CIVILITIES,
        DEPARTMENTS,
        SPECIALTIES,
        HEALTH_PROFESSIONS,
        PORTAL_PROFESSIONS,
        TITLE_HOLDERS,
        SOCIAL_PROFESSIONS,
    )
    for oid in offered:
        list_of(oid)
