"""The parts of Pro Santé Connect, made once from the registry: settings, client, and what both modes share."""

from __future__ import annotations

from typing import Any

from ...interfaces import IClock, IOutbound, PortalSettings
from ...services import find
from .client import Arrival, PscClient
from .mapper import PscPerson, person_of
from .settings import PscSettings

#: Where PSC sends people back: declared with it, letter by letter.
RETURN = "retour"
RETURN_PATH = f"/connexion/psc/{RETURN}"
FAREWELL_PATH = "/connexion/psc/fin"


class Psc:
    """See the module. Found with ``find(registry, Psc)``."""

    def __init__(self, registry: Any) -> None:
        self._registry = registry
        self.settings = find(registry, PscSettings)
        portal = find(registry, PortalSettings)
        self.client = PscClient(self.settings, find(registry, IOutbound), portal.absolute(RETURN_PATH))

    def person(self, arrival: Arrival) -> PscPerson:
        """Return who arrived. :raises NobodyNamed: the claims name nobody."""
        today = find(self._registry, IClock).now().date()
        strict = self.settings.environment == "production"
        return person_of(arrival.claims, issuer=self.client.discovery.issuer, today=today, strict=strict)
