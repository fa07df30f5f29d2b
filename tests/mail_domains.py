"""A small world of mail domains around a portal: what the tests of them share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from tests.devices import MODES
from tests.name_service import RETENTION, NameService

from esea_auth_plugin.accounts.mail_domains.checks import look
from esea_auth_plugin.accounts.mail_domains.models import MailDomainRow
from esea_auth_plugin.foundation.audit.models import AuditEvent
from esea_auth_plugin.interfaces import AccountView, IAccounts
from esea_auth_plugin.testing.portal import Person, Portal

WORLD = NameService()
SETTINGS = {
    **MODES,
    "esea_auth.mail_domains.look": "true",
    "esea_auth.mail_domains.resolvers": WORLD.resolver,
    "esea_auth.mail_domains.registries": f"fr = {WORLD.rdap}",
    "portal.outbound_private_networks": "127.0.0.0/8",
}

DOMAIN = "chu.example.fr"
SUPPORT = "support@esea-na.fr"


@pytest.fixture(scope="session")
def names_of_the_world() -> Iterator[None]:
    """Let the world answer for the whole run: settings name its ports."""
    WORLD.start()
    yield
    WORLD.stop()


@pytest.fixture
def world(names_of_the_world: None) -> NameService:
    """The world with one domain in order, that of most people of the tests."""
    WORLD.forget()
    WORLD.zones[DOMAIN] = RETENTION
    return WORLD


def account_of(portal: Portal, person: Person) -> AccountView:
    """Return a person's account as it is now."""
    with portal.db.reading() as session:
        found: AccountView = portal.find(IAccounts).by_subject(session, person.subject)
    return found


def doubted(portal: Portal, person: Person) -> bool:
    """Tell whether a person's mailbox is believed no more."""
    return account_of(portal, person).email_doubted_at is not None


def looks(portal: Portal, *, days: float) -> None:
    """Let the job run as often as it does in so many days: each hour that something is due."""
    for _ in range(int(days * 24)):
        look(portal.registry)
        portal.clock.advance(hours=1)


def lapse(portal: Portal, domain: str = DOMAIN) -> None:
    """Let a domain be looked at once, vanish, and stay away for longer than the portal is patient."""
    look(portal.registry)
    portal.clock.advance(days=7)
    WORLD.zones.pop(domain)
    looks(portal, days=2.1)


def state_of(portal: Portal, domain: str = DOMAIN) -> str:
    """Return what is kept of a domain."""
    with portal.db.reading() as session:
        return str(session.scalar(select(MailDomainRow.state).where(MailDomainRow.domain == domain)))


def events(portal: Portal, action: str) -> list[AuditEvent]:
    """Return what the trail holds of an action."""
    with portal.db.reading() as session:
        return list(session.scalars(select(AuditEvent).where(AuditEvent.action == action)))
