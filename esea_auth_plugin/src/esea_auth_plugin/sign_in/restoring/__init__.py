"""Who lost their device adds another one: `/connexion/nouveau-dispositif`, opened by a ticket instead of a session."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ...events import AccountClosed
from ...services import find
from .tickets import Tickets, prune

__all__ = ["includeme"]


def includeme(config: Any) -> None:
    """Publish the tickets; they end with the account."""

    def end_tickets(event: AccountClosed) -> None:
        find(config.registry, Tickets).close_all(event.session, event.subject)

    config.add_service(Tickets, Tickets)
    config.add_subscriber(end_tickets, AccountClosed)
    config.add_job("restoring.prune", prune, every=timedelta(days=1))
