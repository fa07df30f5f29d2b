"""One step of a sign-in: the stage where it stands, the mode's answer, and what comes next.

Nothing here knows which mode it is. In order: the counts are taken, the mode does its slow part, and only then the
request's transaction begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from ..accounts.mail_code_barring import why_barred
from ..authentication import flow
from ..authentication.attempts import limits as gate
from ..authentication.attempts.browsers import browser_of
from ..authentication.attempts.store import TTL, SignIn, SignIns
from ..authentication.contract import (
    Ask,
    Attempt,
    AuthMode,
    Begun,
    Enrolled,
    Proven,
    Refused,
    Result,
    ShowsIdentity,
    UnknownPerson,
)
from ..authentication.credentials.suspension import SuspendedFactors
from ..authentication.flow import Outcome
from ..authentication.registry import modes_of
from ..foundation.database import IDatabase, lock_accounts, new_id
from ..foundation.throttling import in_words
from ..interfaces import (
    AccountState,
    AccountView,
    Factor,
    IAccounts,
    IAuditTrail,
    ICatalogue,
    Identity,
    IPendingDevices,
    IPendingIdentities,
    PendingIdentity,
    PortalService,
)
from ..levels import level_of_factors, mail_code_barred
from ..pyramid_types import PortalRequest
from ..services import current_time, find
from .finishing import StartAgain, active_account, after_last_stage
from .offers import service_named

_UNCONFIRMED = "Ce dispositif attend sa confirmation : ouvrez le lien reçu par courriel quand vous l’avez ajouté."
_TOO_MANY_STARTS = (
    "Ce mode a été commencé trop souvent pour votre compte. Réessayez dans {}, ou choisissez-en un autre."
)
_OWN_FIELDS = {"csrf_token", "service", "retour", "recent"}


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a sign-in stands: stored, or about to be (``fresh``)."""

    found: SignIn
    stage: AuthMode
    account: AccountView | None
    fresh: bool


def progress(
    request: PortalRequest, session: Session, mode: AuthMode, *, service: str, return_path: str, recent: bool
) -> Progress:
    """Return the browser's sign-in by this mode, or the beginning of one. Writes nothing."""
    modes = modes_of(request)
    found = find(request, SignIns).current(request, session)
    if found is not None and found.mode == mode.name:
        stage = modes.get(found.stage)
        if stage is not None:
            return Progress(found, stage, _account(request, session, found.subject), fresh=False)
    # What stands for a lost device is asked for from nothing: a session left open must not do half of it.
    identity = None if mode.restores else _raised(request, service, recent)
    proven: frozenset[Factor] = frozenset()
    if identity is not None and not recent:
        proven = frozenset(factor for proof in identity.proofs for factor in proof.factors)
    stages = modes.stages(mode, proven)
    now = current_time(request)
    found = SignIn(
        id=new_id(),
        service=service,
        return_path=return_path,
        recent=recent,
        mode=mode.name,
        stages=tuple(stage.name for stage in stages),
        stage=stages[0].name,
        subject=identity.subject if identity else None,
        proofs=(),
        session_id=identity.session_id if identity else None,
        state={},
        ends_at=now + TTL,
    )
    return Progress(found, stages[0], _account(request, session, found.subject), fresh=True)


def _raised(request: PortalRequest, slug: str, recent: bool) -> Identity | None:
    """Return the person whose session is asked for more; ``None`` for a sign-in from nothing, by whoever it is."""
    identity: Identity | None = request.identity
    if identity is None or recent:
        return identity
    service = service_named(request, slug)
    now = current_time(request)
    if service is None or find(request, ICatalogue).admits(service, identity.proofs, identity.level, now) is None:
        return None
    return identity


def attempt_of(
    request: PortalRequest, at: Progress, service: PortalService, values: Mapping[str, str], action: str = ""
) -> Attempt:
    """Return what the stage's mode may know of this step; reads the browser's table, so outside transactions."""
    return flow.attempt_of(
        request,
        id=at.found.id,
        subject=at.found.subject,
        values=values,
        email=at.account.email if at.account else "",
        action=action,
        state=at.found.state,
        service_title=service.title,
        known_here=browser_of(request).subjects,
    )


