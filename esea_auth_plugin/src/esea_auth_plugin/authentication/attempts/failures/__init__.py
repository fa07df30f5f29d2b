"""How many answers one sign-in may give to a mode: the count that modes with typed codes share."""

from __future__ import annotations

from datetime import timedelta

from ....pyramid_types import Configurator
from .service import FailureCounter, prune

__all__ = ["FailureCounter", "includeme"]


def includeme(config: Configurator) -> None:
    """Delete what ended; no count waits for it."""
    config.add_job("tries.prune", prune, every=timedelta(hours=1))
