"""A check that can't be made denies (row 21)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from esea_auth_plugin.errors import ServiceUnavailable
from esea_auth_plugin.foundation.security.keyring import Key, Keyring
from esea_auth_plugin.foundation.security.sealing import Sealer
from esea_auth_plugin.foundation.throttling.addresses import UNREADABLE, Addresses
from esea_auth_plugin.foundation.throttling.service import Throttle
from esea_auth_plugin.foundation.throttling.sql_store import SqlStore, make_throttle_engine
from esea_auth_plugin.interfaces import Limit
from esea_auth_plugin.testing.clock import ManualClock

LIMIT = Limit("password.address", 5, timedelta(hours=1))


@pytest.mark.parametrize("url", ["sqlite:////nowhere/portal.sqlite", "postgresql+psycopg://esea@/x?host=/nowhere"])
def test_an_unreachable_throttle_lets_nobody_try(url: str, clock: ManualClock) -> None:
    engine = make_throttle_engine(url)
    with pytest.raises(OperationalError):
        engine.connect()
    throttle = Throttle(SqlStore(engine, clock), Sealer(Keyring([Key("k", b"k" * 32)])))
    with pytest.raises(ServiceUnavailable):
        throttle.reserve((LIMIT, "192.0.2.7"))
    engine.dispose()


@pytest.mark.parametrize("address", ["", "unknown", "192.0.2.7, 198.51.100.1", "1.2.3.4.5", "198.51.100.1\r\nX: y"])
def test_an_address_that_can_t_be_read_is_neither_trusted_nor_uncounted(address: str) -> None:
    hospitals = Addresses({"0.0.0.0/0": "everybody"}, factor=100)
    assert hospitals.use(LIMIT, address) == (LIMIT, UNREADABLE)
