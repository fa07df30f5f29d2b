"""What counts as one address, and which addresses are a whole establishment.

A hospital at eight in the morning is one address with hundreds of people behind it; a home connection with IPv6 is
2^64 addresses with one person behind them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ...interfaces import Limit
from ...normalise.addresses import enclosing_network, parse_address, parse_network, within

#: Key of whatever can't be read as an address: one counter for all of it (threat-model.md row 21).
UNREADABLE = "unreadable"


def address_key(address: str) -> str:
    """Return the text under which an address is counted: IPv4 as it is, IPv6 by its /64 network."""
    found = parse_address(address)
    if found is None:
        return UNREADABLE
    return str(found) if found.version == 4 else str(enclosing_network(found, ipv4_bits=32, ipv6_bits=64))


class Addresses:
    """Limits per address, higher for the networks of establishments (``portal.establishment_networks``)."""

    def __init__(self, networks: Mapping[str, str], factor: int) -> None:
        self._networks = [(parse_network(cidr), name) for cidr, name in networks.items()]
        self._factor = factor

    def establishment(self, address: str) -> str | None:
        """Return the name of the establishment whose network the address is in."""
        found = parse_address(address)
        return next((name for network, name in self._networks if within(found, (network,))), None)

    def use(self, limit: Limit, address: str) -> tuple[Limit, str]:
        """Return what to pass to ``IThrottle.reserve`` for this address."""
        if self.establishment(address) is not None:
            limit = replace(limit, count=limit.count * self._factor)
        return limit, address_key(address)
