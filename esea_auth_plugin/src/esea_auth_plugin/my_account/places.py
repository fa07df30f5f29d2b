"""Where somebody was, in words: an establishment, a town when the operator gives a file of them, else the address."""

from __future__ import annotations

from ..auth_modes.qr_code.geolocation import UNKNOWN, Geolocation
from ..pyramid_types import Registry
from ..services import find


def place_fr(registry: Registry, address: str, *, unknown: str = "Réseau inconnu du portail") -> str:
    """Return « CHU d'Exemple (192.0.2.7) », or « Réseau inconnu du portail (192.0.2.7) »; the address is one's own.

    :param unknown: what to call a network that nobody named; ``""`` leaves the address alone.
    """
    name = find(registry, Geolocation).place(address).name if address else UNKNOWN
    words = unknown if name == UNKNOWN else name
    return f"{words} ({address})" if words and address else words or address
