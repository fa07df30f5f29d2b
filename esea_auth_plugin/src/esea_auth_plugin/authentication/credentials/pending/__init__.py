"""A device added with nothing stronger than a mailed code is usable once a mailed link has confirmed it."""

from __future__ import annotations

from datetime import timedelta

from ....events import DeviceRevoked
from ....interfaces import IPendingDevices
from ....pyramid_types import Configurator
from ....services import find
from ..resources import DevicesResource
from .resources import ConfirmResource
from .service import LETTER, PendingDevices, remove_unconfirmed

__all__ = ["includeme"]


def includeme(config: Configurator) -> None:
    """Publish the service, hang the link's place, declare email, actions and the job."""
    config.add_service(PendingDevices, PendingDevices)
    config.add_service(IPendingDevices, lambda registry: find(registry, PendingDevices))
    config.add_portal_child("confirmation", ConfirmResource, parent=DevicesResource)
    config.add_email(LETTER, "esea_auth_plugin:authentication/credentials/pending/emails/confirm")
    config.add_audit_action("device.confirmed", "Dispositif confirmé")
    config.add_audit_action("device.confirmation_sent", "Courriel de confirmation d’un dispositif renvoyé")
    config.add_subscriber(lambda event: find(config.registry, PendingDevices).forget(event), DeviceRevoked)
    config.add_revocable(
        "pending_device", lambda session, subject, kept: find(config.registry, PendingDevices).end(session, subject)
    )
    config.add_job("devices.remove_unconfirmed", remove_unconfirmed, every=timedelta(hours=1))
    config.scan(".views")
    config.scan(".signed_in_views")
