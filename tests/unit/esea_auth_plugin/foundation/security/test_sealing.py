"""What is sealed opens only where it was sealed, and keys can be renewed."""

from __future__ import annotations

import base64
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esea_auth_plugin.foundation.security.keyring import (
    Key,
    KeyFileError,
    Keyring,
    create_key_file,
    parse_keys,
    readable_by_everybody,
)
from esea_auth_plugin.foundation.security.sealing import SealBroken, Sealer

NOW = datetime(2026, 9, 14, tzinfo=UTC)
OLD = Key("old", b"o" * 32)
NEW = Key("new", b"n" * 32)
SEALER = Sealer(Keyring([OLD]))


@given(st.binary(max_size=300))
def test_what_is_sealed_opens_again(clear: bytes) -> None:
    assert SEALER.open(SEALER.seal(clear, purpose="p", bound_to="r"), purpose="p", bound_to="r") == clear


def test_the_same_text_never_seals_twice_alike() -> None:
    assert SEALER.seal(b"x", purpose="p") != SEALER.seal(b"x", purpose="p")


@pytest.mark.parametrize(("purpose", "row"), [("other", "r"), ("p", "other"), ("pr", ""), ("", "pr")])
def test_sealed_text_opens_for_its_own_purpose_and_row_only(purpose: str, row: str) -> None:
    sealed = SEALER.seal(b"x", purpose="p", bound_to="r")
    with pytest.raises(SealBroken):
        SEALER.open(sealed, purpose=purpose, bound_to=row)


def test_one_altered_bit_anywhere_is_noticed() -> None:
    version, key_id, body = SEALER.seal(b"secret", purpose="p").split(".")
    raw = base64.urlsafe_b64decode(body)
    for position in range(len(raw)):
        changed = bytearray(raw)
        changed[position] ^= 1
        with pytest.raises(SealBroken):
            SEALER.open(f"{version}.{key_id}.{base64.urlsafe_b64encode(changed).decode()}", purpose="p")


@given(st.text(max_size=80))
def test_rubbish_is_refused_with_the_one_error(text: str) -> None:
    with pytest.raises(SealBroken):
        SEALER.open(text, purpose="p")


def test_after_a_renewal_old_things_open_and_new_things_take_the_new_key() -> None:
    sealed = SEALER.seal(b"x", purpose="p")
    renewed = Sealer(Keyring([NEW, OLD]))
    assert renewed.open(sealed, purpose="p") == b"x"
    assert renewed.key_id_of(sealed) == "old"
    assert renewed.key_id_of(renewed.seal(b"x", purpose="p")) == renewed.key_id == "new"


def test_without_its_key_nothing_opens_and_the_message_says_what_to_do() -> None:
    with pytest.raises(SealBroken, match="old key"):
        Sealer(Keyring([NEW])).open(SEALER.seal(b"x", purpose="p"), purpose="p")


def test_a_keyed_hash_stored_before_a_renewal_is_still_found() -> None:
    stored = SEALER.digest("0102", purpose="birthday")
    renewed = Sealer(Keyring([NEW, OLD]))
    assert stored in renewed.digests("0102", purpose="birthday")
    assert renewed.digest("0102", purpose="birthday") != stored


def test_keyed_hashes_of_two_purposes_can_t_be_matched() -> None:
    assert SEALER.digest("x", purpose="a") != SEALER.digest("x", purpose="b")


def test_a_new_key_goes_on_top_and_the_file_is_the_owner_s_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    first = create_key_file(path, NOW)
    second = create_key_file(path, NOW)
    assert [key.id for key in parse_keys(path.read_text()).keys] == [second.id, first.id]
    assert parse_keys(path.read_text()).secret(first.id) == first.secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not readable_by_everybody(path)
    path.chmod(0o644)
    assert readable_by_everybody(path)
    assert [file.name for file in tmp_path.iterdir()] == ["keys"]


def test_a_file_that_holds_something_else_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "notes"
    path.write_text("precious\n")
    with pytest.raises(KeyFileError):
        create_key_file(path, NOW)
    assert path.read_text() == "precious\n"


@pytest.mark.parametrize("text", ["", "# nothing\n", "id short\n", "bad id! " + "A" * 43 + "=\n", "id\n"])
def test_a_wrong_key_file_is_refused(text: str) -> None:
    with pytest.raises(KeyFileError):
        parse_keys(text)


def test_the_message_names_the_line_and_never_the_key() -> None:
    with pytest.raises(KeyFileError, match="line 2") as error:
        parse_keys("# head\nmy-id SECRETSECRET\n")
    assert "SECRETSECRET" not in str(error.value)


def test_two_keys_of_one_id_are_refused() -> None:
    with pytest.raises(KeyFileError, match="one id"):
        Keyring([OLD, OLD])


def test_a_key_never_shows_in_a_representation() -> None:
    assert "ooo" not in repr(OLD)
