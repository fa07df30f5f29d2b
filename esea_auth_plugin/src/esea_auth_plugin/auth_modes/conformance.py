"""The tests that an auth mode must pass, ours and a stranger's alike; a test class inherits them.

::

    class TestCarteAgent(AuthModeConformance):
        @pytest.fixture
        def mode(self, portal): return modes_of(portal.registry).get("carte_agent")

        @pytest.fixture
        def attempt(self, portal): return Attempt(id=new_id(), at=portal.clock.now(), …)

        @pytest.fixture
        def right_answer(self, portal, attempt): return {"pin": "1234"}

The fixtures ``portal`` and ``clock`` are those of ``esea_auth_plugin.testing.fixtures``.
"""

# ruff: noqa: S101 - these are tests, shipped for third parties
from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.exc import DBAPIError

from ..interfaces import Factor
from .base import Ask, Attempt, AuthMode, Capability, Data, Go, Proven, Refused, UnknownPerson, Wait
from .registry import fault_of

_RESULTS = (Ask, Data, Go, Wait, Proven, Refused, UnknownPerson)


class AuthModeConformance:
    """Inherit, and give the fixtures ``mode``, ``attempt`` and ``right_answer`` (see the module).

    ``attempt`` is one that the stage has not begun; for a mode that comes after others its person is known.
    """

    def test_declares_itself(self, mode: AuthMode) -> None:
        """Name, address, titles, factors: as the registry asks."""
        assert fault_of(mode, mode.name) is None

    def test_takes_no_request(self, mode: AuthMode) -> None:
        """A mode never sees requests, cookies or responses."""
        for name in ("ask", "begin", "prepare", "answer"):
            names = set(inspect.signature(getattr(mode, name)).parameters)
            assert not names & {"request", "response", "cookies"}, name

    def test_showing_its_page_writes_nothing(self, portal: Any, mode: AuthMode, attempt: Attempt) -> None:
        """``ask`` works in a read-only transaction."""
        begun = self.begun(portal, mode, attempt)
        with portal.db.reading() as session:
            try:
                shown = mode.ask(session, begun)
            except DBAPIError as error:
                raise AssertionError(f"{mode.name}.ask() writes: {error}") from error
        assert isinstance(shown, Ask | Wait)

    def test_an_empty_answer_proves_nothing(self, portal: Any, mode: AuthMode, attempt: Attempt) -> None:
        """Nor does one full of another mode's fields (security.md row 6)."""
        begun = self.begun(portal, mode, attempt)
        for values in ({}, {"login": "", "password": "", "code": ""}, {"inconnu": "x"}):
            assert not isinstance(self.answered(portal, mode, begun, values), Proven), values

    def test_the_right_answer_proves_what_the_mode_declares(
        self, portal: Any, mode: AuthMode, attempt: Attempt, right_answer: Mapping[str, str]
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

    def test_what_it_lacks_it_does_not_declare(self, portal: Any, mode: AuthMode) -> None:
        """A declared capability is written; one that isn't answers nothing."""
        written = {
            Capability.ENROLS: type(mode).revoke is not AuthMode.revoke,
            Capability.SIGNS_OUT: type(mode).signed_out is not AuthMode.signed_out,
        }
        for capability, present in written.items():
            assert present or capability not in mode.capabilities, capability

    def test_nobody_holds_a_credential_of_it(self, portal: Any, mode: AuthMode) -> None:
        """A subject that doesn't exist revokes nothing."""
        with portal.db.writing() as session:
            assert not mode.revoke(session, "nobody", "nothing", reason="test")

    # --- helpers that a test class may override

    def right(self, portal: Any, right_answer: Mapping[str, str]) -> Mapping[str, str]:
        """Return the right answer once the stage has begun; override it when beginning decides it (a mailed code)."""
        return right_answer

    def begun(self, portal: Any, mode: AuthMode, attempt: Attempt) -> Attempt:
        """Begin the stage and return the attempt with what the mode asked to remember."""
        with portal.db.writing() as session:
            result = mode.begin(session, attempt)
        assert isinstance(result, _RESULTS), result
        state = getattr(result, "state", None)
        return attempt if state is None else replace(attempt, state=state)

    def answered(self, portal: Any, mode: AuthMode, attempt: Attempt, values: Mapping[str, str]) -> Any:
        """Give an answer as the sign-in does: the slow part first, then a transaction."""
        answering = replace(attempt, values=values)
        prepared = mode.prepare(answering)
        with portal.db.writing() as session:
            result = mode.answer(session, answering, prepared)
        assert isinstance(result, _RESULTS), result
        return result
