"""IP addresses and networks: one reading of each. An IPv4 address mapped into IPv6 is that IPv4 address everywhere."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")


def parse_address(text: str) -> IPAddress | None:
    """Return an address, ``None`` for what is none. Brackets and a zone are left out; ``::ffff:192.0.2.1`` is IPv4."""
    try:
        found = ipaddress.ip_address(text.strip().strip("[]").partition("%")[0])
    except ValueError:
        return None
    return _unmapped(found)


def _unmapped(address: IPAddress) -> IPAddress:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped if mapped is not None else address


def parse_network(text: str) -> IPNetwork:
    """Return a network (CIDR or one address); one of mapped addresses is the IPv4 network.

    :raises ValueError: it is none, or bits are set behind its prefix.
    """
    found = ipaddress.ip_network(text.strip())
    if isinstance(found, ipaddress.IPv6Network) and found.subnet_of(_MAPPED):
        return ipaddress.IPv4Network((int(found.network_address) & 0xFFFFFFFF, found.prefixlen - 96))
    return found


def within(address: IPAddress | None, networks: Iterable[IPNetwork]) -> bool:
    """Tell whether an address is in one of these networks; of another version, or ``None``, it is in none."""
    return address is not None and any(
        address.version == network.version and address in network for network in networks
    )


def enclosing_network(address: IPAddress, *, ipv4_bits: int, ipv6_bits: int) -> IPNetwork:
    """Return the network of so many bits that an address is in."""
    bits = ipv4_bits if address.version == 4 else ipv6_bits
    return ipaddress.ip_network((address, bits), strict=False)
