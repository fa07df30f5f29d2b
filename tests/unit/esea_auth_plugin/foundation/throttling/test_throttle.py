"""Tries are counted exactly, across processes, all or nothing, and the door closes when they can't be."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from limits import RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter
from sqlalchemy import text

from esea_auth_plugin.errors import ServiceUnavailable, TooManyAttempts
from esea_auth_plugin.foundation.database import IDatabase
from esea_auth_plugin.foundation.database.guard import SlowWorkInTransaction
from esea_auth_plugin.foundation.security.keyring import Key, Keyring
from esea_auth_plugin.foundation.security.sealing import Sealer
from esea_auth_plugin.foundation.throttling.limits_storage import SqlLimitsStorage
from esea_auth_plugin.foundation.throttling.rules import (
    failures_of_account,
    failures_of_known_browser,
    in_known_browser,
)
from esea_auth_plugin.foundation.throttling.service import Throttle
from esea_auth_plugin.foundation.throttling.sql_store import SqlStore, make_throttle_engine
from esea_auth_plugin.foundation.throttling.waits import in_words
from esea_auth_plugin.interfaces import Limit
from esea_auth_plugin.testing.clock import ManualClock
from esea_auth_plugin.testing.threads import at_once

pytestmark = pytest.mark.databases("sqlite", "postgresql")

SEALER = Sealer(Keyring([Key("k", b"k" * 32)]))
FIVE = Limit("test.five", 5, timedelta(minutes=1))


@pytest.fixture
def store(database: IDatabase, clock: ManualClock) -> Iterator[SqlStore]:
    engine = make_throttle_engine(database.engine.url.render_as_string(hide_password=False))
    yield SqlStore(engine, clock)
    engine.dispose()


@pytest.fixture
def throttle(store: SqlStore) -> Throttle:
    return Throttle(store, SEALER)


def tries(throttle: Throttle, *uses: tuple[Limit, str], most: int = 100) -> int:
    """Try until refused; return how many were counted."""
    for number in range(most):
        try:
            throttle.reserve(*uses)
        except TooManyAttempts:
            return number
    return most


def test_the_sixth_try_of_five_is_refused_and_told_how_long_to_wait(throttle: Throttle) -> None:
    assert tries(throttle, (FIVE, "anne")) == 5
    with pytest.raises(TooManyAttempts, match="Réessayez dans 60 secondes") as refused:
        throttle.reserve((FIVE, "anne"))
    assert refused.value.retry_after == 60
    assert refused.value.status == 429


def test_another_key_and_another_limit_have_counters_of_their_own(throttle: Throttle) -> None:
    assert tries(throttle, (FIVE, "anne")) == 5
    assert tries(throttle, (FIVE, "paul")) == 5
    assert tries(throttle, (Limit("test.other", 5, FIVE.per), "anne")) == 5


def test_who_waits_as_told_may_try_again_and_not_a_second_sooner(throttle: Throttle, clock: ManualClock) -> None:
    for _ in range(5):
        throttle.reserve((FIVE, "anne"))
        clock.advance(seconds=7)
    with pytest.raises(TooManyAttempts) as refused:
        throttle.reserve((FIVE, "anne"))
    clock.advance(seconds=refused.value.retry_after - 1)
    with pytest.raises(TooManyAttempts):
        throttle.reserve((FIVE, "anne"))
    clock.advance(seconds=1)
    throttle.reserve((FIVE, "anne"))


def test_no_stretch_of_time_ever_holds_more_than_the_ceiling(throttle: Throttle, clock: ManualClock) -> None:
    """What a fixed window lets through around its end: five at 0:59, five at 1:01."""
    chance = random.Random(7)
    counted: list[datetime] = []
    for _ in range(250):
        clock.advance(seconds=chance.choice((0, 1, 3, 11, 30)))
        try:
            throttle.reserve((FIVE, "anne"))
        except TooManyAttempts as refused:
            assert 0 < refused.retry_after <= 60
        else:
            counted.append(clock.now())
    assert len(counted) > 50
    for position, first in enumerate(counted):
        within = [each for each in counted[position:] if each - first < FIVE.per]
        assert len(within) <= 5


def test_a_refusal_counts_nothing_anywhere(throttle: Throttle) -> None:
    wide = Limit("test.wide", 100, timedelta(hours=1))
    assert tries(throttle, (FIVE, "anne"), (wide, "address")) == 5
    assert tries(throttle, (FIVE, "anne"), (wide, "address")) == 0
    assert tries(throttle, (wide, "address"), most=200) == 95


def test_a_success_gives_back_what_it_took_and_only_once(throttle: Throttle) -> None:
    for _ in range(20):
        reservation = throttle.reserve((FIVE, "anne"), (Limit("test.b", 5, FIVE.per), "x"))
        reservation.give_back()
        reservation.give_back()
    assert tries(throttle, (FIVE, "anne")) == 5


def test_a_success_that_ends_in_the_next_window_still_gives_back(throttle: Throttle, clock: ManualClock) -> None:
    throttle.reserve((FIVE, "anne"))
    clock.advance(seconds=59)
    slow = [throttle.reserve((FIVE, "anne")) for _ in range(3)]
    clock.advance(seconds=2)
    throttle.reserve((FIVE, "anne"))  # opens the next window
    for reservation in slow:
        reservation.give_back()
    assert tries(throttle, (FIVE, "anne")) == 3


def test_a_forgotten_counter_starts_again(throttle: Throttle) -> None:
    tries(throttle, (FIVE, "anne"))
    throttle.forget(FIVE, "anne")
    assert tries(throttle, (FIVE, "anne")) == 5


def test_a_limit_that_the_operator_lowers_holds_at_once(throttle: Throttle) -> None:
    for _ in range(4):
        throttle.reserve((FIVE, "anne"))
    assert tries(throttle, (Limit(FIVE.name, 3, FIVE.per), "anne")) == 0


def test_over_a_minute_after_five_failures_and_at_most_25_in_any_24_hours(
    throttle: Throttle, clock: ManualClock
) -> None:
    uses = failures_of_account("password", "anne")
    assert tries(throttle, *uses) == 5
    with pytest.raises(TooManyAttempts) as refused:
        throttle.reserve(*uses)
    assert refused.value.retry_after > 60
    counted, start = [clock.now()] * 5, clock.now()
    while clock.now() - start < timedelta(days=3):  # an attacker who comes back as soon as allowed
        try:
            throttle.reserve(*uses)
            counted.append(clock.now())
        except TooManyAttempts as again:
            clock.advance(seconds=again.retry_after)
    for position, first in enumerate(counted):
        assert sum(each - first < timedelta(days=1) for each in counted[position:]) <= 25
    assert len(counted) >= 50  # and the person is not locked out for ever


@pytest.mark.parametrize("seed", range(6))
def test_however_failures_are_spread_every_fifth_brings_a_wait_of_over_a_minute_from_it(
    throttle: Throttle, clock: ManualClock, seed: int
) -> None:
    """A window would let the first failures fall out of it, and leave a last wait of a second (or none)."""
    chance = random.Random(seed)
    counted: list[datetime] = []
    for _ in range(60):
        # Slower than any window of minutes, or spread just inside it: both counted together.
        clock.advance(seconds=chance.choice((0, 1, 29, 59, 119, 121, 400, 899, 3599)))
        try:
            throttle.reserve(*failures_of_account("password", "anne"))
        except TooManyAttempts as refused:
            assert refused.retry_after > 0
        else:
            counted.append(clock.now())
    run = 1
    for before, after in pairwise(counted):
        waited = after - before
        run = 1 if waited > timedelta(minutes=1) and run >= 5 else run + 1
        assert run <= 5, "a sixth try within a minute of the fifth"


def test_the_wait_after_five_spread_failures_is_told_and_kept(throttle: Throttle, clock: ManualClock) -> None:
    uses = failures_of_account("password", "anne")
    for _ in range(5):
        clock.advance(minutes=10)
        throttle.reserve(*uses)
    with pytest.raises(TooManyAttempts) as refused:
        throttle.reserve(*uses)
    assert refused.value.retry_after == 120
    clock.advance(seconds=119)
    with pytest.raises(TooManyAttempts):
        throttle.reserve(*uses)
    clock.advance(seconds=1)
    assert tries(throttle, *uses) == 5, "five more, then the next wait"


def test_who_pauses_an_hour_begins_a_new_row_and_a_success_takes_its_own_try_back(
    throttle: Throttle, clock: ManualClock
) -> None:
    row = Limit("test.row", 5, timedelta(minutes=2), kept=timedelta(hours=1))
    assert tries(throttle, (row, "anne"), most=4) == 4
    for _ in range(20):
        throttle.reserve((row, "anne")).give_back()
    clock.advance(hours=1)
    assert tries(throttle, (row, "anne")) == 5
    with pytest.raises(ValueError, match="no limit"):
        throttle.reserve((Limit("test.odd", 5, timedelta(hours=1), kept=timedelta(minutes=1)), "anne"))


def test_an_attacker_can_t_keep_a_known_browser_out(throttle: Throttle) -> None:
    tries(throttle, *failures_of_account("password", "anne"))
    throttle.reserve(*failures_of_known_browser("password", "anne", "browser"))


def test_all_known_browsers_of_an_account_are_four_at_most(throttle: Throttle, clock: ManualClock) -> None:
    """Five cookies stolen from one person: a hundred failures in a day, and twenty-five each."""
    counted = dict.fromkeys("abcde", 0)
    for _ in range(27):
        clock.advance(minutes=20)
        for browser in counted:
            counted[browser] += tries(throttle, *failures_of_known_browser("password", "anne", browser), most=1)
    assert sum(counted.values()) == 100
    assert max(counted.values()) <= 25


def test_a_limit_that_is_not_on_the_account_stays_as_it_is_in_a_known_browser() -> None:
    uses = in_known_browser([(FIVE, "192.0.2.7"), (FIVE, "anne")], "anne", "browser")
    assert uses[0] == (FIVE, "192.0.2.7")
    assert [(limit.name, limit.count, key) for limit, key in uses[1:]] == [
        ("test.five.browser", 5, "anne|browser"),
        ("test.five.browsers", 20, "anne"),
    ]


@pytest.mark.parametrize("same_key", [True, False])
def test_twenty_tries_at_once_are_counted_one_by_one(throttle: Throttle, same_key: bool) -> None:
    """Real threads, real commits; the keys of two limits are taken in either order, and nobody waits for ever."""
    wide = Limit("test.wide", 12, timedelta(minutes=1))
    results: list[str] = []

    def attempt(number: int) -> None:
        uses = [(wide, "address"), (FIVE, "anne" if same_key else f"person-{number}")]
        try:
            throttle.reserve(*(uses if number % 2 else reversed(uses)))
            results.append("counted")
        except TooManyAttempts:
            results.append("refused")

    at_once(attempt, range(20))
    assert len(results) == 20
    assert results.count("counted") == (5 if same_key else 12)


@pytest.mark.databases("sqlite")
def test_five_hundred_people_behind_one_address_sign_in(throttle: Throttle) -> None:
    address = Limit("password.address", 50, timedelta(hours=1))
    for number in range(500):
        throttle.reserve((address, "198.51.100.1"), *failures_of_account("password", f"p{number}")).give_back()


def test_the_table_holds_no_key_in_clear(throttle: Throttle, database: IDatabase) -> None:
    throttle.reserve((FIVE, "anne.pierre"), (Limit("test.address", 5, FIVE.per), "192.0.2.7"))
    with database.reading() as session:
        rows = str(session.execute(text("SELECT * FROM esea_throttle_window")).all())
    assert "anne" not in rows
    assert "192.0.2.7" not in rows


def test_a_store_that_does_not_answer_closes_the_door(throttle: Throttle, database: IDatabase) -> None:
    with database.writing() as session:
        session.execute(text("DROP TABLE esea_throttle_window"))
    with pytest.raises(ServiceUnavailable, match="indisponible") as refused:
        throttle.reserve((FIVE, "anne"))
    assert refused.value.status == 503
    with pytest.raises(ServiceUnavailable):
        throttle.forget(FIVE, "anne")


def test_a_success_stands_even_if_the_store_dies_before_it_is_given_back(
    throttle: Throttle, database: IDatabase
) -> None:
    reservation = throttle.reserve((FIVE, "anne"))
    with database.writing() as session:
        session.execute(text("DROP TABLE esea_throttle_window"))
    reservation.give_back()


@pytest.mark.parametrize("call", ["reserve", "give_back", "forget"])
def test_nothing_is_counted_inside_a_transaction(throttle: Throttle, database: IDatabase, call: str) -> None:
    reservation = throttle.reserve((FIVE, "paul"))
    calls: dict[str, Callable[[], Any]] = {
        "reserve": lambda: throttle.reserve((FIVE, "anne")),
        "give_back": reservation.give_back,
        "forget": lambda: throttle.forget(FIVE, "anne"),
    }
    with database.reading() as session:
        session.execute(text("SELECT 1"))
        with pytest.raises(SlowWorkInTransaction):
            calls[call]()


@pytest.mark.parametrize("uses", [(), ((FIVE, "a"), (FIVE, "a")), ((Limit("x", 0, FIVE.per), "a"),)])
def test_a_mistake_of_the_caller_is_told(throttle: Throttle, uses: Any) -> None:
    with pytest.raises(ValueError, match="limit"):
        throttle.reserve(*uses)


def test_the_purge_takes_what_counts_for_nothing_and_nothing_else(
    throttle: Throttle, store: SqlStore, clock: ManualClock
) -> None:
    throttle.reserve((FIVE, "old"))
    throttle.reserve((FIVE, "success")).give_back()
    clock.advance(seconds=59)
    assert tries(throttle, (FIVE, "anne")) == 5
    clock.advance(seconds=1)
    assert store.purge() == 2
    assert tries(throttle, (FIVE, "anne")) == 0


def test_the_strategies_of_limits_run_on_our_storage_and_clock(store: SqlStore, clock: ManualClock) -> None:
    storage = SqlLimitsStorage(store)
    assert storage.check()
    item = RateLimitItemPerMinute(3)
    moving = MovingWindowRateLimiter(storage)
    assert [moving.hit(item, "a") for _ in range(4)] == [True, True, True, False]
    assert moving.get_window_stats(item, "a").remaining == 0
    assert not moving.hit(item, "b", cost=4)
    assert moving.get_window_stats(item, "b").remaining == 3
    clock.advance(minutes=1)
    assert moving.hit(item, "a")
    fixed = FixedWindowRateLimiter(storage)
    assert [fixed.hit(item, "c") for _ in range(4)] == [True, True, True, False]
    fixed.clear(item, "c")
    assert fixed.hit(item, "c")
    assert storage.reset()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 seconde"), (60, "60 secondes"), (61, "2 minutes"), (3600, "60 minutes"), (7000, "2 heures")],
)
def test_a_wait_is_toldin_words_and_rounded_up(seconds: int, words: str) -> None:
    assert in_words(seconds) == words
