"""Names of devices: one short line, nothing invisible."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from esea_auth_plugin.authentication.naming import MAX_NAME_LENGTH, device_name
from esea_auth_plugin.normalise.characters import forbidden


@given(st.text(max_size=200))
def test_whatever_is_typed_a_name_is_short_visible_and_never_empty(typed: str) -> None:
    name = device_name(typed, "Téléphone")
    assert 1 <= len(name) <= MAX_NAME_LENGTH
    assert not forbidden(name)
    assert name == " ".join(name.split())


def test_a_name_that_reads_backwards_or_is_blank_is_not_kept_so() -> None:
    assert device_name("Mon\u202e téléphone\r\nBcc: x", "?") == "Mon téléphone Bcc: x"
    assert device_name(" \u200b ", "Téléphone") == "Téléphone"
