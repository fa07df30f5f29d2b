"""argon2id at the right cost, never inside a transaction, the same work for everybody."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from esea_auth_plugin.foundation.database import Database, make_engine
from esea_auth_plugin.foundation.database.guard import SlowWorkInTransaction
from esea_auth_plugin.foundation.security.passwords import HashCost, PasswordHashes, PasswordTooLong, prepared

CHEAP = HashCost(memory_kib=8, passes=1)
HASHES = PasswordHashes(CHEAP)


@pytest.fixture
def verifications(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Hash verifications done, counted where argon2 itself is called."""
    done: list[str] = []
    real = PasswordHasher.verify

    def counting(self: PasswordHasher, password_hash: str, password: str) -> bool:
        done.append(password_hash)
        return bool(real(self, password_hash, password))

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    return done


def test_the_shipped_cost_is_argon2id_at_19_mib_two_passes_one_lane() -> None:
    assert PasswordHashes().hash("un mot de passe").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("cost", [HashCost(19455), HashCost(passes=1), HashCost(lanes=0)])
def test_a_cost_under_the_floor_is_not_enough(cost: HashCost) -> None:
    assert not cost.enough
    assert HashCost().enough


def test_the_right_password_is_right_and_no_other() -> None:
    kept = HASHES.hash("cheval italique")
    assert HASHES.verify(kept, "cheval italique") == (True, False)
    assert HASHES.verify(kept, "cheval italiquE") == (False, False)


def test_a_hash_of_a_lower_cost_asks_to_be_made_anew_once_the_password_is_right() -> None:
    kept = HASHES.hash("cheval italique")
    dearer = PasswordHashes(HashCost(memory_kib=16, passes=2))
    assert dearer.verify(kept, "cheval italique") == (True, True)
    assert dearer.verify(kept, "faux") == (False, False)


def test_the_same_accent_typed_on_two_systems_is_one_password() -> None:
    kept = HASHES.hash(unicodedata.normalize("NFC", "été à la mer"))
    assert HASHES.verify(kept, unicodedata.normalize("NFD", "été à la mer"))[0]


def test_a_no_break_space_is_a_space() -> None:
    assert HASHES.verify(HASHES.hash("deux mots"), "deux\u00a0mots")[0]


def test_characters_that_only_look_alike_stay_different() -> None:
    assert prepared("ﬁn") != prepared("fin")


def test_128_characters_all_count() -> None:
    password = "é" * 127 + "a"
    kept = HASHES.hash(password)
    assert HASHES.verify(kept, password)[0]
    assert not HASHES.verify(kept, "é" * 127 + "b")[0]


@pytest.mark.parametrize("length", [129, 513, 100_000])
def test_a_longer_password_is_refused_and_never_cut(length: int) -> None:
    with pytest.raises(PasswordTooLong):
        HASHES.hash("a" * length)
    assert HASHES.verify(HASHES.hash("a" * 128), "a" * length) == (False, False)


@pytest.mark.parametrize("kept", ["right", None, "not a hash", ""])
@pytest.mark.parametrize("typed", ["right", "wrong", "a" * 200])
def test_every_check_costs_one_verification(kept: str | None, typed: str, verifications: list[str]) -> None:
    stored = HASHES.hash("right") if kept == "right" else kept
    right, _ = HASHES.verify(stored, typed)
    assert right == (kept == "right" and typed == "right")
    worked = [each for each in verifications if each.startswith("$argon2id$")]
    assert len(worked) == 1
    assert worked[0].split("$")[3] == "m=8,t=1,p=1"


def test_the_password_of_nobody_is_never_right() -> None:
    for guess in ("", "nobody", "None"):
        assert HASHES.verify(None, guess) == (False, False)


@pytest.mark.parametrize("work", [lambda: HASHES.hash("x"), lambda: HASHES.verify(None, "x"), HASHES.verify_nothing])
def test_no_password_is_hashed_while_a_transaction_is_open(work: Any) -> None:
    database = Database(make_engine("sqlite://"))
    with database.reading() as session:
        session.execute(text("SELECT 1"))
        with pytest.raises(SlowWorkInTransaction):
            work()
    database.engine.dispose()
    work()
