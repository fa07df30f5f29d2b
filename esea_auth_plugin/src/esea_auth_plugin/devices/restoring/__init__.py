"""Who lost their device adds another one: `/connexion/nouveau-dispositif`, opened by a ticket instead of a session."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ...events import AccountClosed
from ...interfaces import IEnrolmentTickets
from ...services import find
from ...sign_in.resources import ISignInPlace
from .resources import NewDevicePlace
from .tickets import Tickets, prune

__all__ = ["includeme"]


def includeme(config: Any) -> None:
    """Publish the tickets, hang the place; tickets end with the account."""

    def end_tickets(event: AccountClosed) -> None:
        find(config.registry, Tickets).close_all(event.session, event.subject)

    config.add_service(Tickets, Tickets)
    config.add_service(IEnrolmentTickets, lambda registry: find(registry, Tickets))
    config.add_portal_child("nouveau-dispositif", NewDevicePlace, parent=ISignInPlace)
    config.add_subscriber(end_tickets, AccountClosed)
    config.add_job("restoring.prune", prune, every=timedelta(days=1))
    config.scan(".views")
