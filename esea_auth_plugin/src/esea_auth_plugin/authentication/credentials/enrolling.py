"""One step of adding a credential: the mode's answer, and what comes of it. Nothing here knows which mode it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from ...errors import PortalError
from ...events import DeviceAdded
from ...foundation.database import lock_accounts
from ...interfaces import AccountState, IAccounts, IAuditTrail, Identity, ILinking, IThrottle, Level, Limit
from ...levels import level_of, mail_code_barred
from ...pyramid_types import PortalRequest
from ...services import current_time, find
from .. import flow
from ..access.top_level import FRESH
from ..contract import Ask, Attempt, AuthMode, Enrolled, Proven, Refused, Result, ShowsIdentity, UnknownPerson, Wait
from ..flow import Outcome
from ..linking.service import after_link, message_of
from ..registry import modes_of
from .pending.service import PendingDevices
from .store import Enrolment, EnrolmentStore

#: Answers that somebody may give in an hour, right or wrong: an enrolment is no place to guess at.
TRIES = Limit("devices.enrol", 40, timedelta(hours=1))
HOME = "/compte/dispositifs"
_BARRED = (
    "Votre mot de passe a été changé récemment par courriel seul. Par sécurité, aucun dispositif ne peut être ajouté "
    "tant que les codes par courriel sont suspendus. L’assistance peut lever cette mesure après vérification."
)


class EnrolmentOver(PortalError):
    """It was finished in another window, or its quarter of an hour is over."""

    code = "devices.enrolment_over"


@dataclass(frozen=True, slots=True)
class EnrolmentContext:
    """For whom something is added, what lets them, and where.

    :ivar identity: the person; with a ticket instead of a session, ``session_id`` is the ticket's. :ivar home: page
        that the addition leads back to. :ivar base: address below which the modes' enrolments hang.
    :ivar cause: what a ticket was given for, ``""`` with a session at its highest level.
    :ivar use: uses the ticket up in the transaction of the addition; ``False``: it was used meanwhile.
    """

    identity: Identity
    home: str = HOME
    base: str = f"{HOME}/ajouter"
    cause: str = ""
    use: Callable[[Any, Session], bool] = lambda request, session: True

    @property
    def subject(self) -> str:
        """Whose account it is."""
        return self.identity.subject


def attempt_of(
    request: PortalRequest,
    enrolment_context: EnrolmentContext,
    enrolment: Enrolment,
    values: Mapping[str, str],
    action: str = "",
) -> Attempt:
    """Return what the mode may know of this step."""
    return flow.attempt_of(
        request,
        id=enrolment.id,
        subject=enrolment_context.subject,
        values=values,
        email=enrolment_context.identity.email,
        action=action,
        state=enrolment.state,
    )


def begin(request: PortalRequest, mode: AuthMode, enrolment_context: EnrolmentContext) -> Outcome:
    """Begin to add a credential of this mode."""
    find(request, IThrottle).reserve((TRIES, enrolment_context.subject))
    store = find(request, EnrolmentStore)
    enrolment = store.new(enrolment_context.identity, mode.name)
    session: Session = request.dbsession
    _lock(request, session, enrolment_context)
    if _weak(request, enrolment_context) and _mailbox_barred(request, session, enrolment_context.subject):
        return Outcome(location=enrolment_context.home, said=(_BARRED, "warning"))
    attempt = attempt_of(request, enrolment_context, enrolment, {})
    begun = mode.enrolment.begin(session, attempt)
    if isinstance(begun, Refused):
        return Outcome(location=enrolment_context.home, said=(begun.message, "warning"))
    store.start(session, enrolment, begun.state or {})
    step = _step(mode, enrolment_context)
    if isinstance(begun, Ask | Wait):  # the page tells it anew
        return Outcome(location=step)
    return flow.follow(begun, step=step, ask=lambda: mode.enrolment.ask(session, attempt))


def take(
    request: PortalRequest,
    mode: AuthMode,
    enrolment_context: EnrolmentContext,
    enrolment: Enrolment,
    values: Mapping[str, str],
    action: str = "",
) -> Outcome:
    """Take one answer of an enrolment under way.

    :raises TooManyAttempts: a limit is reached. :raises EnrolmentOver: it was finished elsewhere.
    """
    find(request, IThrottle).reserve((TRIES, enrolment_context.subject))
    attempt = attempt_of(request, enrolment_context, enrolment, values, action)
    prepared = mode.enrolment.prepare(attempt)
    session: Session = request.dbsession
    _lock(request, session, enrolment_context)
    result: Result = mode.enrolment.answer(session, attempt, prepared)
    store = find(request, EnrolmentStore)
    if isinstance(result, Refused):
        return _refused(request, session, mode, enrolment_context, attempt, enrolment, result)
    if isinstance(result, Enrolled | ShowsIdentity):
        if not store.finish(session, enrolment) or not enrolment_context.use(request, session):
            raise EnrolmentOver("Cet ajout est déjà terminé, ou a expiré. Recommencez depuis « Mes dispositifs ».")
        return _done(request, session, mode, enrolment_context, result)
    if isinstance(result, Proven | UnknownPerson):
        raise TypeError("an enrolment proves nobody: it answers Enrolled or ShowsIdentity")
    if result.state is not None:
        store.remember(session, enrolment, result.state)
        attempt = replace(attempt, state=result.state)
    return flow.follow(result, step=_step(mode, enrolment_context), ask=lambda: mode.enrolment.ask(session, attempt))


def _lock(request: PortalRequest, session: Session, enrolment_context: EnrolmentContext) -> None:
    """Lock the account before anything is written, and see that it may still be given a credential.

    :raises EnrolmentOver: it was suspended or closed, or the session that adds ended, since the request began.
    """
    lock_accounts(request, session, enrolment_context.subject)
    account = find(request, IAccounts).by_subject(session, enrolment_context.subject)
    if account is None or account.state is not AccountState.ACTIVE:
        raise EnrolmentOver("Cet ajout a été interrompu. Recommencez depuis « Mes dispositifs ».")


def _step(mode: AuthMode, enrolment_context: EnrolmentContext) -> str:
    """Return the address of the page of this enrolment."""
    return f"{enrolment_context.base}/{mode.segment}"


def _refused(
    request: PortalRequest,
    session: Session,
    mode: AuthMode,
    enrolment_context: EnrolmentContext,
    attempt: Attempt,
    enrolment: Enrolment,
    refused: Refused,
) -> Outcome:
    find(request, IAuditTrail).record(
        session,
        "device.refused",
        outcome="refused",
        actor=enrolment_context.subject,
        target=enrolment_context.subject,
        details={"mode": mode.name, "code": refused.code},
        personal={"address": request.client_address},
    )
    if refused.over:
        find(request, EnrolmentStore).finish(session, enrolment)
        return Outcome(location=enrolment_context.home, said=(refused.message, "warning"))
    return Outcome(shown=mode.enrolment.ask(session, attempt), problem=refused.message)


def _done(
    request: PortalRequest,
    session: Session,
    mode: AuthMode,
    enrolment_context: EnrolmentContext,
    result: Enrolled | ShowsIdentity,
) -> Outcome:
    if isinstance(result, ShowsIdentity):
        if enrolment_context.cause:  # linking asks for the account's top level, which a ticket is not
            raise EnrolmentOver("Ce moyen de connexion ne s’ajoute qu’une fois connecté(e).")
        verdict = find(request, ILinking).carry_out(
            session,
            enrolment_context.subject,
            result.external,
            mode=mode.name,
            session_id=enrolment_context.identity.session_id,
        )
        return Outcome(location=after_link(request) or enrolment_context.home, said=message_of(verdict, mode.title))
    holder = modes_of(request).get(result.mode) or mode
    find(request, IAuditTrail).record(
        session,
        "device.added",
        actor=enrolment_context.subject,
        target=enrolment_context.subject,
        details={
            "mode": holder.name,
            "reference": result.reference,
            **({"cause": enrolment_context.cause} if enrolment_context.cause else {}),
        },
        personal={"address": request.client_address, "label": result.label},
    )
    waits = _weak(request, enrolment_context)
    if waits:
        _hold(request, session, holder, enrolment_context.subject, result)
    event = DeviceAdded(session, enrolment_context.subject, holder.name, result.reference, holder.title, result.label)
    request.registry.notify(event)
    if result.page:
        return Outcome(once=result)
    said = result.message or f"{result.label} : c’est ajouté."
    if waits:
        said = (
            f"« {result.label} » est ajouté. Ouvrez le lien qui vient de vous être envoyé : il sera alors utilisable."
        )
    if enrolment_context.cause:
        said = (
            f"« {result.label} » est ajouté. Connectez-vous avec lui, puis retirez l’ancien dans « Mes dispositifs »."
        )
    return Outcome(location=enrolment_context.home, said=(said, "success"))


def _weak(request: PortalRequest, enrolment_context: EnrolmentContext) -> bool:
    """Tell whether what lets a device be added is no stronger than a mailed code: a mailed link must confirm it."""
    now = current_time(request)
    fresh = [proof for proof in enrolment_context.identity.proofs if now - proof.at <= FRESH]
    return not enrolment_context.cause and level_of(fresh) <= Level.MAIL_CODE


def _mailbox_barred(request: PortalRequest, session: Session, subject: str) -> bool:
    """Tell whether the mailbox alone has just opened this account: it may not confirm a thief's device as well."""
    account = find(request, IAccounts).by_subject(session, subject)
    return mail_code_barred(account, current_time(request))


def _hold(request: PortalRequest, session: Session, mode: AuthMode, subject: str, added: Enrolled) -> None:
    account = find(request, IAccounts).by_subject(session, subject)
    if account is None or mail_code_barred(account, current_time(request)):
        raise EnrolmentOver(_BARRED)
    find(request, PendingDevices).hold(session, account, mode, added.reference, added.label)
