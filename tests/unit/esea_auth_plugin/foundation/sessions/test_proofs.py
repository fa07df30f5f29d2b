"""Proofs are written and read back whole; a factor that nobody knows makes a session count for nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esea_auth_plugin.foundation.sessions.proofs import from_json, merged, to_json
from esea_auth_plugin.interfaces import Factor, Proof

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
PROOFS = st.builds(
    Proof,
    mode=st.sampled_from(["password", "mail_code", "cps"]),
    factors=st.frozensets(st.sampled_from(Factor), min_size=1),
    means=st.tuples(st.sampled_from(["pwd", "otp", "hwk"])),
    at=MOMENTS,
    phishing_resistant=st.booleans(),
    authenticator=st.none() | st.text(max_size=20),
    latest_end=st.none() | MOMENTS,
)


@given(st.lists(PROOFS, max_size=4))
def test_what_is_written_is_read_back(proofs: list[Proof]) -> None:
    assert from_json(to_json(proofs)) == tuple(proofs)


def test_an_unknown_factor_is_refused() -> None:
    row = to_json([Proof("m", frozenset({Factor.PASSWORD}), ("pwd",), datetime(2026, 1, 1, tzinfo=UTC))])
    row[0]["factors"] = ["telepathy"]
    with pytest.raises(ValueError, match="telepathy"):
        from_json(row)


@given(st.lists(PROOFS, max_size=3), st.lists(PROOFS, max_size=3))
def test_a_mode_proved_again_replaces_its_older_proof(held: list[Proof], new: list[Proof]) -> None:
    found = merged(held, new)
    assert all(proof in found for proof in new)
    modes = {proof.mode for proof in new}
    assert not [proof for proof in found if proof.mode in modes and proof not in new]
