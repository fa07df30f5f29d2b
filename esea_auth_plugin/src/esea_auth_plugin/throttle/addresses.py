"""What counts as one address, and which addresses are a whole establishment.

A hospital at eight in the morning is one address with hundreds of people behind it; a home connection with IPv6 is
2^64 addresses with one person behind them.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import replace

from ..interfaces import Limit

#: Key of whatever can't be read as an address: one counter for all of it (security.md row 21).
UNREADABLE = "unreadable"


def address_key(address: str) -> str:
    """Return the text under which an address is counted: IPv4 as it is, IPv6 by its /64 network."""
    found = _parsed(address)
    if found is None:
        return UNREADABLE
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((int(found) >> 64 << 64, 64)))
    return str(found)


class Addresses:
    """Limits per address, higher for the networks of establishments (``portal.establishment_networks``)."""

    def __init__(self, networks: Mapping[str, str], factor: int) -> None:
        self._networks = [(ipaddress.ip_network(cidr), name) for cidr, name in networks.items()]
        self._factor = factor

    def establishment(self, address: str) -> str | None:
        """Return the name of the establishment whose network the address is in."""
        found = _parsed(address)
        if found is None:
            return None
        return next((name for network, name in self._networks if found in network), None)

    def use(self, limit: Limit, address: str) -> tuple[Limit, str]:
        """Return what to pass to ``IThrottle.reserve`` for this address."""
        if self.establishment(address) is not None:
            limit = replace(limit, count=limit.count * self._factor)
        return limit, address_key(address)


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(address.partition("%")[0].strip("[]"))
    except ValueError:
        return None
    # ::ffff:192.0.2.1 is 192.0.2.1 seen from a socket that speaks both; its /64 would be all of IPv4.
    return getattr(found, "ipv4_mapped", None) or found
