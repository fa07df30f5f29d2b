"""Jobs: what packages declare to be done from time to time, and the worker that does it."""

from __future__ import annotations

from ...interfaces import IJobs
from ...pyramid_types import Configurator
from ...services import find
from ..database import IDatabase
from .declared import add_job
from .service import Jobs
from .wakeup import Wakeup


def includeme(config: Configurator) -> None:
    """Add the directive and publish :class:`IJobs`."""
    config.add_directive("add_job", add_job)
    config.add_service(IJobs, Jobs)
    config.add_service(Wakeup, lambda registry: Wakeup(find(registry, IDatabase)))
