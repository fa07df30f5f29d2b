"""Which addresses the portal may call: decided by the IANA registries, never by the standard library's own table.

``ipaddress.is_global`` changes from one Python version to the next. The blocks below are those of the IANA IPv4 and
IPv6 Special-Purpose Address Registries (https://www.iana.org/assignments/iana-ipv4-special-registry/ and
https://www.iana.org/assignments/iana-ipv6-special-registry/, RFC 6890, RFC 8190), of the IPv6 Address Space registry
(global unicast is 2000::/3 only) and of the multicast registries, as they stood on 2026-10-10.

The most specific block decides. « reachable » is the registry's column « Globally Reachable »; « N/A » and blank count
as no. Two kinds of blocks are refused although the registry says yes, each marked below: translation prefixes (the
address names an IPv4 host behind a translator) and anycast addresses of the nearest network device.
"""

from __future__ import annotations

import ipaddress

from .addresses import IPAddress

_IPV4: tuple[tuple[str, bool], ...] = (
    ("0.0.0.0/8", False),  # "This network", RFC 791
    ("10.0.0.0/8", False),  # private use, RFC 1918
    ("100.64.0.0/10", False),  # shared address space, RFC 6598
    ("127.0.0.0/8", False),  # loopback, RFC 1122
    ("169.254.0.0/16", False),  # link local, RFC 3927
    ("172.16.0.0/12", False),  # private use, RFC 1918
    ("192.0.0.0/24", False),  # IETF protocol assignments, RFC 6890
    ("192.0.0.0/29", False),  # IPv4 service continuity prefix, RFC 7335
    ("192.0.0.8/32", False),  # IPv4 dummy address, RFC 7600
    ("192.0.0.9/32", False),  # PCP anycast, RFC 7723 (reachable in the registry): the nearest NAT device
    ("192.0.0.10/32", False),  # TURN anycast, RFC 8155 (reachable in the registry): the nearest relay
    ("192.0.0.170/31", False),  # NAT64/DNS64 discovery, RFC 8880
    ("192.0.2.0/24", False),  # documentation (TEST-NET-1), RFC 5737
    ("192.31.196.0/24", True),  # AS112-v4, RFC 7535
    ("192.52.193.0/24", True),  # AMT, RFC 7450
    ("192.88.99.0/24", False),  # deprecated 6to4 relay anycast, RFC 7526
    ("192.88.99.2/32", False),  # 6a44 relay anycast, RFC 6751
    ("192.168.0.0/16", False),  # private use, RFC 1918
    ("192.175.48.0/24", True),  # direct delegation AS112 service, RFC 7534
    ("198.18.0.0/15", False),  # benchmarking, RFC 2544
    ("198.51.100.0/24", False),  # documentation (TEST-NET-2), RFC 5737
    ("203.0.113.0/24", False),  # documentation (TEST-NET-3), RFC 5737
    ("224.0.0.0/4", False),  # multicast, RFC 5771
    ("240.0.0.0/4", False),  # reserved, RFC 1112; limited broadcast, RFC 8190
)

#: The first block is the rule of the address space: what is not global unicast is not called. It covers ``::/96``
#: (IPv4-compatible), ``::ffff:0:0:0/96`` (IPv4-translated), and every block that IANA reserves today.
_IPV6: tuple[tuple[str, bool], ...] = (
    ("::/0", False),  # reserved by IETF unless below, RFC 4291
    ("::1/128", False),  # loopback, RFC 4291
    ("::/128", False),  # unspecified, RFC 4291
    ("::ffff:0:0/96", False),  # IPv4-mapped, RFC 4291: judged as IPv4 before it comes here
    ("64:ff9b::/96", False),  # IPv4/IPv6 translation, RFC 6052 (reachable in the registry): a translator
    ("64:ff9b:1::/48", False),  # local-use translation, RFC 8215
    ("100::/64", False),  # discard only, RFC 6666
    ("100:0:0:1::/64", False),  # dummy prefix, RFC 9780
    ("2000::/3", True),  # global unicast, RFC 4291
    ("2001::/23", False),  # IETF protocol assignments, RFC 2928
    ("2001::/32", False),  # Teredo, RFC 4380: carries an IPv4 address
    ("2001:1::1/128", False),  # PCP anycast, RFC 7723 (reachable in the registry)
    ("2001:1::2/128", False),  # TURN anycast, RFC 8155 (reachable in the registry)
    ("2001:1::3/128", False),  # DNS-SD SRP anycast, RFC 9665 (reachable in the registry)
    ("2001:2::/48", False),  # benchmarking, RFC 5180
    ("2001:3::/32", True),  # AMT, RFC 7450
    ("2001:4:112::/48", True),  # AS112-v6, RFC 7535
    ("2001:10::/28", False),  # deprecated ORCHID, RFC 4843
    ("2001:20::/28", True),  # ORCHIDv2, RFC 7343
    ("2001:30::/28", True),  # drone remote ID, RFC 9374
    ("2001:db8::/32", False),  # documentation, RFC 3849
    ("2002::/16", False),  # 6to4, RFC 3056: carries an IPv4 address
    ("2620:4f:8000::/48", True),  # direct delegation AS112 service, RFC 7534
    ("3fff::/20", False),  # documentation, RFC 9637
    ("5f00::/16", False),  # segment routing SIDs, RFC 9602
    ("fc00::/7", False),  # unique local, RFC 4193
    ("fe80::/10", False),  # link-local unicast, RFC 4291
    ("fec0::/10", False),  # deprecated site-local unicast, RFC 3879
    ("ff00::/8", False),  # multicast, RFC 4291
)

_BLOCKS = {
    version: sorted(
        ((ipaddress.ip_network(block), reachable) for block, reachable in table),
        key=lambda entry: -entry[0].prefixlen,
    )
    for version, table in ((4, _IPV4), (6, _IPV6))
}


def is_globally_reachable(address: IPAddress) -> bool:
    """Tell whether an address is unicast and reachable from the whole Internet, by the most specific block."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return next(
        (reachable for block, reachable in _BLOCKS[address.version] if address in block),
        address.version == 4,
    )
