"""At least two means: a gentle reminder on « Mon compte », or a condition of every service where the portal says so."""

from __future__ import annotations

from typing import Any

from ....events import DeviceAdded, DeviceRevoked, SignedIn
from ....interfaces import IMeans
from ....pyramid_types import Configurator
from ....services import find
from .service import Means
from .views import means_reminder

__all__ = ["includeme"]


def includeme(config: Configurator) -> None:
    """Publish the count, and keep it up to date."""

    def recount(event: Any) -> None:
        find(config.registry, Means).recount(event.session, event.subject)

    config.add_service(Means, Means)
    config.add_service(IMeans, lambda registry: find(registry, Means))
    for event in (SignedIn, DeviceAdded, DeviceRevoked):
        config.add_subscriber(recount, event)
    config.add_request_method(means_reminder, "means_reminder", reify=True)
    config.scan(".views")
