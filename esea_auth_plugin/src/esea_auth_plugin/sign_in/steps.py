"""One step of a sign-in: the stage where it stands, and what comes of the mode's answer.

Nothing here knows which mode it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from ..accounts.mail_code_barring import why_barred
from ..authentication import flow
from ..authentication.attempts import limits as gate
from ..authentication.attempts.browsers import browser_of
from ..authentication.attempts.store import TTL, SignIn, SignIns
from ..authentication.contract import Attempt, AuthMode, Proven, Refused, Result, UnknownPerson
from ..authentication.credentials.suspension import SuspendedFactors
from ..authentication.flow import Outcome, driver
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
)
from ..levels import level_of_factors, mail_code_barred
from ..pyramid_types import Json, PortalRequest
from ..services import current_time, find
from .finishing import StartAgain, active_account, after_last_stage
from .offers import service_named

_UNCONFIRMED = "Ce dispositif attend sa confirmation : ouvrez le lien reçu par courriel quand vous l’avez ajouté."
_TOO_MANY_STARTS = (
    "Ce mode a été commencé trop souvent pour votre compte. Réessayez dans {}, ou choisissez-en un autre."
)


@dataclass
class SignInProgress(driver.Progress):
    """Where a sign-in stands: stored, or about to be (``fresh``).

    :ivar entered: counts taken for this answer. :ivar start: counts taken for starting the stage that follows.
    """

    request: PortalRequest
    found: SignIn
    stage: AuthMode
    account: AccountView | None
    fresh: bool
    entered: gate.LimitReservation = field(default_factory=lambda: gate.LimitReservation([]))
    start: gate.StageStart = field(default_factory=gate.StageStart)

    @property
    def steps(self) -> AuthMode:
        """The mode of the stage."""
        return self.stage

    @property
    def page(self) -> str:
        """Address of the page of the mode that was chosen: all its stages answer there."""
        mode = modes_of(self.request).get(self.found.mode)
        return f"/connexion/{mode.segment if mode is not None else ''}"

    def attempt(self, values: Mapping[str, str], action: str = "") -> Attempt:
        """Return what the stage's mode may know; reads the browser's table, so outside transactions."""
        service = service_named(self.request, self.found.service)
        return flow.attempt_of(
            self.request,
            id=self.found.id,
            subject=self.found.subject,
            values=values,
            email=self.account.email if self.account else "",
            action=action,
            state=self.found.state,
            service_title=service.title if service is not None else "",
            known_here=browser_of(self.request).subjects,
        )

    def reserve(self, attempt: Attempt, *, begins: bool) -> None:
        """Count the start of a sign-in, and the answer against what it claims."""
        if self.fresh:
            gate.use_up(self.request, self.stage.begin_limits(attempt), attempt.subject)
        if begins:
            return
        if attempt.action in self.stage.actions:
            gate.use_up(self.request, self.stage.action_limits(attempt), attempt.subject)
            return
        claim = self.stage.claim(attempt)
        self.entered = gate.enter(
            self.request,
            self.stage.name,
            login=claim.login if claim else "",
            subject=claim.subject if claim else None,
            browser=browser_of(self.request),
            more=self.stage.limits(attempt),
        )

    def prepared(self, attempt: Attempt, prepared: object) -> None:
        """Count the start of the stage that follows, for the account that this answer is about to prove."""
        following = modes_of(self.request).get(self.found.next_stage or "")
        if self.entered.silent or following is None:
            return
        subject = self.stage.expected_subject(attempt, prepared)
        if subject is not None:
            limits = following.begin_limits(replace(attempt, subject=subject))
            self.start = gate.reserve_start(self.request, limits, subject)

    def overruled(self) -> Refused | None:
        """The account's hidden limit is reached: nobody learns whether the answer would have been right."""
        return Refused("throttle.person", self.stage.wrong) if self.entered.silent else None

    def lock(self, session: Session, *, begins: bool) -> Outcome | None:
        """Lock the account, and lead nobody into a stage that shows nothing for them."""
        lock_accounts(self.request, session, self.found.subject)
        return self.barred() if begins else None

    def judged(self, result: Result) -> None:
        """Give the counts of an answer back that was not wrong; a proof is looked at once more (:meth:`end`)."""
        if not isinstance(result, Refused | Proven):
            self.entered.give_back_after(self.request)

    def store(self, session: Session, state: Json | None) -> None:
        """Store the sign-in and give the browser its cookie, or keep what its mode asked to remember."""
        signins = find(self.request, SignIns)
        if self.fresh:
            signins.start(self.request, session, replace(self.found, state=state or {}))
        elif state is not None:
            signins.remember(session, self.found, state)

    def refuse(self, session: Session, attempt: Attempt, refused: Refused) -> Outcome:
        """Record a refusal, and show the stage again or the choice of a mode."""
        details = {"mode": self.found.mode, "stage": self.stage.name}
        find(self.request, IAuditTrail).record(
            session,
            "sign_in.refused",
            outcome="refused",
            target=self.found.subject or self.entered.subject,
            details={**details, "code": refused.code, "service": self.found.service},
            personal={"address": self.request.client_address, "login": self.entered.login},
        )
        if refused.over:
            find(self.request, SignIns).abandon(self.request, session)
            return Outcome(location=start_address(self.found), problem=refused.message)
        return Outcome(shown=self.stage.ask(session, attempt), problem=refused.message)

    def end(self, session: Session, attempt: Attempt, result: driver.End) -> Outcome:
        """End the stage with a proof, or show the ways on to somebody whom no account knows."""
        if isinstance(result, UnknownPerson):
            if result.blocked:
                return self.refuse(session, attempt, Refused("sign_in.blocked_identity", result.message, over=True))
            return self._unlinked(session, result)
        if not isinstance(result, Proven):
            raise TypeError("a mode adds a credential in its enrolment, not in a sign-in")
        if self.found.subject is None:
            lock_accounts(self.request, session, result.subject)
        unfit = self._unfit(session, result)
        if unfit is not None:
            return self.refuse(session, attempt, unfit)
        self.entered.give_back_after(self.request)
        if self.start.refused is not None:
            wait = in_words(self.start.refused.retry_after)
            often = Refused("throttle.start", _TOO_MANY_STARTS.format(wait), over=True)
            return self.refuse(session, attempt, often)
        return self._proven(session, result)

    def barred(self) -> Outcome | None:
        """Don't send somebody through a stage that shows nothing for them: mailed codes while they are barred."""
        now = current_time(self.request)
        if self.stage.restores or not mail_code_barred(self.account, now):
            return None
        held = {factor for proof in self.found.proofs for factor in proof.factors} | self.stage.after
        with_it = level_of_factors(held | self.stage.factors, mail_code_barred=True)
        if with_it > level_of_factors(held, mail_code_barred=True):
            return None
        return Outcome(location=start_address(self.found), problem=why_barred(self.account, now))

    def _unfit(self, session: Session, result: Proven) -> Refused | None:
        """Return why a right answer is refused all the same."""
        if self.found.subject is not None and result.subject != self.found.subject:
            return Refused("sign_in.other_person", self.stage.wrong, over=True)
        if find(self.request, SuspendedFactors).refuses(session, result.subject, result.proof):
            # Counted and answered like a wrong one: nobody learns that it would have been right.
            return Refused("factor.frozen", self.stage.wrong)
        if self._waits(session, result):
            return Refused("device.unconfirmed", _UNCONFIRMED, over=True)
        return None

    def _waits(self, session: Session, result: Proven) -> bool:
        """Tell whether the proof rests on a device that nobody has confirmed yet, whatever mode used it."""
        reference = result.proof.authenticator
        if reference is None:
            return False
        pending = find(self.request, IPendingDevices).of(session, result.subject)
        return any(reference in held for held in pending.values())

    def _unlinked(self, session: Session, unknown: UnknownPerson) -> Outcome:
        """Keep who was proven, whom no account knows, for this browser; and show the two ways on."""
        found = self.found
        pending = PendingIdentity(
            unknown.external, found.mode, found.service, found.return_path, claimed=unknown.claimed
        )
        find(self.request, IPendingIdentities).keep(self.request, session, pending)
        find(self.request, IAuditTrail).record(
            session,
            "identity.shown",
            outcome="refused",
            details={"mode": found.mode, "kind": unknown.external.kind, "service": found.service},
            personal={"address": self.request.client_address, "identity": unknown.external.subject},
        )
        find(self.request, SignIns).abandon(self.request, session)
        return Outcome(location="/connexion/identite")

    def _proven(self, session: Session, result: Proven) -> Outcome:
        request, proofs = self.request, (*self.found.proofs, result.proof)
        done = replace(self.found, subject=result.subject, proofs=proofs)
        account = active_account(request, session, result.subject)
        following = self.found.next_stage
        signins = find(request, SignIns)
        if following is None:
            if self.fresh:
                signins.start(request, session, done)
            return Outcome(location=after_last_stage(request, done))
        stage = modes_of(request).get(following)
        if stage is None:
            raise StartAgain("Ce mode de connexion n'est plus disponible. Choisissez-en un autre.")
        ahead = SignInProgress(request, replace(done, stage=following, state={}), stage, account, fresh=False)
        barred = ahead.barred()
        if barred is not None:
            signins.abandon(request, session)
            return barred
        if self.fresh:
            signins.start(request, session, ahead.found)
        elif not signins.move(request, session, self.found, stage=following, subject=result.subject, proofs=proofs):
            raise StartAgain("Cette connexion a été reprise ailleurs. Recommencez depuis le début.")
        attempt = ahead.attempt({})
        if self.start.subject != result.subject and stage.begin_limits(attempt):
            raise RuntimeError(f"{self.stage.name}: expected_subject() must name whom answer() proves")
        self.start.done = True
        return driver.settle(ahead, session, attempt, stage.begin(session, attempt))


