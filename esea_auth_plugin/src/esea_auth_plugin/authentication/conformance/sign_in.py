"""The tests that an auth mode must pass, ours and a third party's alike; a test class inherits them.

::

    class TestCarteAgent(AuthModeConformance):
        @pytest.fixture
        def mode(self, portal): return modes_of(portal.registry).get("carte_agent")

        @pytest.fixture
        def attempt(self, portal): return Attempt(id=new_id(), at=portal.clock.now(), …)

        @pytest.fixture
        def right_answer(self, portal, attempt): return {"pin": "1234"}

Where people add credentials themselves, inherit ``EnrolmentConformance`` (``conformance_enrolment.py``), which holds
these tests too. The fixtures ``portal`` and ``clock`` are those of ``esea_auth_plugin.testing.fixtures``.
"""

# ruff: noqa: S101, S106 - these are tests, shipped for third parties
from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from ...foundation.audit import audit_rows
from ...foundation.database import lock_accounts, new_id
from ...interfaces import Factor, IExternalIdentities
from ...services import find
from ..contract import Attempt, AuthMode, Capability, Proven
from ..registry import fault_of
from .steps import SIGN_IN, Portal, StepsConformance

if TYPE_CHECKING:
    import pytest


class AuthModeConformance(StepsConformance):
    """Inherit, and give the fixtures ``mode``, ``attempt`` and ``right_answer`` (see the module).

    ``attempt`` is one that the stage has not begun; for a mode that comes after others its person is known.

    :cvar replayable: its right answer proves again (a password).
    :cvar any_sign_in: its right answer is not bound to the sign-in that asked (a code of an application): twenty
        sign-ins race for it, not one that answers twenty times.
    :cvar lifetime: after how long a right answer of a stage that has begun proves nothing, ``None``: never.
    :cvar not_secret: fields of the right answer that may stand in a log.
    """

    replayable: ClassVar[bool] = False
    any_sign_in: ClassVar[bool] = False
    lifetime: ClassVar[timedelta | None] = None
    not_secret: ClassVar[frozenset[str]] = frozenset({"login"})

    def test_declares_itself(self, mode: AuthMode) -> None:
        """Name, address, titles, factors: as the registry asks."""
        assert fault_of(mode, mode.name) is None

    def test_takes_no_request(self, mode: AuthMode) -> None:
        """A mode never sees requests, cookies or responses."""
        self.takes_no_request(mode)

    def test_showing_its_page_writes_nothing(self, portal: Portal, mode: AuthMode, attempt: Attempt) -> None:
        """``ask`` works in a read-only transaction."""
        self.shows_without_writing(portal, mode, self.begun(portal, mode, attempt))

    def test_an_empty_answer_proves_nothing(self, portal: Portal, mode: AuthMode, attempt: Attempt) -> None:
        """Nor does one full of another mode's fields (threat-model.md row 6)."""
        begun = self.begun(portal, mode, attempt)
        for values in ({}, {"login": "", "password": "", "code": ""}, {"inconnu": "x"}):
            assert not isinstance(self.answered(portal, mode, begun, values), Proven), values

    def test_the_right_answer_proves_what_the_mode_declares(
        self, portal: Portal, mode: AuthMode, attempt: Attempt, right_answer: Mapping[str, str]
    ) -> None:
        """The proof names the mode, its factors and the attempt's moment."""
        result = self.answered(portal, mode, self.begun(portal, mode, attempt), self.right(portal, right_answer))
        assert isinstance(result, Proven), result
        proof = result.proof
        assert proof.mode == mode.name
        assert proof.factors
        assert proof.factors <= mode.factors
        assert all(isinstance(factor, Factor) for factor in proof.factors)
        assert proof.at == attempt.at
        assert proof.means
        assert attempt.subject in {None, result.subject}
        assert proof.latest_end is None or proof.latest_end > proof.at

    def test_it_announces_whom_it_proves(
        self, portal: Portal, mode: AuthMode, attempt: Attempt, right_answer: Mapping[str, str]
    ) -> None:
        """Other stages follow a password: the limits on them are counted for whom ``expected_subject`` names."""
        if mode.factors != {Factor.PASSWORD}:
            return
        begun = self.begun(portal, mode, attempt)
        answering = replace(begun, values=self.right(portal, right_answer))
        prepared = mode.prepare(answering)
        expected = mode.expected_subject(answering, prepared)
        with portal.db.writing() as session:
            lock_accounts(portal.registry, session, attempt.subject)
            result = mode.answer(session, answering, prepared)
        assert isinstance(result, Proven), result
        assert expected == result.subject

    def test_it_links_no_identity_by_itself(
        self, portal: Portal, mode: AuthMode, attempt: Attempt, right_answer: Mapping[str, str]
    ) -> None:
        """Every link of the account was made by ``ILinking``, which compares names and leaves its row in the trail."""
        result = self.answered(portal, mode, self.begun(portal, mode, attempt), self.right(portal, right_answer))
        assert isinstance(result, Proven), result
        with portal.db.reading() as session:
            links = find(portal.registry, IExternalIdentities).of_account(session, result.subject)
            rows = audit_rows(session, action="identity.linked", target=result.subject)
        assert {link.id for link in links} <= {row.details.get("link") for row in rows}

    def test_an_answer_proves_once(
        self, portal: Portal, mode: AuthMode, attempt: Attempt, right_answer: Mapping[str, str]
    ) -> None:
        """Neither the same sign-in nor another one takes it a second time (threat-model.md row 9)."""
        begun = self.begun(portal, mode, attempt)
        values = self.right(portal, right_answer)
        assert isinstance(self.answered(portal, mode, begun, values), Proven)
        other = self.begun(portal, mode, replace(attempt, id=new_id(), state={}))
        for second in (begun, other):
            again = isinstance(self.answered(portal, mode, second, values), Proven)
            assert again is self.replayable, "declare it replayable, or use it up"

    def test_of_twenty_answers_at_once_one_proves(
        self, portal: Portal, mode: AuthMode, attempt: Attempt, right_answer: Mapping[str, str]
    ) -> None:
        """Checked and used up by one conditional update, on real connections."""
        begun = self.begun(portal, mode, attempt)
        values = self.right(portal, right_answer)
        rivals = [begun]
        if self.any_sign_in:
            rivals += [self.begun(portal, mode, replace(attempt, id=new_id(), state={})) for _ in range(19)]
        with ThreadPoolExecutor(20) as pool:
            answers = [pool.submit(self.answered, portal, mode, rivals[n % len(rivals)], values) for n in range(20)]
            proven = sum(isinstance(answer.result(), Proven) for answer in answers)
        assert proven == (20 if self.replayable else 1)

    def test_an_answer_past_its_time_proves_nothing(
        self, portal: Portal, mode: AuthMode, attempt: Attempt, right_answer: Mapping[str, str]
    ) -> None:
        """Compared at its use, whatever job has run (row 22)."""
        begun = self.begun(portal, mode, attempt)
        values = self.right(portal, right_answer)
        portal.clock.advance(seconds=(self.lifetime or timedelta(days=1)).total_seconds())
        late = self.answered(portal, mode, replace(begun, at=portal.clock.now()), values)
        assert isinstance(late, Proven) is (self.lifetime is None)

    def test_it_never_proves_somebody_else(
        self, portal: Portal, mode: AuthMode, attempt: Attempt, right_answer: Mapping[str, str]
    ) -> None:
        """One person's right answer in another's sign-in."""
        other = portal.person(password="Carafe-Moulin-Orage-58")
        begun = self.begun(portal, mode, attempt)
        values = self.right(portal, right_answer)
        theirs = replace(attempt, id=new_id(), subject=other.subject, email=other.email, state={})
        for swapped in (self.begun(portal, mode, theirs), replace(theirs, id=begun.id, state=begun.state)):
            result = self.answered(portal, mode, swapped, values)
            assert not isinstance(result, Proven) or result.subject != other.subject

    def test_no_secret_reaches_a_log(
        self,
        portal: Portal,
        mode: AuthMode,
        attempt: Attempt,
        right_answer: Mapping[str, str],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """At DEBUG, right and wrong answers alike."""
        caplog.set_level(logging.DEBUG)
        begun = self.begun(portal, mode, attempt)
        values = self.right(portal, right_answer)
        self.answered(portal, mode, begun, {name: f"x{value}" for name, value in values.items()})
        self.answered(portal, mode, begun, values)
        for secret in self.secrets(values):
            assert secret not in caplog.text

    def test_what_it_lacks_it_does_not_declare(self, portal: Portal, mode: AuthMode) -> None:
        """A declared capability is written; one that isn't answers nothing."""
        written = {
            Capability.ENROLS: type(mode).revoke is not AuthMode.revoke,
            Capability.SIGNS_OUT: type(mode).signed_out is not AuthMode.signed_out,
        }
        for capability, present in written.items():
            assert present or capability not in mode.capabilities, capability

    def test_nobody_holds_a_credential_of_it(self, portal: Portal, mode: AuthMode) -> None:
        """A subject that doesn't exist revokes nothing."""
        with portal.db.writing() as session:
            assert not mode.revoke(session, "nobody", "nothing", reason="test")

    # --- helpers that a test class may override

    def right(self, portal: Portal, right_answer: Mapping[str, str]) -> Mapping[str, str]:
        """Return the right answer once the stage has begun; override it when beginning decides it (a mailed code)."""
        return right_answer

    def secrets(self, values: Mapping[str, str]) -> Sequence[str]:
        """Return what of an answer may stand nowhere."""
        return [value for name, value in values.items() if name not in self.not_secret and len(value) > 3]

    def begun(self, portal: Portal, mode: AuthMode, attempt: Attempt) -> Attempt:
        """Begin the stage and return the attempt with what the mode asked to remember."""
        return self.steps_begun(portal, mode, attempt, SIGN_IN)[1]

    def answered(self, portal: Portal, mode: AuthMode, attempt: Attempt, values: Mapping[str, str]) -> Any:
        """Give an answer as the sign-in does: the slow part first, then a transaction."""
        return self.steps_answered(portal, mode, attempt, values, SIGN_IN)
