"""What the tests of a sign-in and of an enrolment share: both are begun, shown and answered in the same way."""

# ruff: noqa: S101 - these are tests, shipped for third parties
from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.exc import DBAPIError

from ...foundation.database import lock_accounts
from ..contract import Ask, Attempt, Data, Enrolled, Go, Proven, Refused, ShowsIdentity, Steps, UnknownPerson, Wait

_WAITING = (Ask, Data, Go, Refused, Wait)
#: What a sign-in, and an enrolment, may answer.
SIGN_IN = (*_WAITING, Proven, UnknownPerson)
ENROLMENT = (*_WAITING, Enrolled, ShowsIdentity)


class StepsConformance:
    """The base of both test classes."""

    def takes_no_request(self, steps: Steps) -> None:
        """Check that it never sees requests, cookies or responses."""
        for name in ("ask", "begin", "prepare", "answer"):
            names = set(inspect.signature(getattr(steps, name)).parameters)
            assert not names & {"request", "response", "cookies"}, name

    def shows_without_writing(self, portal: Any, steps: Steps, attempt: Attempt) -> None:
        """Check that ``ask`` works in a read-only transaction."""
        with portal.db.reading() as session:
            try:
                shown = steps.ask(session, attempt)
            except DBAPIError as error:
                raise AssertionError(f"{type(steps).__name__}.ask() writes: {error}") from error
        assert isinstance(shown, Ask | Wait)

    def steps_begun(
        self, portal: Any, steps: Steps, attempt: Attempt, allowed: tuple[type[Any], ...]
    ) -> tuple[Any, Attempt]:
        """Begin; return what is shown, and the attempt with what the mode asked to remember."""
        with portal.db.writing() as session:
            lock_accounts(portal.registry, session, attempt.subject)
            shown = steps.begin(session, attempt)
        assert isinstance(shown, allowed), shown
        state = getattr(shown, "state", None)
        return shown, attempt if state is None else replace(attempt, state=state)

    def steps_answered(
        self, portal: Any, steps: Steps, attempt: Attempt, values: Mapping[str, str], allowed: tuple[type[Any], ...]
    ) -> Any:
        """Give an answer as the flow does: the slow part first, then a transaction."""
        answering = replace(attempt, values=values)
        prepared = steps.prepare(answering)
        with portal.db.writing() as session:
            lock_accounts(portal.registry, session, attempt.subject)
            result = steps.answer(session, answering, prepared)
        assert isinstance(result, allowed), result
        return result