def progress(
    request: PortalRequest, session: Session, mode: AuthMode, *, service: str, return_path: str, recent: bool
) -> SignInProgress:
    """Return the browser's sign-in by this mode, or the beginning of one. Writes nothing."""
    modes = modes_of(request)
    found = find(request, SignIns).current(request, session)
    if found is not None and found.mode == mode.name:
        stage = modes.get(found.stage)
        if stage is not None:
            return SignInProgress(request, found, stage, _account(request, session, found.subject), fresh=False)
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
    return SignInProgress(request, found, stages[0], _account(request, session, found.subject), fresh=True)


def read_progress(
    request: PortalRequest, mode: AuthMode, *, service: str = "", return_path: str = "", recent: bool = False
) -> SignInProgress:
    """Like :func:`progress`, in a short transaction that is over when it returns."""
    with find(request, IDatabase).reading() as session:
        return progress(request, session, mode, service=service, return_path=return_path, recent=recent)


def start_address(found: SignIn) -> str:
    """Return the page on which a mode is chosen again."""
    query = {"service": found.service, "retour": found.return_path, "recent": "1" if found.recent else ""}
    given = urlencode({name: value for name, value in query.items() if value})
    return f"/connexion?{given}" if given else "/connexion"


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


def _account(request: PortalRequest, session: Session, subject: str | None) -> AccountView | None:
    if subject is None:
        return None
    account = find(request, IAccounts).by_subject(session, subject)
    return account if account is not None and account.state is AccountState.ACTIVE else None
