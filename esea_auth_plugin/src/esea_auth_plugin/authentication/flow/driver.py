"""The driver of every flow of a mode: sign-in, step-up and the addition of a credential take an answer here.

In order: limits are counted, the mode does its slow part, and only then the request's transaction begins, with the
account locked before the mode writes anything.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from ...pyramid_types import Json, PortalRequest
from ..contract import (
    Ask,
    Attempt,
    Begun,
    Data,
    Enrolled,
    Go,
    Proven,
    Refused,
    Result,
    ShowsIdentity,
    Steps,
    UnknownPerson,
    Wait,
)
from . import Outcome

#: What ends a flow, or the stage of a sign-in.
End = Proven | UnknownPerson | Enrolled | ShowsIdentity


class Progress(ABC):
    """Where a flow stands, and what its purpose makes of the mode's results.

    :ivar request: of this step. :ivar fresh: nothing of the flow is stored yet.
    """

    request: PortalRequest
    fresh: bool

    @property
    @abstractmethod
    def steps(self) -> Steps:
        """What answers at this step: a mode, or its enrolment."""

    @property
    @abstractmethod
    def page(self) -> str:
        """Address of the step's page."""

    @abstractmethod
    def attempt(self, values: Mapping[str, str], action: str = "") -> Attempt:
        """Return what the mode may know of this step. Called outside transactions."""

    @abstractmethod
    def reserve(self, attempt: Attempt, *, begins: bool) -> None:
        """Count this answer, or this beginning, before any transaction.

        :raises TooManyAttempts: a limit is reached.
        """

    def prepared(self, attempt: Attempt, prepared: object) -> None:  # noqa: B027
        """Count what a right answer will start, once the slow part is done and before the transaction."""

    def overruled(self) -> Refused | None:
        """Return the refusal that every answer gets without being judged: a hidden limit is reached."""
        return None

    @abstractmethod
    def lock(self, session: Session, *, begins: bool) -> Outcome | None:
        """Lock the account, if it is known; return what is shown instead when the flow may not go on."""

    @abstractmethod
    def store(self, session: Session, state: Json | None) -> None:
        """Store the flow if it is fresh, and what its mode asked to remember (``None``: as it was)."""

    @abstractmethod
    def refuse(self, session: Session, attempt: Attempt, refused: Refused) -> Outcome:
        """Record a refusal and return what follows."""

    @abstractmethod
    def end(self, session: Session, attempt: Attempt, result: End) -> Outcome:
        """Take what the mode ended its step with.

        :raises TypeError: no mode may end this kind of flow so.
        """

    def judged(self, result: Result) -> None:  # noqa: B027
        """See each judged answer, before what follows from it."""


def take(progress: Progress, values: Mapping[str, str], action: str = "") -> Outcome:
    """Take one answer, or one of the mode's actions, to the step where a flow stands; begin it if it is fresh.

    :param values: what the form sent or a callback carried. :raises TooManyAttempts: a limit is reached.
    :raises PortalError: the flow ended meanwhile; which error, its :class:`Progress` says.
    """
    attempt = progress.attempt(values, action)
    begins = progress.fresh and not values and not action
    progress.reserve(attempt, begins=begins)
    prepared: object = None
    if not begins:
        prepared = progress.steps.prepare(attempt)
        progress.prepared(attempt, prepared)
    session: Session = progress.request.dbsession
    # A mode that finds the person itself locks once it knows that they are right: a wrong answer costs the same for an
    # account that exists as for one that does not, also when many come at once.
    stopped = progress.lock(session, begins=begins)
    if stopped is not None:
        return stopped
    if progress.fresh:
        begun = progress.steps.begin(session, attempt)
        if begins or not isinstance(begun, Ask):
            return settle(progress, session, attempt, begun)
        attempt = replace(attempt, state=begun.state or {})
    result = progress.overruled() or progress.steps.answer(session, attempt, prepared)
    progress.judged(result)
    return settle(progress, session, attempt, result)


def settle(progress: Progress, session: Session, attempt: Attempt, result: Result | Begun) -> Outcome:
    """Return what follows a result of the mode."""
    if isinstance(result, Refused):
        return progress.refuse(session, attempt, result)
    if isinstance(result, Proven | UnknownPerson | Enrolled | ShowsIdentity):
        return progress.end(session, attempt, result)
    state = attempt.state if progress.fresh and result.state is None else result.state
    progress.store(session, state)
    return follow(result, step=progress.page)


def follow(result: Ask | Go | Wait | Data, *, step: str) -> Outcome:
    """Return what follows a result that neither ends nor refuses the step.

    :param step: address of the step's page.
    """
    if isinstance(result, Data):
        return Outcome(data=result.values)
    if isinstance(result, Go):
        return Outcome(location=result.url)
    if isinstance(result, Ask) and result.message:
        return Outcome(shown=result, message=result.message)
    return Outcome(location=step)
