"""Two members of the Espace Pro with their roles, and difficulties that are open when the demo starts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from esea_auth_plugin.foundation.database import IDatabase, lock_accounts
from esea_auth_plugin.interfaces import IAccounts, Identity, IReviews, IRoles, RoleHeld
from esea_auth_plugin.pyramid_types import Registry
from esea_auth_plugin.services import current_time, find
from oru_espace_pro_plugin.interfaces import (
    DECLARANT_ROLE,
    SAMU_ROLE,
    TEAM_ROLE,
    Declaration,
    Establishment,
    IDifficulties,
    IDirectory,
    IRegistrations,
    Kind,
    RegistrationForm,
    scope_of,
)
from oru_espace_pro_plugin.settings import OruSettings

_DEPARTMENT = "33"
_MEMBERS = ("celine.maury", "yves.lacaze")
_REVIEWER = "sophie.laborde"


def seed_difficulties(registry: Registry) -> None:
    """Admit the two members, give them their roles, and declare."""
    find(registry, IDirectory).refresh()
    with find(registry, IDatabase).writing() as session:
        people = [find(registry, IAccounts).by_login(session, name) for name in (*_MEMBERS, _REVIEWER)]
        lock_accounts(registry, session, *(account.subject for account in people if account is not None))
        everything = find(registry, IDirectory).everything(session)
        here = [item for item in everything if item.department == _DEPARTMENT and item.finess]
        own = next(item for item in here if item.kind is Kind.SU)
        samu = next(item for item in here if item.kind is Kind.SAMU)
        declarant = _admitted(registry, session, _MEMBERS[0], DECLARANT_ROLE, own.finess, "direction")
        _admitted(registry, session, _MEMBERS[1], SAMU_ROLE, samu.finess, "medecin-regulateur")
        team = replace(declarant, roles=(RoleHeld(TEAM_ROLE),))
        other = next(item for item in everything if item.kind is Kind.SU and item.department == "64" and item.finess)
        _declare(registry, session, declarant, own, "temporisation", 2, ("aval",), hours=4)
        _declare(registry, session, team, other, "tension", 3, ("afflux", "infirmiers"), hours=12)
        third = next(item for item in everything if item.kind is Kind.SU and item.department == "17" and item.finess)
        _declare(registry, session, team, third, "regulation", 2, ("medecins",), hours=72)


def _admitted(registry: Registry, session: Session, identifier: str, role: str, finess: str, function: str) -> Identity:
    """Register somebody, let the team accept, and give the role for one establishment; return who they are."""
    accounts = find(registry, IAccounts)
    account, reviewer = accounts.by_login(session, identifier), accounts.by_login(session, _REVIEWER)
    if account is None or reviewer is None:
        raise LookupError(identifier)
    registrations = find(registry, IRegistrations)
    registrations.accept_terms(session, account.subject, find(registry, OruSettings).terms_version)
    form = RegistrationForm(
        first_name=account.first_name,
        last_name=account.last_name,
        email=account.email,
        function=function,
        function_other="",
        speciality="medecine-urgence",
        profile="samu-smur",
        complement="Démonstration.",
        phone="+33556000000",
    )
    review = registrations.submit(session, account.subject, form)
    find(registry, IReviews).decide(session, review.id, accept=True, by=reviewer.subject)
    find(registry, IRoles).give(session, account.subject, role, scope=scope_of(finess), given_by="demo")
    return Identity(
        subject=account.subject,
        display_name=account.display_name,
        email=account.email,
        roles=(RoleHeld(role, scope_of(finess)),),
    )


def _declare(
    registry: Registry,
    session: Session,
    who: Identity,
    structure: Establishment,
    nature: str,
    level: int,
    motives: tuple[str, ...],
    *,
    hours: int,
) -> None:
    now = current_time(registry)
    declaration = Declaration(
        key=f"demo-{structure.code}-{nature}",
        structure=structure.code,
        nature=nature,
        level=level,
        motives=motives,
        pathways=(),
        actions=("rappel",),
        starts_at=now,
        expected_end_at=now + timedelta(hours=hours),
        phone="+33556000000",
        text="Situation fictive de la démonstration.",
    )
    find(registry, IDifficulties).declare(session, declaration, who)
