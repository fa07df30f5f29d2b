"""Puts the fictional people into an empty portal, by the same services that real acts use. Running it again is safe."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from esea_auth_plugin.database import IDatabase
from esea_auth_plugin.interfaces import AccountState, IAccounts, ICatalogue, IGrants, IPasswords, IRoles
from esea_auth_plugin.services import find

from .people import PASSWORD, PEOPLE, DemoPerson


def seed(registry: Any) -> int:
    """Create who is missing; return how many were."""
    hashed = find(registry, IPasswords).hash(PASSWORD)
    created = 0
    for person in PEOPLE:
        with find(registry, IDatabase).writing() as session:
            if find(registry, IAccounts).by_login(session, person.identifier) is None:
                _create(registry, session, person, hashed)
                created += 1
    return created


def _create(registry: Any, session: Session, person: DemoPerson, hashed: str) -> None:
    attributes = {
        "civility": person.civility,
        "first_name": person.first_name,
        "last_name": person.last_name,
        **({"rpps": person.rpps} if person.rpps else {}),
    }
    account = find(registry, IAccounts).create(
        session,
        identifier=person.identifier,
        email=person.email,
        attributes=attributes,
        origin="support",
        state=AccountState.ACTIVE if person.active else AccountState.SUSPENDED,
    )
    find(registry, IPasswords).set_hash(session, account.subject, hashed)
    for role in person.roles:
        find(registry, IRoles).give(session, account.subject, role, given_by="demo")
    known = {service.slug for service in find(registry, ICatalogue).all()}
    for service in sorted(known & set(person.services)):
        find(registry, IGrants).give(session, account.subject, service, request_id=None, given_by="demo")
