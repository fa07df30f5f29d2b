"""Kinds of request that could never be read stop the start, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pyramid.exceptions import ConfigurationExecutionError
from tests.unit.esea_auth_plugin.foundation.reviews.conftest import TrialKind
from zope.interface import Interface

from esea_auth_plugin.interfaces import Rule
from esea_auth_plugin.resources import Resource


class ITrialDesk(Interface):
    """Under it another package hangs a page."""


def test_a_queue_that_another_page_hides_stops_the_start(package: Callable[..., Any]) -> None:
    def declare(config: Any) -> None:
        config.add_permission_rule("trial.review", Rule())
        config.add_review_board(
            "trial", title="Essais", path="/essais", permission="trial.review", provides=(ITrialDesk,)
        )
        config.add_request_kind(TrialKind())
        config.add_portal_child("essais", Resource, parent=ITrialDesk)

    with pytest.raises(ConfigurationExecutionError, match="trial: its queue is hidden by another page"):
        package(
            *(f"esea_auth_plugin.{name}" for name in ("foundation.jobs", "foundation.audit", "foundation.reviews")),
            declare,
        )
