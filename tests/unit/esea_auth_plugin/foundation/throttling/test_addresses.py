"""What counts as one address, and who gets a higher ceiling."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esea_auth_plugin.foundation.throttling.addresses import UNREADABLE, Addresses, address_key
from esea_auth_plugin.interfaces import Limit

LIMIT = Limit("password.address", 50, timedelta(hours=1))
HOSPITALS = Addresses({"198.51.100.0/24": "CHU de Bordeaux", "2001:db8:33::/48": "CH de Pau"}, factor=20)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", UNREADABLE),
        ("unknown", UNREADABLE),
        ("192.0.2.7, 10.0.0.1", UNREADABLE),
    ],
)
def test_an_address_is_counted_under_its_key(address: str, key: str) -> None:
    assert address_key(address) == key


def test_one_home_connection_is_one_address_whatever_its_last_64_bits() -> None:
    assert address_key("2001:db8::1") == address_key("2001:db8::ffff:ffff:ffff:ffff")
    assert address_key("2001:db8::1") != address_key("2001:db8:0:1::1")


@given(st.text(max_size=60))
def test_nothing_that_a_client_sends_makes_it_fail(address: str) -> None:
    assert address_key(address)
    assert HOSPITALS.use(LIMIT, address)


@pytest.mark.parametrize(
    ("address", "name", "count"),
    [
        ("198.51.100.9", "CHU de Bordeaux", 1000),
        ("::ffff:198.51.100.9", "CHU de Bordeaux", 1000),
        ("2001:db8:33:1::5", "CH de Pau", 1000),
        ("198.51.101.9", None, 50),
        ("unknown", None, 50),
    ],
)
def test_an_establishment_has_a_higher_ceiling(address: str, name: str | None, count: int) -> None:
    assert HOSPITALS.establishment(address) == name
    limit, key = HOSPITALS.use(LIMIT, address)
    assert (limit.count, limit.name, key) == (count, LIMIT.name, address_key(address))
