"""Tokens are long, codes are keyed and bound, references survive being read out on the phone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esea_auth_plugin.foundation.security import tokens
from esea_auth_plugin.foundation.security.keyring import Key, Keyring
from esea_auth_plugin.foundation.security.sealing import Sealer

SEALER = Sealer(Keyring([Key("a", b"a" * 32)]))


def test_a_token_has_256_bits_and_never_comes_twice() -> None:
    made = {tokens.new_token() for _ in range(200)}
    assert len(made) == 200
    assert all(len(token) == 43 for token in made)


def test_a_token_under_128_bits_is_refused() -> None:
    with pytest.raises(ValueError, match="128"):
        tokens.new_token(bits=127)


def test_a_token_of_one_kind_is_worthless_as_another() -> None:
    token = tokens.new_token()
    assert len({tokens.digest(token), tokens.digest(token, kind="session"), tokens.digest(token, kind="mail")}) == 3


def test_a_code_keeps_its_leading_zeros(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secrets.randbelow", lambda bound: 42)
    assert tokens.new_code() == "000042"


@pytest.mark.parametrize("typed", ["123456", "123 456", " 123\u00a0456\n", "123-456", "123\u202f456", "12 34 56"])
def test_a_code_pasted_with_spaces_is_the_same_code(typed: str) -> None:
    kept = tokens.code_digest(SEALER, "123456", purpose="mail_code", bound_to="row")[0]
    assert kept in tokens.code_digest(SEALER, typed, purpose="mail_code", bound_to="row")


def test_a_code_is_worth_nothing_in_another_sign_in() -> None:
    here = tokens.code_digest(SEALER, "123456", purpose="mail_code", bound_to="one")
    there = tokens.code_digest(SEALER, "123456", purpose="mail_code", bound_to="two")
    assert not set(here) & set(there)


def test_among_looks_at_every_candidate() -> None:
    assert tokens.among("b", ("a", "b"))
    assert not tokens.among("c", ("a", "b"))
    assert not tokens.among("", ())


def test_equal_takes_texts_of_any_alphabet() -> None:
    assert tokens.equal("é", "é")
    assert not tokens.equal("é", "e")


@given(st.integers(0, 50))
def test_a_reference_read_out_loud_is_found_again(seed: int) -> None:
    reference = tokens.new_reference("DEM")
    assert tokens.read_reference(reference.lower().replace("-", " ")) == reference
    assert tokens.read_reference(reference.removeprefix("DEM-")) == reference
    assert tokens.read_reference(reference[:4] + reference[4:].replace("0", "O").replace("1", "l")) == reference


def test_a_prefix_with_misread_letters_is_kept() -> None:
    assert tokens.read_reference("OIL-7K3M-Q2XF", prefix="OIL") == "OIL-7K3M-Q2XF"


@given(st.text(max_size=100))
def test_whatever_is_typed_gives_a_reference_or_nothing(typed: str) -> None:
    found = tokens.read_reference(typed)
    assert found is None or tokens.read_reference(found) == found


@pytest.mark.parametrize("typed", ["", "DEM", "ABC-7K3M-Q2XF", "DEM-7K3M", "DEM-7K3M-Q2XFF", "DEM-UUUU-UUUU"])
def test_what_is_no_reference_finds_nothing(typed: str) -> None:
    assert tokens.read_reference(typed) is None


def test_a_salted_digest_proves_its_content_and_needs_its_salt() -> None:
    salt = tokens.new_salt()
    assert tokens.salted_digest(salt, b"x") == tokens.salted_digest(salt, b"x")
    assert tokens.salted_digest(salt, b"x") != tokens.salted_digest(tokens.new_salt(), b"x")


def test_a_link_of_a_chain_depends_on_all_before_it() -> None:
    assert tokens.chained_digest("a", "b", "c") != tokens.chained_digest("a", "bc")
    assert tokens.chained_digest("a", "b") != tokens.chained_digest("z", "b")
