"""The same behaviour on a real Redis, for portals that set ``portal.throttle_store``."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from esea_auth_plugin.errors import ServiceUnavailable, TooManyAttempts
from esea_auth_plugin.foundation.security.keyring import Key, Keyring
from esea_auth_plugin.foundation.security.sealing import Sealer
from esea_auth_plugin.foundation.throttling import in_known_browser, redis_store
from esea_auth_plugin.foundation.throttling.service import Throttle
from esea_auth_plugin.interfaces import Limit
from esea_auth_plugin.testing.processes import Helper, says

SEALER = Sealer(Keyring([Key("k", b"k" * 32)]))
FIVE = Limit("test.five", 5, timedelta(minutes=1))
ROW = Limit("test.row", 5, timedelta(minutes=2), kept=timedelta(hours=1))
WIDE = Limit("test.wide", 100, timedelta(hours=1))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Helper]]:
    assert shutil.which("redis-server"), "redis-server is missing: run `make test`, which installs it or says how"
    socket = tmp_path / "redis"
    command = ["redis-server", "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(tmp_path)]
    with Helper(command, ready=says("(?i)ready to accept connections")) as process:
        yield f"redis+unix://{socket}", process


def test_known_browsers_have_counters_of_their_own_in_redis_too(server: tuple[str, Helper]) -> None:
    throttle = Throttle(redis_store.RedisStore(server[0]), SEALER)
    for _ in range(5):
        throttle.reserve((FIVE, "anne"))
    counted = 0
    for browser in "abcdef":
        for _ in range(6):
            try:
                throttle.reserve(*in_known_browser([(FIVE, "anne")], "anne", browser))
                counted += 1
            except TooManyAttempts:
                pass
    assert counted == 4 * 5
    with pytest.raises(TooManyAttempts):
        throttle.reserve((FIVE, "anne"))


def test_redis_counts_the_same_way_and_fails_closed(server: tuple[str, Helper]) -> None:
    address, process = server
    throttle = Throttle(redis_store.RedisStore(address), SEALER)
    for _ in range(5):
        throttle.reserve((WIDE, "address"), (FIVE, "anne"))
    with pytest.raises(TooManyAttempts) as refused:
        throttle.reserve((WIDE, "address"), (FIVE, "anne"))
    assert 55 <= refused.value.retry_after <= 60
    for _ in range(95):  # the refused try left nothing on the address
        throttle.reserve((WIDE, "address"))
    for _ in range(10):  # successes give back
        throttle.reserve((FIVE, "paul")).give_back()
    throttle.forget(FIVE, "anne")
    last = throttle.reserve((FIVE, "anne"))

    for _ in range(10):  # tries in a row: successes give back, the sixth failure waits from the fifth
        throttle.reserve((ROW, "paul")).give_back()
    for _ in range(5):
        throttle.reserve((ROW, "paul"))
    with pytest.raises(TooManyAttempts) as refused:
        throttle.reserve((WIDE, "row"), (ROW, "paul"))
    assert 115 <= refused.value.retry_after <= 120
    throttle.forget(ROW, "paul")
    throttle.reserve((ROW, "paul")).give_back()

    process.kill()
    with pytest.raises(ServiceUnavailable):
        throttle.reserve((FIVE, "anne"))
    with pytest.raises(ServiceUnavailable):
        throttle.forget(FIVE, "anne")
    last.give_back()
