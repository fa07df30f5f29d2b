"""The client's address: a header is believed only from a configured proxy (threat-model.md rows 13 and 21)."""

from __future__ import annotations

import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from esea_auth_plugin.foundation.web.proxy import request_id, resolve

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


ID = "5b0c6a2e6f5e4f5e9d570b6a7d0a9f11"


def reference_of(peer: str, reference: str) -> str:
    return request_id({"REMOTE_ADDR": peer, "HTTP_X_REQUEST_ID": reference}, PROXIES)


def test_the_reference_of_our_proxy_is_the_request_s() -> None:
    assert reference_of("10.0.0.5", ID) == ID
    apache = "Wx@1kH8AAQEAAB4Z-nUAAAAA_12"
    assert reference_of("10.0.0.5", apache) == apache


def test_a_visitor_does_not_choose_the_reference() -> None:
    for peer in ("203.0.113.9", "unix:", ""):
        assert reference_of(peer, ID) != ID


@given(st.text(max_size=80))
def test_whatever_our_proxy_sends_the_reference_is_one_word(reference: str) -> None:
    found = reference_of("10.0.0.5", reference)
    assert 16 <= len(found) <= 64 and found.isascii() and not set(found) & set(" \n\r\t\"'<>=&")


def test_each_request_without_one_has_its_own() -> None:
    assert reference_of("10.0.0.5", "") != reference_of("10.0.0.5", "")
