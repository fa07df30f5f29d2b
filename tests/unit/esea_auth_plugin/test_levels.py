"""Levels are computed from what was proven, and more proof never lowers one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esea_auth_plugin.interfaces import AccountState, AccountView, Factor, Level, Proof
from esea_auth_plugin.levels import level_of, level_of_factors, mail_code_barred

NOW = datetime(2026, 9, 14, 8, tzinfo=UTC)
FACTORS = st.frozensets(st.sampled_from(Factor))


@pytest.mark.parametrize(
    ("factors", "level"),
    [
        ((), Level.NONE),
        ((Factor.PASSWORD,), Level.PASSWORD),
        ((Factor.MAILBOX,), Level.NONE),
        ((Factor.OTP_DEVICE,), Level.NONE),
        ((Factor.PASSWORD, Factor.MAILBOX), Level.MAIL_CODE),
        ((Factor.PASSWORD, Factor.OTP_DEVICE), Level.TWO_FACTORS),
        ((Factor.REMOTE_DEVICE,), Level.TWO_FACTORS),
        ((Factor.VERIFIED_KEY,), Level.RESISTANT),
        ((Factor.HEALTH_CREDENTIAL,), Level.HEALTH),
        ((Factor.PASSWORD, Factor.HEALTH_CREDENTIAL), Level.HEALTH),
    ],
)
def test_the_scale_of_the_house(factors: tuple[Factor, ...], level: Level) -> None:
    assert level_of_factors(factors) is level


@given(FACTORS, FACTORS, st.booleans())
def test_more_proof_never_lowers_a_level(held: frozenset[Factor], more: frozenset[Factor], barred: bool) -> None:
    assert level_of_factors(held, mail_code_barred=barred) <= level_of_factors(held | more, mail_code_barred=barred)


@given(FACTORS)
def test_a_barred_mailbox_shows_nothing(held: frozenset[Factor]) -> None:
    without = level_of_factors(held - {Factor.MAILBOX})
    assert level_of_factors(held, mail_code_barred=True) == without


@given(FACTORS)
def test_the_order_and_the_split_of_proofs_do_not_matter(held: frozenset[Factor]) -> None:
    proofs = [Proof(mode=str(factor), factors=frozenset({factor}), means=("x",), at=NOW) for factor in held]
    assert level_of(proofs) == level_of(proofs[::-1]) == level_of_factors(held)


def test_the_bar_ends_at_its_moment() -> None:
    account = AccountView(
        subject="s",
        identifier="anne",
        email="a@x.fr",
        state=AccountState.ACTIVE,
        civility="Mme",
        first_name="Anne",
        last_name="Pierre",
        created_at=NOW,
        mail_code_barred_until=NOW + timedelta(hours=24),
    )
    assert mail_code_barred(account, NOW + timedelta(hours=24, seconds=-1))
    assert not mail_code_barred(account, NOW + timedelta(hours=24))
    assert not mail_code_barred(None, NOW)
