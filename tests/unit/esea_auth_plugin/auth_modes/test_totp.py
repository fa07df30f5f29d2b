"""The authenticator application: conformance, RFC 6238's vectors, steps that only go up, drift, sealed keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from esea_auth_plugin.auth_modes.totp import codes
from esea_auth_plugin.auth_modes.totp.models import TotpRow
from esea_auth_plugin.authentication.conformance.enrolment import EnrolmentConformance
from esea_auth_plugin.authentication.contract import Attempt, AuthMode, Enrolled, Proven, Refused
from esea_auth_plugin.authentication.registry import modes_of
from esea_auth_plugin.foundation.database import lock_accounts, new_id
from esea_auth_plugin.testing.portal import Person, Portal

pytestmark = pytest.mark.settings(**{"esea_auth.modes": "password mail_code totp recovery_codes"})

KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
STEP = timedelta(seconds=30)


class TestTotpMode(EnrolmentConformance):
    any_sign_in = True
    lifetime = timedelta(seconds=90)

    @pytest.fixture
    def mode(self, portal: Portal) -> AuthMode:
        found = modes_of(portal.registry).get("totp")
        assert found is not None
        return found

    @pytest.fixture
    def owner(self, portal: Portal) -> Person:
        return portal.person()

    @pytest.fixture
    def keys(self) -> dict[str, str]:
        return {}

    @pytest.fixture
    def enrolled(self, portal: Portal, mode: AuthMode, owner: Person, keys: dict[str, str]) -> Enrolled:
        shown, under_way = self.enrolment_begun(portal, mode, owner)
        keys["key"] = under_way.state["key"]
        added = self.enrolment_answered(portal, mode, under_way, self.enrolment_answer(portal, shown))
        assert isinstance(added, Enrolled)
        return added

    @pytest.fixture
    def attempt(self, portal: Portal, owner: Person, enrolled: Enrolled) -> Attempt:
        # The next step: the one of the enrolment is used up.
        at = portal.clock.now() + STEP
        return Attempt(id=new_id(), at=at, subject=owner.subject, email=owner.email)

    @pytest.fixture
    def right_answer(self, portal: Portal, keys: dict[str, str], attempt: Attempt) -> Mapping[str, str]:
        return {"code": codes.code_of(keys["key"], codes.step_at(attempt.at))}

    def enrolment_answer(self, portal: Any, shown: Any) -> Mapping[str, str]:
        step = codes.step_at(portal.clock.now())
        return {"code": codes.code_of(shown.state["key"], step), "label": "Téléphone"}

    def enrolment_secrets(self, shown: Any, added: Any) -> list[str]:
        return [shown.state["key"], shown.values["key"]]


# --- codes by themselves -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_vectors_of_rfc_6238_are_met(seconds: int, code: str) -> None:
    """Appendix B, SHA-1, cut to six digits."""
    moment = datetime.fromtimestamp(seconds, UTC)
    assert codes.code_of(KEY, codes.step_at(moment)) == code
    assert codes.matching_step(KEY, code, moment) == seconds // 30


def test_a_key_has_160_bits_and_no_two_are_alike() -> None:
    keys = {codes.new_key() for _ in range(50)}
    assert len(keys) == 50
    assert all(len(key) == 32 and "=" not in key for key in keys)


@given(st.integers(-5, 5), st.integers(-2, 2))
def test_one_step_on_each_side_of_what_the_application_shows_and_no_more(ahead: int, drift: int) -> None:
    now = datetime(2026, 9, 14, 8, 0, 7, tzinfo=UTC)
    typed = codes.code_of(KEY, codes.step_at(now) + ahead)
    found = codes.matching_step(KEY, typed, now, drift=drift)
    assert (found is not None) is (abs(ahead - drift) <= 1)


@given(st.text(max_size=80))
def test_whatever_is_typed_it_is_a_code_of_the_window_or_nothing(typed: str) -> None:
    now = datetime(2026, 9, 14, 8, 0, 7, tzinfo=UTC)
    assert codes.matching_step(KEY, typed, now) is None


def test_a_used_step_and_those_before_it_are_refused_by_whatever_spelling() -> None:
    now = datetime(2026, 9, 14, 8, 0, 7, tzinfo=UTC)
    step = codes.step_at(now)
    code = codes.code_of(KEY, step)
    for spelling in (code, f"{code[:3]} {code[3:]}", f"{code[:3]}\u202f{code[3:]}", f" {code}\n", "-".join(code)):
        assert codes.matching_step(KEY, spelling, now) == step
        assert codes.matching_step(KEY, spelling, now, after=step) is None
        assert codes.matching_step(KEY, spelling, now, after=step + 1) is None


def test_the_address_of_the_qr_code_encodes_issuer_and_account() -> None:
    address = codes.address_of(KEY, account="a&b@chu.fr", issuer="Portail : d'essai")
    assert address.startswith("otpauth://totp/Portail%20%3A%20d%27essai:a%26b%40chu.fr?")
    assert f"secret={KEY}" in address
    assert "issuer=Portail%20%3A%20d%27essai" in address


# --- as rows -----------------------------------------------------------------------------------------------------


@pytest.fixture
def mode(portal: Portal) -> Any:
    return modes_of(portal.registry).get("totp")


@pytest.fixture
def anne(portal: Portal) -> Person:
    return portal.person()


def add(portal: Portal, mode: Any, person: Person, *, ahead: int = 0) -> str:
    """Add an application whose clock is some steps ahead of ours; return its key."""
    attempt = Attempt(id=new_id(), at=portal.clock.now(), subject=person.subject, email=person.email)
    key = codes.new_key()
    code = codes.code_of(key, codes.step_at(attempt.at) + ahead)
    answer = Attempt(**{**_fields(attempt), "values": {"code": code}, "state": {"key": key}})
    with portal.db.writing() as session:
        lock_accounts(portal.registry, session, person.subject)
        assert isinstance(mode.enrolment.answer(session, answer, None), Enrolled)
    return key


def sign_in(portal: Portal, mode: Any, person: Person, code: str) -> Any:
    attempt = Attempt(id=new_id(), at=portal.clock.now(), subject=person.subject, values={"code": code})
    with portal.db.writing() as session:
        lock_accounts(portal.registry, session, person.subject)
        mode.begin(session, attempt)
        return mode.answer(session, attempt, None)


def _fields(attempt: Attempt) -> dict[str, Any]:
    return {name: getattr(attempt, name) for name in Attempt.__slots__}


def code_now(portal: Portal, key: str, ahead: int = 0) -> str:
    return codes.code_of(key, codes.step_at(portal.clock.now()) + ahead)


def test_the_code_of_the_enrolment_does_not_sign_in_as_well(portal: Portal, mode: Any, anne: Person) -> None:
    key = add(portal, mode, anne)
    assert isinstance(sign_in(portal, mode, anne, code_now(portal, key)), Refused)
    portal.clock.advance(seconds=30)
    assert isinstance(sign_in(portal, mode, anne, code_now(portal, key)), Proven)


def test_an_earlier_code_is_refused_once_a_later_one_was_used(portal: Portal, mode: Any, anne: Person) -> None:
    key = add(portal, mode, anne)
    portal.clock.advance(minutes=5)
    assert isinstance(sign_in(portal, mode, anne, code_now(portal, key, 1)), Proven)
    assert isinstance(sign_in(portal, mode, anne, code_now(portal, key)), Refused)


def test_a_clock_that_drifts_is_followed_measured_and_told(portal: Portal, mode: Any, anne: Person) -> None:
    """A telephone that loses a step a month stays usable up to two steps; a third is not followed."""
    key = add(portal, mode, anne)
    portal.clock.advance(days=30)
    assert isinstance(sign_in(portal, mode, anne, code_now(portal, key, -1)), Proven)
    portal.clock.advance(days=30)
    assert isinstance(sign_in(portal, mode, anne, code_now(portal, key, -2)), Proven)
    with portal.db.reading() as session:
        assert session.scalar(select(TotpRow.drift)) == -2
        [held] = mode.credentials(session, anne.subject)
    assert "en retard d’environ 60 secondes" in held.note
    portal.clock.advance(days=30)
    assert isinstance(sign_in(portal, mode, anne, code_now(portal, key, -3)), Proven)
    portal.clock.advance(days=30)
    assert isinstance(sign_in(portal, mode, anne, code_now(portal, key, -4)), Refused)
    assert isinstance(sign_in(portal, mode, anne, code_now(portal, key, 0)), Refused)


def test_several_applications_of_one_person_each_sign_in(portal: Portal, mode: Any, anne: Person) -> None:
    keys = [add(portal, mode, anne), add(portal, mode, anne)]
    portal.clock.advance(minutes=1)
    references = {sign_in(portal, mode, anne, code_now(portal, key)).proof.authenticator for key in keys}
    with portal.db.reading() as session:
        assert references == {held.reference for held in mode.credentials(session, anne.subject)}


def test_a_sealed_key_pasted_into_another_row_opens_nothing(portal: Portal, mode: Any, anne: Person) -> None:
    """Whoever can write the table, but has no key of the portal, can't give a victim their own application."""
    mallory = portal.person()
    key = add(portal, mode, mallory)
    add(portal, mode, anne)
    with portal.db.writing() as session:
        sealed = select(TotpRow.sealed_secret).where(TotpRow.subject == mallory.subject)
        stolen = session.scalar(sealed)
        session.execute(update(TotpRow).where(TotpRow.subject == anne.subject).values(sealed_secret=stolen))
    portal.clock.advance(minutes=1)
    assert isinstance(sign_in(portal, mode, anne, code_now(portal, key)), Refused)


def test_five_tries_a_sign_in_and_the_sixth_is_not_even_compared(portal: Portal, mode: Any, anne: Person) -> None:
    key = add(portal, mode, anne)
    portal.clock.advance(minutes=1)
    right = code_now(portal, key)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    attempt = Attempt(id=new_id(), at=portal.clock.now(), subject=anne.subject)
    over = []
    for typed in [wrong] * 5 + [right]:
        with portal.db.writing() as session:
            lock_accounts(portal.registry, session, anne.subject)
            mode.begin(session, attempt)  # beginning again begins no new count
            over.append(mode.answer(session, Attempt(**{**_fields(attempt), "values": {"code": typed}}), None).over)
    assert over == [False] * 4 + [True] * 2
