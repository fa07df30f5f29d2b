"""Which addresses outgoing calls may reach: the IANA registries, the same on every version of Python.

Nothing but the standard library, pytest and the two modules is imported here, so that it runs on any interpreter.
"""

from __future__ import annotations

import ipaddress

import pytest

from esea_auth_plugin.normalise.addresses import parse_address
from esea_auth_plugin.normalise.special_networks import is_globally_reachable

#: The attacks that passed, and one or more addresses of every block of the registries.
REFUSED = [
    "::127.0.0.1", "::10.0.0.1", "::8.8.8.8", "::ffff:0:127.0.0.1", "::ffff:0:8.8.8.8", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::8.8.8.8", "64:ff9b:1::127.0.0.1", "64:ff9b:1:ffff::8.8.8.8",
    "64:ff9b:2::1", "fec0::1", "feff:ffff::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456:789a::1", "ff02::1",
    "ff0e::1", "5f00::1", "5f00:ffff::1", "::", "::1", "::2", "100::1", "100:0:0:1::1", "100:0:0:2::1", "200::1",
    "400::1", "1000::1", "4000::1", "8000::1", "a000::1", "c000::1", "e000::1", "f000::1", "f800::1", "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:1::1", "2001:1::2", "2001:1::3", "2001:1::4", "2001:2::1",
    "2001:4:111::1", "2001:10::1", "2001:1f:ffff::1", "2001:40::1", "2001:1ff:ffff::1", "2001:db8::1",
    "2002:7f00:1::1", "2002:808:808::1", "3fff::1", "3fff:fff::1", "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255",
    "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.255", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.0.0.1", "192.0.0.8", "192.0.0.9", "192.0.0.10", "192.0.0.11", "192.0.0.170", "192.0.0.171",
    "192.0.2.1", "192.88.99.1", "192.88.99.2", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
]  # fmt: skip

REACHED = [
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
    "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.1",
    "192.31.196.1", "192.52.193.1", "192.175.48.1", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
    "203.0.112.255", "203.0.114.0", "223.255.255.255", "::ffff:8.8.8.8", "2000::1", "2001:200::1", "2001:3::1",
    "2001:4:112::1", "2001:20::1", "2001:2f:ffff::1", "2001:30::1", "2001:4860:4860::8888", "2001:db7:ffff::1",
    "2001:db9::1", "2003::1", "2606:4700::1111", "2620:4f:8000::1", "2a01:e0a::1", "3ffe:ffff::1", "3fff:1000::1",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_globally_reachable_unicast_is_not_called(text: str) -> None:
    address = parse_address(text)
    assert address is not None and not is_globally_reachable(address)


@pytest.mark.parametrize("text", REACHED)
def test_the_rest_of_the_internet_is(text: str) -> None:
    address = parse_address(text)
    assert address is not None and is_globally_reachable(address)


def test_an_address_that_nobody_unmapped_is_judged_as_ipv4_all_the_same() -> None:
    assert not is_globally_reachable(ipaddress.ip_address("::ffff:127.0.0.1"))
    assert is_globally_reachable(ipaddress.ip_address("::ffff:8.8.8.8"))
