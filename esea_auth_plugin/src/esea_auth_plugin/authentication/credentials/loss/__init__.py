"""« Signaler une perte »: a lost device is suspended at once, and removed after a delay, without the device itself."""

from __future__ import annotations

from datetime import timedelta

from ....events import DeviceRevoked
from ....pyramid_types import Configurator
from ....services import find
from .service import LostDevices, remove_lost

__all__ = ["includeme"]

_ACTIONS = {
    "device.removal_planned": "Retrait d’un dispositif perdu prévu",
    "device.removal_stopped": "Retrait d’un dispositif perdu annulé",
}


def includeme(config: Configurator) -> None:
    """Publish the service, declare actions and the job; whatever ends an account's business stops a removal."""
    registry = config.registry
    config.add_service(LostDevices, LostDevices)
    config.add_audit_actions(_ACTIONS)
    config.add_subscriber(lambda event: find(registry, LostDevices).forget(event), DeviceRevoked)
    config.add_revocable(
        "device_removal", lambda session, subject, kept: find(registry, LostDevices).stop_all(session, subject)
    )
    config.add_job("devices.remove_lost", remove_lost, every=timedelta(minutes=10))
    config.scan(".views")
