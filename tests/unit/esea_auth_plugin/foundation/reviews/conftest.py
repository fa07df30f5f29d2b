"""A portal's reviews without pages or accounts: one kind of request that writes down what happens to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import esea_auth_plugin.foundation.audit.models
import esea_auth_plugin.foundation.jobs.models
import esea_auth_plugin.foundation.reviews.models  # noqa: F401 - tables of the ``database`` fixture
from esea_auth_plugin.errors import PortalError
from esea_auth_plugin.interfaces import Rule


class TrialKind:
    """A kind of request for tests; ``told`` is what its decisions did."""

    name, board, queue = "trial", "trial", "essais"
    title = queue_title = "Essai"
    permission = "trial.review"

    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []
        self.fails = False

    def sheets(self, registry: Any, session: Any, review: Any) -> list[Any]:
        return []

    def choices(self, registry: Any, session: Any, review: Any) -> list[Any]:
        return []

    def on_accept(self, registry: Any, session: Any, review: Any, kept: frozenset[str]) -> None:
        if self.fails:
            raise PortalError("Impossible pour l'instant.")
        self.told.append(("accepted", review.reference, *sorted(kept)))

    def on_refuse(self, registry: Any, session: Any, review: Any, reason: str) -> None:
        self.told.append(("refused", review.reference, reason))

    def on_more_asked(self, registry: Any, session: Any, review: Any, question: str) -> None:
        self.told.append(("more_asked", review.reference, question))

    def extra_actions(self, registry: Any, session: Any, review: Any) -> list[tuple[str, str]]:
        return [("again", "Renvoyer")]

    def on_extra(self, registry: Any, session: Any, review: Any, action: str) -> str:
        self.told.append(("extra", action))
        return "Renvoyé."


@pytest.fixture
def kind() -> TrialKind:
    return TrialKind()


@pytest.fixture
def registry(package: Callable[..., Any], kind: TrialKind) -> Any:
    def declare(config: Any) -> None:
        config.add_permission_rule("trial.review", Rule())
        config.add_request_kind(kind)
        config.add_review_board("trial", title="Essais", path="/essais", permission="trial.review")

    packages = [f"esea_auth_plugin.{name}" for name in ("foundation.jobs", "foundation.audit", "foundation.reviews")]
    return package(*packages, declare)
