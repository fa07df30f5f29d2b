"""Says where an address is, as far as the portal can know, and whether two addresses are one network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import maxminddb

from ...errors import Problem
from ...foundation.throttling import Addresses, address_key
from ...pyramid_types import Registry
from ...services import find
from .settings import PREFIX, QrSettings

UNKNOWN = "Réseau inconnu"


@dataclass(frozen=True, slots=True)
class Location:
    """A place in words. :ivar sure: the network of an establishment, which the operator declared."""

    name: str
    sure: bool = False


class Geolocation:
    """Names places: establishments by their networks, others by the operator's GeoIP file, if there is one."""

    def __init__(self, addresses: Addresses, geoip_file: str = "") -> None:
        self._addresses = addresses
        self._geoip = maxminddb.open_database(geoip_file, maxminddb.MODE_MEMORY) if geoip_file else None

    def place(self, address: str) -> Location:
        """Return where an address is; a file that knows nothing of it leaves it unknown."""
        establishment = self._addresses.establishment(address)
        if establishment is not None:
            return Location(establishment, sure=True)
        town = self._town(address)
        return Location(f"{town}, d’après l’adresse réseau") if town else Location(UNKNOWN)

    def is_establishment(self, address: str) -> bool:
        """Tell whether many people share this address."""
        return self._addresses.establishment(address) is not None

    def same_network(self, one: str, other: str) -> bool:
        """Tell whether two addresses are one network: the same address (IPv6: the same /64) or establishment."""
        if address_key(one) == address_key(other):
            return True
        here = self._addresses.establishment(one)
        return here is not None and here == self._addresses.establishment(other)

    def _town(self, address: str) -> str:
        if self._geoip is None:
            return ""
        try:
            found = self._geoip.get(address)
        except ValueError:
            return ""
        record = found if isinstance(found, dict) else {}
        names = [_name(record.get("city")), _name(record.get("country"))]
        return ", ".join(name for name in names if name)


def geolocation_of(registry: Registry) -> Geolocation:
    """Return the service, from the settings."""
    return Geolocation(find(registry, Addresses), find(registry, QrSettings).geoip_file)


def _name(part: object) -> str:
    names = part.get("names") if isinstance(part, dict) else None
    name = (names.get("fr") or names.get("en")) if isinstance(names, dict) else ""
    return name if isinstance(name, str) else ""


def problems_of(settings: QrSettings, where: str) -> list[Problem]:
    """Return what stops the start: a GeoIP file that is not there, or is none."""
    if not settings.geoip_file:
        return []
    if not Path(settings.geoip_file).is_file():
        return [Problem(f"{PREFIX}geoip_file", where, "names no file", "give the path of a .mmdb file, or remove it")]
    try:
        maxminddb.open_database(settings.geoip_file, maxminddb.MODE_MEMORY).close()
    except (maxminddb.InvalidDatabaseError, OSError):
        return [Problem(f"{PREFIX}geoip_file", where, "is no MaxMind database", "give a .mmdb file, or remove it")]
    return []
