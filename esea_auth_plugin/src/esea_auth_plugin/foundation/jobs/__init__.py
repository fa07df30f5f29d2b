"""Jobs: what rooms declare to be done from time to time, and the worker that does it."""

from __future__ import annotations

from typing import Any

from ...interfaces import IJobs
from .declared import add_job
from .service import Jobs


def includeme(config: Any) -> None:
    """Add the directive and publish :class:`IJobs`."""
    config.add_directive("add_job", add_job)
    config.add_service(IJobs, Jobs)
