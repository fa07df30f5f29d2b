"""One step of adding a credential: the mode's answer, and what comes of it. Nothing here knows which mode it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from ..auth_modes.base import (
    Ask,
    Attempt,
    AuthMode,
    Data,
    EnrolBegun,
    Enrolled,
    EnrolResult,
    Go,
    Refused,
    ShowsIdentity,
    Wait,
)
from ..errors import PortalError
from ..events import DeviceAdded
from ..interfaces import IAuditTrail, IClock, Identity, ILinking, IThrottle, Limit
from ..linking.service import message_of
from ..services import find
from .store import Enrolment, EnrolmentStore

#: Answers that somebody may give in an hour, right or wrong: an enrolment is no place to guess at.
TRIES = Limit("devices.enrol", 40, timedelta(hours=1))
HOME = "/compte/dispositifs"


class EnrolmentOver(PortalError):
    """It was finished in another window, or its quarter of an hour is over."""

    code = "devices.enrolment_over"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to answer: another address, data for a script, a page to show once, or the step with a message."""

    location: str = ""
    data: Mapping[str, Any] | None = None
    once: Enrolled | None = None
    shown: Ask | Wait | None = None
    problem: str = ""
    message: str = ""
    said: tuple[str, str] = ("", "")


def attempt_of(
    request: Any, identity: Identity, enrolment: Enrolment, values: Mapping[str, str], action: str = ""
) -> Attempt:
    """Return what the mode may know of this step."""
    return Attempt(
        id=enrolment.id,
        at=find(request, IClock).now(),
        subject=identity.subject,
        email=identity.email,
        values=values,
        action=action,
        state=enrolment.state,
        address=request.client_address,
        user_agent=request.user_agent or "",
        browser=request.browser_digest,
    )


def begin(request: Any, mode: AuthMode, identity: Identity) -> Outcome:
    """Begin to add a credential of this mode."""
    find(request, IThrottle).reserve((TRIES, identity.subject))
    store = find(request, EnrolmentStore)
    enrolment = store.new(identity, mode.name)
    session: Session = request.dbsession
    begun = mode.enrol_begin(session, attempt_of(request, identity, enrolment, {}))
    if isinstance(begun, Refused):
        return Outcome(location=HOME, said=(begun.message, "warning"))
    store.start(session, enrolment, begun.state or {})
    return _on(mode, begun)


def take(
    request: Any, mode: AuthMode, identity: Identity, enrolment: Enrolment, values: Mapping[str, str], action: str = ""
) -> Outcome:
    """Take one answer of an enrolment under way.

    :raises TooManyAttempts: a limit is reached. :raises EnrolmentOver: it was finished elsewhere.
    """
    find(request, IThrottle).reserve((TRIES, identity.subject))
    attempt = attempt_of(request, identity, enrolment, values, action)
    prepared = mode.enrol_prepare(attempt)
    session: Session = request.dbsession
    result: EnrolResult = mode.enrol_answer(session, attempt, prepared)
    store = find(request, EnrolmentStore)
    if isinstance(result, Refused):
        return _refused(request, session, mode, identity, attempt, enrolment, result)
    if isinstance(result, Enrolled | ShowsIdentity):
        if not store.finish(session, enrolment):
            raise EnrolmentOver("Cet ajout est déjà terminé, ou a expiré. Recommencez depuis « Mes dispositifs ».")
        return _done(request, session, mode, identity, result)
    if result.state is not None:
        store.remember(session, enrolment, result.state)
        attempt = replace(attempt, state=result.state)
    if isinstance(result, Ask) and result.message:
        return Outcome(shown=mode.enrol_ask(session, attempt), message=result.message)
    return _on(mode, result)


def _on(mode: AuthMode, result: EnrolBegun | EnrolResult) -> Outcome:
    if isinstance(result, Data):
        return Outcome(data=result.values)
    if isinstance(result, Go):
        return Outcome(location=result.url)
    return Outcome(location=f"{HOME}/ajouter/{mode.segment}")


def _refused(
    request: Any,
    session: Session,
    mode: AuthMode,
    identity: Identity,
    attempt: Attempt,
    enrolment: Enrolment,
    refused: Refused,
) -> Outcome:
    find(request, IAuditTrail).record(
        session,
        "device.refused",
        outcome="refused",
        actor=identity.subject,
        target=identity.subject,
        details={"mode": mode.name, "code": refused.code},
        personal={"address": request.client_address},
    )
    if refused.over:
        find(request, EnrolmentStore).finish(session, enrolment)
        return Outcome(location=HOME, said=(refused.message, "warning"))
    return Outcome(shown=mode.enrol_ask(session, attempt), problem=refused.message)


def _done(
    request: Any, session: Session, mode: AuthMode, identity: Identity, result: Enrolled | ShowsIdentity
) -> Outcome:
    if isinstance(result, ShowsIdentity):
        verdict = find(request, ILinking).carry_out(session, identity.subject, result.external, mode=mode.name)
        return Outcome(location=HOME, said=message_of(verdict, mode.title))
    find(request, IAuditTrail).record(
        session,
        "device.added",
        actor=identity.subject,
        target=identity.subject,
        details={"mode": mode.name, "reference": result.reference},
        personal={"address": request.client_address, "label": result.label},
    )
    event = DeviceAdded(session, identity.subject, mode.name, result.reference, mode.title, result.label)
    request.registry.notify(event)
    if result.page:
        return Outcome(once=result)
    return Outcome(location=HOME, said=(result.message or f"{result.label} : c’est ajouté.", "success"))
