"""Whatever is done, in whatever order and time, a workstation opens only by its own live approval, once (row 26)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from tests.qr_sign_in import MODES, other_than

from esea_auth_plugin.auth_modes.qr_code.service import APPROVED, SIGN_IN, QrRequests, Shown
from esea_auth_plugin.authentication.attempts.models import SignInRow
from esea_auth_plugin.authentication.contract import Attempt
from esea_auth_plugin.foundation.database import lock_accounts, new_id
from esea_auth_plugin.foundation.security import tokens
from esea_auth_plugin.interfaces import KeyVerified
from esea_auth_plugin.testing.portal import Portal

pytestmark = pytest.mark.settings(**MODES)

ANNE, MALLORY = new_id(), new_id()
STEPS = st.one_of(
    st.tuples(st.just("approve"), st.booleans(), st.sampled_from([ANNE, MALLORY])),
    st.just(("approve", True, ANNE)),
    st.tuples(st.just("wait"), st.sampled_from([1, 29, 30, 89, 90])),
    st.just(("collect",)),
    st.tuples(st.sampled_from(["refuse", "collect", "leave", "revoke", "renew"])),
)


@dataclass
class Model:
    """What should be, told in the simplest words. :ivar asks: the only account that may answer, ``None``: any."""

    asks: str | None
    ends: datetime
    state: str = "waiting"
    by: str = ""
    there: bool = True

    def live(self, now: datetime, state: str) -> bool:
        """Tell whether it is in this state, in time, with its workstation waiting."""
        return self.there and self.state == state and now < self.ends


def begun(portal: Portal, attempt: Attempt) -> Shown:
    with portal.db.writing() as session:
        row = SignInRow(id=attempt.id, cookie_digest=tokens.digest(attempt.id), mode="qr_code", stages=["qr_code"])
        row.stage, row.proofs, row.created_at, row.ends_at = (
            "qr_code",
            [],
            attempt.at,
            attempt.at + timedelta(minutes=20),
        )
        lock_accounts(portal.registry, session, ANNE, MALLORY)
        session.add(row)
        session.flush()
        shown: Shown = portal.find(QrRequests).open(session, attempt, SIGN_IN)
        return shown


@example(asks=ANNE, steps=[("wait", 89), ("approve", True, ANNE), ("wait", 29), ("collect",), ("collect",)])
@example(asks=None, steps=[("approve", True, ANNE), ("wait", 30), ("collect",)])
@example(asks=None, steps=[("wait", 90), ("approve", True, ANNE), ("collect",)])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(asks=st.sampled_from([None, ANNE]), steps=st.lists(STEPS, min_size=2, max_size=8))
def test_only_its_own_live_approval_opens_it_once(
    portal: Portal, asks: str | None, steps: list[tuple[object, ...]]
) -> None:
    attempt = Attempt(new_id(), portal.clock.now(), subject=asks)
    shown = begun(portal, attempt)
    model = Model(asks, shown.ends_at)
    requests, opened = portal.find(QrRequests), 0
    for name, *how in steps:
        now = portal.clock.now()
        if name == "wait":
            portal.clock.advance(seconds=int(str(how[0])))
            continue
        with portal.db.writing() as session:
            lock_accounts(portal.registry, session, ANNE, MALLORY)
            found = requests.by_code(session, shown.code)
            assert found is not None
            if name == "approve":
                right, who = bool(how[0]), str(how[1])
                number = shown.number if right else other_than(shown.number)
                state = requests.approve(session, found, number, KeyVerified(who, "key", "key"), now)
                allowed = model.live(now, "waiting")
                assert (state == APPROVED) is (allowed and right and asks in {None, who})
                if allowed:
                    model.state, model.by = (state, who)
                    model.ends = now + timedelta(seconds=30) if state == APPROVED else model.ends
            elif name == "refuse":
                refused = model.live(now, "waiting")
                assert requests.refuse(session, found, now) is refused
                model.state = "refused" if refused else model.state
            elif name == "collect":
                collected = requests.collect(session, found, now)
                assert collected is model.live(now, "approved")
                if collected:
                    model.state, opened = "collected", opened + 1
                    assert found.decided_by == model.by
            elif name == "leave":
                session.execute(update(SignInRow).where(SignInRow.id == attempt.id).values(done_at=now))
                model.there = False
            elif name == "revoke":
                requests.end_of_key(session, model.by, "key")
                model.state = "ended" if model.state == "approved" else model.state
            else:
                requests.open(session, attempt, SIGN_IN)
                model.state = "ended" if model.state == "waiting" else model.state
    assert opened <= 1
