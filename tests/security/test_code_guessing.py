"""A mailed code can't be guessed: few tries, counted once each, across sign-ins, codes and processes (row 10)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from esea_auth_plugin.errors import TooManyAttempts
from esea_auth_plugin.foundation.database import IDatabase
from esea_auth_plugin.foundation.security import tokens
from esea_auth_plugin.foundation.security.keyring import Key, Keyring
from esea_auth_plugin.foundation.security.sealing import Sealer
from esea_auth_plugin.foundation.throttling.service import Throttle
from esea_auth_plugin.foundation.throttling.sql_store import SqlStore, make_throttle_engine
from esea_auth_plugin.interfaces import Limit
from esea_auth_plugin.testing.clock import ManualClock
from esea_auth_plugin.testing.threads import at_once

pytestmark = pytest.mark.databases("sqlite", "postgresql")

SEALER = Sealer(Keyring([Key("k", b"k" * 32)]))
PER_SIGN_IN = Limit("mail_code.sign_in", 5, timedelta(minutes=10))
PER_ACCOUNT = Limit("mail_code.account", 10, timedelta(hours=1))


@pytest.fixture
def throttle(database: IDatabase, clock: ManualClock) -> Iterator[Throttle]:
    engine = make_throttle_engine(database.engine.url.render_as_string(hide_password=False))
    yield Throttle(SqlStore(engine, clock), SEALER)
    engine.dispose()


def test_parallel_tries_of_one_code_get_five_checks(throttle: Throttle) -> None:
    kept = tokens.code_digest(SEALER, "123456", purpose="mail_code", bound_to="sign-in")[0]
    checked: list[bool] = []

    def attempt(number: int) -> None:
        try:
            throttle.reserve((PER_SIGN_IN, "sign-in"), (PER_ACCOUNT, "anne"))
        except TooManyAttempts:
            return
        typed = f"{number:06d}"
        candidates = tokens.code_digest(SEALER, typed, purpose="mail_code", bound_to="sign-in")
        checked.append(tokens.among(kept, candidates))

    at_once(attempt, range(20))
    assert checked == [False] * 5


def test_a_new_sign_in_and_a_new_code_do_not_begin_a_new_count(throttle: Throttle, clock: ManualClock) -> None:
    """Five tries each in sign-ins begun one after the other, from wherever: ten an hour in all."""
    checks, start = 0, clock.now()
    for sign_in in range(12):
        for _ in range(5):
            try:
                throttle.reserve((PER_SIGN_IN, f"sign-in {sign_in}"), (PER_ACCOUNT, "anne"))
                checks += 1
            except TooManyAttempts:
                pass
        clock.advance(minutes=4)
    assert clock.now() - start < PER_ACCOUNT.per
    assert checks == 10


def test_a_stolen_table_does_not_give_the_code_away() -> None:
    """A million codes hash in a second: without the key, which is not in the database, nothing can be tried."""
    code = "123456"
    kept = tokens.code_digest(SEALER, code, purpose="mail_code", bound_to="sign-in")[0]
    thief = Sealer(Keyring([Key("k", b"x" * 32)]))
    assert kept not in {
        tokens.digest(code),
        tokens.digest(f"sign-in\0{code}"),
        *tokens.code_digest(thief, code, purpose="mail_code", bound_to="sign-in"),
    }
