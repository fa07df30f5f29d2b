"""Conflicts of interest: nobody decides a request that may be their own, made under a second account or without one.

The person of a request is compared with the reviewer: name, day and month of birth, professional numbers, mailboxes,
and the browsers and network addresses that both have used lately. One thing in common is enough to need somebody else.
"""

from __future__ import annotations

from datetime import timedelta

from ...events import RequestDecided, RequestEnded, RequestOpened, SignedIn
from ...interfaces import IConflictsOfInterest
from ...pyramid_types import Configurator
from .origin import forget_origin, note_address, note_origin, prune
from .service import ConflictsOfInterest

__all__ = ["includeme"]


def includeme(config: Configurator) -> None:
    """Publish the service, and note where requests and sign-ins come from."""
    registry = config.registry
    config.add_service(IConflictsOfInterest, ConflictsOfInterest)
    config.add_subscriber(lambda event: note_origin(registry, event), RequestOpened)
    config.add_subscriber(lambda event: note_address(registry, event), SignedIn)
    for ended in (RequestDecided, RequestEnded):
        config.add_subscriber(lambda event: forget_origin(event.session, event.request_id), ended)
    config.add_job("conflicts.prune", prune, every=timedelta(days=1))