def take(
    request: PortalRequest,
    at: Progress,
    service: PortalService,
    action: str = "",
    values: Mapping[str, str] | None = None,
) -> Outcome:
    """Take one answer (or one of the mode's actions) to the stage.

    :param values: what a callback carried; what the form sent, by default.
    :raises TooManyAttempts: a limit is reached. :raises StartAgain: the sign-in can't go on.
    """
    attempt = attempt_of(request, at, service, flow.typed(request, _OWN_FIELDS) if values is None else values, action)
    if at.fresh:
        gate.use_up(request, at.stage.begin_limits(attempt), attempt.subject)
    if at.fresh and not attempt.values and not action:
        return _begin(request, at, attempt)
    entered = _enter(request, at.stage, attempt)
    prepared = at.stage.prepare(attempt)
    start = gate.StageStart() if entered.silent else _reserve_next(request, at, attempt, prepared)
    session: Session = request.dbsession
    # Before the mode writes anything. A mode that finds the person itself locks once it knows that they are right: a
    # wrong answer costs the same for an account that exists as for one that does not, also when many come at once.
    lock_accounts(request, session, at.found.subject)
    if at.fresh:
        begun = at.stage.begin(session, attempt)
        if not isinstance(begun, Ask):
            return _shown(request, session, at, attempt, begun, entered)
        at = replace(at, found=replace(at.found, state=begun.state or {}))
        attempt = replace(attempt, state=at.found.state)
    result: Result = (
        Refused("throttle.person", at.stage.wrong) if entered.silent else at.stage.answer(session, attempt, prepared)
    )
    if isinstance(result, Proven):
        if at.found.subject is None:
            lock_accounts(request, session, result.subject)
        unfit = _unfit(request, session, at, result)
        if unfit is not None:
            return _refused(request, session, at, attempt, unfit, entered)
        entered.give_back_after(request)
        if start.refused is not None:
            often = Refused("throttle.start", _TOO_MANY_STARTS.format(in_words(start.refused.retry_after)), over=True)
            return _refused(request, session, at, attempt, often, entered)
        return _proven(request, session, at, service, result, start)
    if not isinstance(result, Refused):
        entered.give_back_after(request)
    return _shown(request, session, at, attempt, result, entered)


def _unfit(request: PortalRequest, session: Session, at: Progress, result: Proven) -> Refused | None:
    """Return why a right answer is refused all the same."""
    if at.found.subject is not None and result.subject != at.found.subject:
        return Refused("sign_in.other_person", at.stage.wrong, over=True)
    if find(request, SuspendedFactors).refuses(session, result.subject, result.proof):
        # Counted and answered like a wrong one: nobody learns that it would have been right.
        return Refused("factor.frozen", at.stage.wrong)
    if _waits(request, session, result):
        return Refused("device.unconfirmed", _UNCONFIRMED, over=True)
    return None


def _reserve_next(request: PortalRequest, at: Progress, attempt: Attempt, prepared: object) -> gate.StageStart:
    """Count the start of the stage that follows, for the account that this answer is about to prove."""
    following = modes_of(request).get(at.found.next_stage or "")
    subject = at.stage.expected_subject(attempt, prepared) if following is not None else None
    if following is None or subject is None:
        return gate.StageStart()
    return gate.reserve_start(request, following.begin_limits(replace(attempt, subject=subject)), subject)


def _waits(request: PortalRequest, session: Session, result: Proven) -> bool:
    """Tell whether the proof rests on a device that nobody has confirmed yet, whatever mode used it."""
    reference = result.proof.authenticator
    if reference is None:
        return False
    return any(reference in held for held in find(request, IPendingDevices).of(session, result.subject).values())


def _enter(request: PortalRequest, stage: AuthMode, attempt: Attempt) -> gate.LimitReservation:
    if attempt.action in stage.actions:
        gate.use_up(request, stage.action_limits(attempt), attempt.subject)
        return gate.LimitReservation([])
    claim = stage.claim(attempt)
    return gate.enter(
        request,
        stage.name,
        login=claim.login if claim else "",
        subject=claim.subject if claim else None,
        browser=browser_of(request),
        more=stage.limits(attempt),
    )


def _begin(request: PortalRequest, at: Progress, attempt: Attempt) -> Outcome:
    session: Session = request.dbsession
    lock_accounts(request, session, at.found.subject)
    barred = _barred(request, at)
    if barred is not None:
        return barred
    return _shown(request, session, at, attempt, at.stage.begin(session, attempt), gate.LimitReservation([]))


def _shown(
    request: PortalRequest,
    session: Session,
    at: Progress,
    attempt: Attempt,
    result: Result | Begun,
    entered: gate.LimitReservation,
) -> Outcome:
    """Answer a result that does not end the stage well."""
    if isinstance(result, UnknownPerson):
        if not result.blocked:
            return _unlinked(request, session, at, result)
        result = Refused("sign_in.blocked_identity", result.message, over=True)
    if isinstance(result, Refused):
        return _refused(request, session, at, attempt, result, entered)
    if isinstance(result, Proven | Enrolled | ShowsIdentity):
        raise TypeError("a mode proves in answer(), not in begin(), and adds a credential in its enrolment")
    signins = find(request, SignIns)
    if at.fresh:
        state = at.found.state if result.state is None else result.state
        signins.start(request, session, replace(at.found, state=state))
    elif result.state is not None:
        signins.remember(session, at.found, result.state)
    step = f"/connexion/{mode_segment(request, at.found)}"
    return flow.follow(result, step=step, ask=lambda: cast(Ask, result))


