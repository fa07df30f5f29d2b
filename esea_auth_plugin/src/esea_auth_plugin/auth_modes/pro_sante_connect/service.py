"""The parts of Pro Santé Connect, made once from the registry: settings, client, and what both modes share."""

from __future__ import annotations

from ...interfaces import IOutbound, PortalSettings
from ...pyramid_types import Registry
from ...services import current_time, find
from .breaker import Breaker
from .client import Arrival, PscClient
from .mapper import PscPerson, person_of
from .settings import PscSettings

#: Calls about e-CPS requests that a worker makes at once.
MAX_RINGING = 8
#: Where PSC sends people back: declared with it, letter by letter.
RETURN = "retour"
RETURN_PATH = f"/connexion/psc/{RETURN}"
END_SESSION_PATH = "/connexion/psc/fin"


class Psc:
    """See the module. Found with ``find(registry, Psc)``."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.settings = find(registry, PscSettings)
        portal = find(registry, PortalSettings)
        outbound, back = find(registry, IOutbound), portal.absolute(RETURN_PATH)
        self.client = PscClient(self.settings, outbound, back)
        # The worker's own: hundreds of e-CPS requests must not count against the pages' few slots.
        self.ringing = PscClient(self.settings, outbound, back, Breaker(most_waiting=MAX_RINGING))

    def person(self, arrival: Arrival) -> PscPerson:
        """Return who arrived. :raises NobodyNamed: the claims name nobody."""
        today = current_time(self._registry).date()
        strict = self.settings.environment == "production"
        return person_of(arrival.claims, issuer=self.client.discovery.issuer, today=today, strict=strict)
