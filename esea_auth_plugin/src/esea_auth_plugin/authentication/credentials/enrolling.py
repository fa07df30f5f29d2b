"""One step of adding a credential, and what comes of the mode's answer. Nothing here knows which mode it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from ...errors import PortalError
from ...events import DeviceAdded
from ...foundation.database import lock_accounts
from ...interfaces import AccountState, IAccounts, IAuditTrail, Identity, ILinking, IThrottle, Level, Limit
from ...levels import level_of, mail_code_barred
from ...pyramid_types import Json, PortalRequest
from ...services import current_time, find
from .. import flow
from ..access.top_level import FRESH
from ..contract import Attempt, AuthMode, Enrolled, Refused, ShowsIdentity, Steps
from ..flow import Outcome, driver
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


@dataclass(frozen=True)
class EnrolmentProgress(driver.Progress):
    """Where the addition of a credential stands: stored, or about to be (``fresh``)."""

    request: PortalRequest
    mode: AuthMode
    context: EnrolmentContext
    enrolment: Enrolment
    fresh: bool

    @property
    def steps(self) -> Steps:
        """The mode's enrolment."""
        return self.mode.enrolment

    @property
    def page(self) -> str:
        """Address of the page of this enrolment."""
        return f"{self.context.base}/{self.mode.segment}"

    def attempt(self, values: Mapping[str, str], action: str = "") -> Attempt:
        """Return what the mode may know of this step."""
        return flow.attempt_of(
            self.request,
            id=self.enrolment.id,
            subject=self.context.subject,
            values=values,
            email=self.context.identity.email,
            action=action,
            state=self.enrolment.state,
        )

    def reserve(self, attempt: Attempt, *, begins: bool) -> None:
        """Count every answer, right or wrong."""
        find(self.request, IThrottle).reserve((TRIES, self.context.subject))

    def lock(self, session: Session, *, begins: bool) -> Outcome | None:
        """Lock the account before anything is written, and see that it may still be given a credential.

        :raises EnrolmentOver: it was suspended or closed, or the session that adds ended, since the request began.
        """
        lock_accounts(self.request, session, self.context.subject)
        account = find(self.request, IAccounts).by_subject(session, self.context.subject)
        if account is None or account.state is not AccountState.ACTIVE:
            raise EnrolmentOver("Cet ajout a été interrompu. Recommencez depuis « Mes dispositifs ».")
        # The mailbox alone has just opened this account: it may not confirm a thief's device as well.
        if begins and _weak(self.request, self.context) and mail_code_barred(account, current_time(self.request)):
            return Outcome(location=self.context.home, said=(_BARRED, "warning"))
        return None

    def store(self, session: Session, state: Json | None) -> None:
        """Store the enrolment, or what its mode asked to remember."""
        store = find(self.request, EnrolmentStore)
        if self.fresh:
            store.start(session, self.enrolment, state or {})
        elif state is not None:
            store.remember(session, self.enrolment, state)

    def refuse(self, session: Session, attempt: Attempt, refused: Refused) -> Outcome:
        """Record a refused answer, and show the step again or the page of devices."""
        over = Outcome(location=self.context.home, said=(refused.message, "warning"))
        if self.fresh:  # the mode offers nothing: no answer was given
            return over
        find(self.request, IAuditTrail).record(
            session,
            "device.refused",
            outcome="refused",
            actor=self.context.subject,
            target=self.context.subject,
            details={"mode": self.mode.name, "code": refused.code},
            personal={"address": self.request.client_address},
        )
        if refused.over:
            find(self.request, EnrolmentStore).finish(session, self.enrolment)
            return over
        return Outcome(shown=self.mode.enrolment.ask(session, attempt), problem=refused.message)

    def end(self, session: Session, attempt: Attempt, result: driver.End) -> Outcome:
        """Finish the enrolment, once, with what was added or shown.

        :raises EnrolmentOver: it was finished elsewhere.
        """
        if not isinstance(result, Enrolled | ShowsIdentity):
            raise TypeError("an enrolment proves nobody: it answers Enrolled or ShowsIdentity")
        finished = find(self.request, EnrolmentStore).finish(session, self.enrolment)
        if not finished or not self.context.use(self.request, session):
            raise EnrolmentOver("Cet ajout est déjà terminé, ou a expiré. Recommencez depuis « Mes dispositifs ».")
        return _done(self.request, session, self.mode, self.context, result)


def under_way(
    request: PortalRequest, session: Session, mode: AuthMode, enrolment_context: EnrolmentContext
) -> EnrolmentProgress | None:
    """Return what is being added in this mode, ``None`` if nothing is."""
    found = find(request, EnrolmentStore).current(session, enrolment_context.identity, mode.name)
    return EnrolmentProgress(request, mode, enrolment_context, found, fresh=False) if found is not None else None


def beginning(request: PortalRequest, mode: AuthMode, enrolment_context: EnrolmentContext) -> EnrolmentProgress:
    """Return an enrolment that begins; nothing is stored yet."""
    enrolment = find(request, EnrolmentStore).new(enrolment_context.identity, mode.name)
    return EnrolmentProgress(request, mode, enrolment_context, enrolment, fresh=True)


def _done(
    request: PortalRequest,
    session: Session,
    mode: AuthMode,
    enrolment_context: EnrolmentContext,
    result: Enrolled | ShowsIdentity,
) -> Outcome:
    if isinstance(result, ShowsIdentity):
        return _linked(request, session, mode, enrolment_context, result)
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
    path, until = _hold(request, session, holder, enrolment_context.subject, result) if waits else ("", None)
    request.registry.notify(
        DeviceAdded(
            session,
            enrolment_context.subject,
            holder.name,
            result.reference,
            holder.title,
            result.label,
            confirm_path=path,
            confirm_until=until,
        )
    )
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


def _linked(
    request: PortalRequest, session: Session, mode: AuthMode, enrolment_context: EnrolmentContext, shown: ShowsIdentity
) -> Outcome:
    if enrolment_context.cause:  # linking asks for the account's top level, which a ticket is not
        raise EnrolmentOver("Ce moyen de connexion ne s’ajoute qu’une fois connecté(e).")
    verdict = find(request, ILinking).carry_out(
        session,
        enrolment_context.subject,
        shown.external,
        mode=mode.name,
        session_id=enrolment_context.identity.session_id,
    )
    return Outcome(location=after_link(request) or enrolment_context.home, said=message_of(verdict, mode.title))


def _weak(request: PortalRequest, enrolment_context: EnrolmentContext) -> bool:
    """Tell whether what lets a device be added is no stronger than a mailed code: a mailed link must confirm it."""
    now = current_time(request)
    fresh = [proof for proof in enrolment_context.identity.proofs if now - proof.at <= FRESH]
    return not enrolment_context.cause and level_of(fresh) <= Level.MAIL_CODE


def _hold(
    request: PortalRequest, session: Session, mode: AuthMode, subject: str, added: Enrolled
) -> tuple[str, datetime]:
    account = find(request, IAccounts).by_subject(session, subject)
    if account is None or mail_code_barred(account, current_time(request)):
        raise EnrolmentOver(_BARRED)
    return find(request, PendingDevices).hold(session, account, mode, added.reference)