def _unlinked(request: PortalRequest, session: Session, at: Progress, unknown: UnknownPerson) -> Outcome:
    """Somebody was proven whom no account knows: keep who it is for this browser, and show the two ways on."""
    pending = PendingIdentity(
        unknown.external, at.found.mode, at.found.service, at.found.return_path, claimed=unknown.claimed
    )
    find(request, IPendingIdentities).keep(request, session, pending)
    find(request, IAuditTrail).record(
        session,
        "identity.shown",
        outcome="refused",
        details={"mode": at.found.mode, "kind": unknown.external.kind, "service": at.found.service},
        personal={"address": request.client_address, "identity": unknown.external.subject},
    )
    find(request, SignIns).abandon(request, session)
    return Outcome(location="/connexion/identite")


def _refused(
    request: PortalRequest,
    session: Session,
    at: Progress,
    attempt: Attempt,
    refused: Refused,
    entered: gate.LimitReservation,
) -> Outcome:
    find(request, IAuditTrail).record(
        session,
        "sign_in.refused",
        outcome="refused",
        target=at.found.subject or entered.subject,
        details={"mode": at.found.mode, "stage": at.stage.name, "code": refused.code, "service": at.found.service},
        personal={"address": request.client_address, "login": entered.login},
    )
    if refused.over:
        find(request, SignIns).abandon(request, session)
        return Outcome(location=start_address(at.found), problem=refused.message)
    return Outcome(shown=at.stage.ask(session, attempt), problem=refused.message)


def start_address(found: SignIn) -> str:
    """Return the page on which a mode is chosen again."""
    query = {"service": found.service, "retour": found.return_path, "recent": "1" if found.recent else ""}
    given = urlencode({name: value for name, value in query.items() if value})
    return f"/connexion?{given}" if given else "/connexion"


def mode_segment(request: PortalRequest, found: SignIn) -> str:
    """Return the address segment of the mode that was chosen."""
    mode = modes_of(request).get(found.mode)
    return mode.segment if mode is not None else ""


def _proven(
    request: PortalRequest,
    session: Session,
    at: Progress,
    service: PortalService,
    result: Proven,
    start: gate.StageStart,
) -> Outcome:
    proofs = (*at.found.proofs, result.proof)
    done = replace(at.found, subject=result.subject, proofs=proofs)
    account = active_account(request, session, result.subject)
    following = at.found.next_stage
    signins = find(request, SignIns)
    if following is None:
        if at.fresh:
            signins.start(request, session, done)
        return Outcome(location=after_last_stage(request, done))
    stage = modes_of(request).get(following)
    if stage is None:
        raise StartAgain("Ce mode de connexion n'est plus disponible. Choisissez-en un autre.")
    ahead = Progress(replace(done, stage=following, state={}), stage, account, fresh=False)
    barred = _barred(request, ahead)
    if barred is not None:
        signins.abandon(request, session)
        return barred
    if at.fresh:
        signins.start(request, session, ahead.found)
    elif not signins.move(request, session, at.found, stage=following, subject=result.subject, proofs=proofs):
        raise StartAgain("Cette connexion a été reprise ailleurs. Recommencez depuis le début.")
    attempt = attempt_of(request, ahead, service, {})
    if start.subject != result.subject and stage.begin_limits(attempt):
        raise RuntimeError(f"{at.stage.name}: expected_subject() must name whom answer() proves")
    start.done = True
    return _shown(request, session, ahead, attempt, stage.begin(session, attempt), gate.LimitReservation([]))


def _barred(request: PortalRequest, at: Progress) -> Outcome | None:
    """Don't send somebody through a stage that shows nothing for them: mailed codes while they are barred."""
    if at.stage.restores or not mail_code_barred(at.account, current_time(request)):
        return None
    held = {factor for proof in at.found.proofs for factor in proof.factors} | at.stage.after
    with_it = level_of_factors(held | at.stage.factors, mail_code_barred=True)
    if with_it > level_of_factors(held, mail_code_barred=True):
        return None
    return Outcome(location=start_address(at.found), problem=why_barred(at.account, current_time(request)))


def _account(request: PortalRequest, session: Session, subject: str | None) -> AccountView | None:
    if subject is None:
        return None
    account = find(request, IAccounts).by_subject(session, subject)
    return account if account is not None and account.state is AccountState.ACTIVE else None


def read_progress(request: PortalRequest, mode: AuthMode, **of: Any) -> Progress:
    """Like :func:`progress`, in a short transaction that is over when it returns."""
    with find(request, IDatabase).reading() as session:
        return progress(request, session, mode, **of)
