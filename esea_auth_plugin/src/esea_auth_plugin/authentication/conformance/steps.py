"""What the tests of a sign-in and of an enrolment share: both are begun, shown and answered in the same way."""

# ruff: noqa: S101 - these are tests, shipped for third parties
from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.exc import DBAPIError

from ...foundation.database import IDatabase, lock_accounts
from ...pyramid_types import Registry
from ..contract import Ask, Attempt, Data, Enrolled, Go, Proven, Refused, ShowsIdentity, Steps, UnknownPerson, Wait

_WAITING = (Ask, Data, Go, Refused, Wait)
#: What a sign-in, and an enrolment, may answer.
SIGN_IN = (*_WAITING, Proven, UnknownPerson)
ENROLMENT = (*_WAITING, Enrolled, ShowsIdentity)


class Clock(Protocol):
    """A clock that a test sets forward."""

    def now(self) -> datetime:
        """Return the present moment."""

    def advance(self, *, seconds: float) -> object:
        """Let time pass of that many seconds."""


class Person(Protocol):
    """Somebody who has an account."""

    @property
    def subject(self) -> str:
        """The account's opaque id."""

    @property
    def email(self) -> str:
        """The account's confirmed address."""


class Portal(Protocol):
    """What the tests need of a portal (``esea_auth_plugin.testing`` makes one)."""

    @property
    def registry(self) -> Registry:
        """The registry of the application."""

    @property
    def clock(self) -> Clock:
        """The clock of the application."""

    @property
    def db(self) -> IDatabase:
        """The database of the application."""

    def person(self, *, password: str = ...) -> Person:
        """Make somebody with an account."""


class StepsConformance:
    """The base of both test classes."""

    def takes_no_request(self, steps: Steps) -> None:
        """Check that it never sees requests, cookies or responses."""
        for name in ("ask", "begin", "prepare", "answer"):
            names = set(inspect.signature(getattr(steps, name)).parameters)
            assert not names & {"request", "response", "cookies"}, name

    def shows_without_writing(self, portal: Portal, steps: Steps, attempt: Attempt) -> None:
        """Check that ``ask`` works in a read-only transaction."""
        with portal.db.reading() as session:
            try:
                shown = steps.ask(session, attempt)
            except DBAPIError as error:
                raise AssertionError(f"{type(steps).__name__}.ask() writes: {error}") from error
        assert isinstance(shown, Ask | Wait)

    def steps_begun(
        self, portal: Portal, steps: Steps, attempt: Attempt, allowed: tuple[type[Any], ...]
    ) -> tuple[Any, Attempt]:
        """Begin; return what is shown, and the attempt with what the mode asked to remember."""
        with portal.db.writing() as session:
            lock_accounts(portal.registry, session, attempt.subject)
            shown = steps.begin(session, attempt)
        assert isinstance(shown, allowed), shown
        state = getattr(shown, "state", None)
        return shown, attempt if state is None else replace(attempt, state=state)

    def steps_answered(
        self, portal: Portal, steps: Steps, attempt: Attempt, values: Mapping[str, str], allowed: tuple[type[Any], ...]
    ) -> Any:
        """Give an answer as the flow does: the slow part first, then a transaction."""
        answering = replace(attempt, values=values)
        prepared = steps.prepare(answering)
        with portal.db.writing() as session:
            lock_accounts(portal.registry, session, attempt.subject)
            result = steps.answer(session, answering, prepared)
        assert isinstance(result, allowed), result
        return result
