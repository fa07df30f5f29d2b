"""Puts the fictional people into an empty portal, by the same services that real acts use. Running it again is safe."""

from __future__ import annotations

from sqlalchemy.orm import Session

from esea_auth_plugin.foundation.database import IDatabase
from esea_auth_plugin.interfaces import (
    AccountState,
    IAccounts,
    ICardService,
    ICatalogue,
    IGrants,
    ILinking,
    IPasswords,
    IRoles,
    LinkBasis,
    PortalSettings,
)
from esea_auth_plugin.pyramid_types import Registry
from esea_auth_plugin.services import find, offers
from oru_espace_pro_plugin.interfaces import IDifficulties

from .difficulties import seed_difficulties
from .pending import seed_pending
from .people import PASSWORD, PEOPLE, DemoPerson
from .reader import DemoCards


def seed(registry: Registry) -> int:
    """Create the people and what waits, in one transaction, unless they are there; return how many people."""
    with find(registry, IDatabase).reading() as session:
        if find(registry, IAccounts).by_login(session, PEOPLE[0].identifier) is not None:
            return 0
    hashed = find(registry, IPasswords).hash(PASSWORD)
    with find(registry, IDatabase).writing() as session:
        for person in PEOPLE:
            _create(registry, session, person, hashed)
        _link_card(registry, session)
        seed_pending(registry, session, hashed)
    if offers(registry, IDifficulties):
        seed_difficulties(registry)
    return len(PEOPLE)


def _link_card(registry: Registry, session: Session) -> None:
    """Link Paul Castets' card, so that one person of the demo enters with one gesture."""
    if not offers(registry, DemoCards):
        return
    identity = find(registry, ICardService).identity(find(registry, DemoCards).der("medecin") or b"")
    paul = find(registry, IAccounts).by_login(session, "paul.castets")
    if paul is not None and identity is not None:
        find(registry, ILinking).link(
            session, paul.subject, identity, mode="cps_card", basis=LinkBasis.SIGN_UP, by="demo"
        )


def _create(registry: Registry, session: Session, person: DemoPerson, hashed: str) -> None:
    account = find(registry, IAccounts).create(
        session,
        identifier=person.identifier,
        email=person.email,
        attributes=person.attributes,
        origin="register",
        state=AccountState.ACTIVE,
    )
    find(registry, IPasswords).set_hash(session, account.subject, hashed)
    terms = find(registry, PortalSettings).terms_version
    find(registry, IAccounts).accept_terms(session, account.subject, terms)
    for role in person.roles:
        find(registry, IRoles).give(session, account.subject, role, given_by="demo")
    known = {service.slug for service in find(registry, ICatalogue).all()}
    for service in sorted(known & set(person.services)):
        find(registry, IGrants).give(session, account.subject, service, request_id=None, given_by="demo")
    if not person.active:
        find(registry, IAccounts).set_state(session, account.subject, AccountState.SUSPENDED, reason="demo")
