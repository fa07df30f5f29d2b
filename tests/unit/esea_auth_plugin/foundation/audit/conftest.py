"""The audit package alone, with the key of a portal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from esea_auth_plugin.foundation.audit.keys import TrailKeys
from esea_auth_plugin.foundation.audit.verification import Report, verify
from esea_auth_plugin.foundation.database import IDatabase
from esea_auth_plugin.interfaces import IAuditTrail
from esea_auth_plugin.services import find
from esea_auth_plugin.testing.clock import ManualClock


def without_jobs(config: Any) -> None:
    """The tests run the package's jobs themselves."""
    config.add_directive("add_job", lambda config, name, job, every: None)


@pytest.fixture
def audit_room(package: Callable[..., Any]) -> Callable[..., Any]:
    """``registry = audit_room(**settings)`` with a small vocabulary."""

    def make(**settings: str) -> Any:
        registry = package(without_jobs, "esea_auth_plugin.foundation.audit", **settings)
        registry["esea.audit_actions"].update(
            {"sign_in.refused": "Connexion refusée", "review.accepted": "Demande acceptée"}
        )
        return registry

    return make


@pytest.fixture
def registry(audit_room: Callable[..., Any]) -> Any:
    """The audit package on the test's database."""
    return audit_room()


@pytest.fixture
def record(registry: Any, database: IDatabase, clock: ManualClock) -> Callable[..., None]:
    def record(action: str = "sign_in.refused", **kwargs: Any) -> None:
        with database.writing() as session:
            find(registry, IAuditTrail).record(session, action, **kwargs)
        clock.advance(seconds=1)

    return record


@pytest.fixture
def proof(registry: Any, database: IDatabase, clock: ManualClock) -> Callable[..., Report]:
    def proof(**kwargs: Any) -> Report:
        with database.reading() as session:
            return verify(session, find(registry, TrailKeys), now=clock.now(), **kwargs)

    return proof
