"""The client's address: a header is believed only from a configured proxy (threat-model.md rows 13 and 21)."""

from __future__ import annotations

import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from esea_auth_plugin.foundation.web.proxy import resolve

PROXIES = ("10.0.0.0/24", "::1/128")
addresses = st.ip_addresses().map(str)


def test_a_third_party_cannot_choose_its_address() -> None:
    assert resolve("203.0.113.9", "198.51.100.1", PROXIES) == "203.0.113.9"


def test_the_last_entry_before_our_proxies_is_the_client() -> None:
    assert resolve("10.0.0.5", "6.6.6.6, 198.51.100.1, 10.0.0.7", PROXIES) == "198.51.100.1"


def test_an_unreadable_entry_makes_the_proxy_the_client() -> None:
    assert resolve("10.0.0.5", "198.51.100.1, n'importe quoi", PROXIES) == "10.0.0.5"


def test_a_peer_that_is_no_address_is_nobody() -> None:
    assert resolve("unix:", "198.51.100.1", PROXIES) == "0.0.0.0"


@given(addresses, st.text(max_size=80))
def test_whatever_the_header_says_the_answer_is_an_address(peer: str, header: str) -> None:
    ipaddress.ip_address(resolve(peer, header, PROXIES))


@given(addresses, st.text(max_size=80))
def test_without_proxies_the_header_never_counts(peer: str, header: str) -> None:
    address = ipaddress.ip_address(peer)
    # An IPv4 address mapped into IPv6 is that IPv4 address.
    assert resolve(peer, header, ()) == str(getattr(address, "ipv4_mapped", None) or address)
