"""Who lost their device adds another one: `/connexion/nouveau-dispositif`, opened by a ticket instead of a session."""

from __future__ import annotations

from datetime import timedelta

from ...events import DeviceAdded, DeviceReportedLost, DeviceRevoked
from ...interfaces import IEnrolmentTickets, ISignInRoot
from ...pyramid_types import Configurator
from ...services import find
from .resources import NewDeviceResource
from .tickets import Tickets, prune

__all__ = ["includeme"]


def includeme(config: Configurator) -> None:
    """Publish the tickets, hang the place; tickets end with whatever else is under way, and with a credential."""

    def end_tickets(event: DeviceAdded | DeviceRevoked | DeviceReportedLost) -> None:
        # A sheet of codes is removed, another one takes its place, the device was added: no ticket outlives them.
        find(config.registry, Tickets).close_all(event.session, event.subject)

    config.add_service(Tickets, Tickets)
    config.add_service(IEnrolmentTickets, lambda registry: find(registry, Tickets))
    config.add_portal_child("nouveau-dispositif", NewDeviceResource, parent=ISignInRoot)
    for ends in (DeviceAdded, DeviceRevoked, DeviceReportedLost):
        config.add_subscriber(end_tickets, ends)
    config.add_revocable(
        "enrolment_ticket", lambda session, subject, kept: find(config.registry, Tickets).close_all(session, subject)
    )
    config.add_job("restoring.prune", prune, every=timedelta(days=1))
    config.scan(".views")
