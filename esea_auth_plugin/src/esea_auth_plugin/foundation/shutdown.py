"""Gives back what a portal holds while it runs, for whoever starts one and goes on without it."""

from __future__ import annotations

from ..pyramid_types import Registry
from ..services import find, offers
from .database import IDatabase
from .throttling.store import Store


def give_back(registry: Registry) -> None:
    """Close every connection of a portal, the throttle's too: Python warns of those that are only forgotten."""
    if offers(registry, IDatabase):
        find(registry, IDatabase).engine.dispose()
    if offers(registry, Store):
        find(registry, Store).close()
