"""An audit trail alone on a database, with what its tests and its attackers do to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import pytest
from sqlalchemy import select, text

from esea_auth_plugin.foundation.audit import triggers
from esea_auth_plugin.foundation.audit.keys import TrailKeys
from esea_auth_plugin.foundation.audit.models import AuditDigest
from esea_auth_plugin.foundation.audit.sealer import ForgedEvents, seal_all
from esea_auth_plugin.foundation.audit.verification import Report, verify
from esea_auth_plugin.foundation.database import IDatabase
from esea_auth_plugin.interfaces import IAuditTrail
from esea_auth_plugin.services import find
from esea_auth_plugin.testing.clock import ManualClock


def without_jobs(config: Any) -> None:
    """Accept declared jobs and drop them: the tests run them."""
    config.add_directive("add_job", lambda config, name, job, every: None)


class Trail:
    """The trail of one portal. ``seal``, ``verify``: what the portal does; ``execute``: what an attacker does."""

    def __init__(self, registry: Any, database: IDatabase, clock: ManualClock) -> None:
        self.registry = registry
        self.database = database
        self.clock = clock

    def record(self, action: str = "sign_in.refused", **values: Any) -> None:
        """Record one event, a second after the one before."""
        with self.database.writing() as session:
            find(self.registry, IAuditTrail).record(session, action, **values)
        self.clock.advance(seconds=1)

    def seal(self) -> int:
        """Run the portal's sealer to its end."""
        return seal_all(self.registry)

    def seal_despite_forgery(self) -> None:
        """Run the sealer, which fails once it has sealed what it could."""
        with pytest.raises(ForgedEvents):
            seal_all(self.registry)

    def verify(self, **options: Any) -> Report:
        """Verify as the command line does."""
        with self.database.reading() as session:
            return verify(session, find(self.registry, TrailKeys), now=self.clock.now(), **options)

    def events(self) -> Sequence[AuditDigest]:
        """Return the digests in the order they were written."""
        with self.database.reading() as session:
            return session.scalars(select(AuditDigest).order_by(AuditDigest.at)).all()

    def untrigger(self) -> None:
        """Do what whoever owns the tables can: drop the triggers."""
        self.execute(*triggers.drop_statements(self.database.engine.dialect.name))

    def execute(self, *statements: str, **values: Any) -> None:
        """Run SQL statements in one transaction."""
        with self.database.writing() as session:
            for statement in statements:
                session.execute(text(statement), values)


Kind = TypeVar("Kind", bound=Trail)


def make_trail(
    kind: type[Kind], package: Callable[..., Any], database: IDatabase, clock: ManualClock, settings: Mapping[str, str]
) -> Kind:
    """Return the trail of a portal with a small vocabulary."""
    registry = package(without_jobs, "esea_auth_plugin.foundation.audit", **settings)
    registry["esea.audit_actions"].update({"sign_in.refused": "Connexion refusée"})
    return kind(registry, database, clock)


@pytest.fixture
def trail(package: Callable[..., Any], database: IDatabase, clock: ManualClock) -> Trail:
    """The trail of a portal without further settings."""
    return make_trail(Trail, package, database, clock, {})
