"""Known and unknown people cost the same work, so that no answer comes sooner (row 28)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event

from esea_auth_plugin.foundation.database import IDatabase
from esea_auth_plugin.foundation.security.keyring import Key, Keyring
from esea_auth_plugin.foundation.security.passwords import HashCost, PasswordHashes
from esea_auth_plugin.foundation.security.sealing import Sealer
from esea_auth_plugin.foundation.throttling.rules import failures_of_account
from esea_auth_plugin.foundation.throttling.service import Throttle
from esea_auth_plugin.foundation.throttling.sql_store import SqlStore, make_throttle_engine
from esea_auth_plugin.testing.clock import ManualClock

SEALER = Sealer(Keyring([Key("k", b"k" * 32)]))


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What was done: hash verifications and their cost."""
    done: list[str] = []
    real = PasswordHasher.verify

    def counting(self: PasswordHasher, password_hash: str, password: str) -> bool:
        done.append(f"verify {password_hash.split('$')[3] if '$' in password_hash else 'unreadable'}")
        return bool(real(self, password_hash, password))

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    yield done


def test_an_unknown_account_costs_one_verification_of_today_s_cost(work: list[str]) -> None:
    hashes = PasswordHashes(HashCost(memory_kib=8, passes=1))
    kept = hashes.hash("cheval italique biberon")
    seen = []
    for stored in (kept, None):
        for typed in ("cheval italique biberon", "faux", "", "x" * 5000):
            work.clear()
            hashes.verify(stored, typed)
            seen.append(tuple(work))
    assert set(seen) == {("verify m=8,t=1,p=1",)}


@pytest.mark.databases("sqlite", "postgresql")
def test_counting_an_unknown_login_costs_the_same_statements(database: IDatabase, clock: ManualClock) -> None:
    engine = make_throttle_engine(database.engine.url.render_as_string(hide_password=False))
    throttle = Throttle(SqlStore(engine, clock), SEALER)
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda c, cur, text, *rest: statements.append(text))
    counts = []
    for login in ("subject-of-anne", "nobody@example.fr"):
        for _ in range(3):
            statements.clear()
            throttle.reserve(*failures_of_account("password", login))
            counts.append(len(statements))
    engine.dispose()
    assert set(counts) == {2}  # one upsert of windows, one of rows of tries, whoever it is
