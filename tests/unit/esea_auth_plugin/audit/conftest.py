"""The audit room alone, with the key of a portal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


def without_jobs(config: Any) -> None:
    """The tests run the room's jobs themselves."""
    config.add_directive("add_job", lambda config, name, job, every: None)


@pytest.fixture
def audit_room(room: Callable[..., Any]) -> Callable[..., Any]:
    """``registry = audit_room(**settings)`` with a small vocabulary."""

    def make(**settings: str) -> Any:
        registry = room(without_jobs, "esea_auth_plugin.audit", **settings)
        registry._esea_audit_actions.update(
            {"sign_in.refused": "Connexion refusée", "review.accepted": "Demande acceptée"}
        )
        return registry

    return make


@pytest.fixture
def registry(audit_room: Callable[..., Any]) -> Any:
    """The audit room on the test's database."""
    return audit_room()
