"""Who lost their device adds another one: `/connexion/nouveau-dispositif`, opened by a ticket instead of a session."""

from __future__ import annotations

from ...events import DeviceAdded, DeviceReportedLost, DeviceRevoked
from ...interfaces import IEnrolmentTickets, ISignInRoot
from ...pyramid_types import Configurator
from ...services import find
from .resources import NewDeviceResource
from .tickets import TICKETS, Tickets

__all__ = ["includeme"]


def includeme(config: Configurator) -> None:
    """Publish the tickets, hang the place; tickets end with whatever else is under way, and with a credential."""

    def end_tickets(event: DeviceAdded | DeviceRevoked | DeviceReportedLost) -> None:
        # A sheet of codes is removed, another one takes its place, the device was added: no ticket outlives them.
        TICKETS.revoke_all(config.registry, event.session, event.subject)

    config.add_single_use(TICKETS, revocable="enrolment_ticket")
    config.add_service(Tickets, Tickets)
    config.add_service(IEnrolmentTickets, lambda registry: find(registry, Tickets))
    config.add_portal_child("nouveau-dispositif", NewDeviceResource, parent=ISignInRoot)
    for ends in (DeviceAdded, DeviceRevoked, DeviceReportedLost):
        config.add_subscriber(end_tickets, ends)
    config.scan(".views")
