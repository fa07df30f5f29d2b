"""At least two means: a gentle reminder on « Mon compte », or a condition of every service where the portal says so."""

from __future__ import annotations

from typing import Any

from ....events import DeviceAdded, DeviceRevoked, SignedIn
from ....interfaces import ISecondFactors
from ....pyramid_types import Configurator
from ....services import find
from .service import SecondFactors
from .views import second_factor_reminder

__all__ = ["includeme"]


def includeme(config: Configurator) -> None:
    """Publish the count, and keep it up to date."""

    def recount(event: Any) -> None:
        find(config.registry, SecondFactors).recount(event.session, event.subject)

    config.add_service(SecondFactors, SecondFactors)
    config.add_service(ISecondFactors, lambda registry: find(registry, SecondFactors))
    for event in (SignedIn, DeviceAdded, DeviceRevoked):
        config.add_subscriber(recount, event)
    config.add_request_method(second_factor_reminder, "second_factor_reminder", reify=True)
    config.scan(".views")
