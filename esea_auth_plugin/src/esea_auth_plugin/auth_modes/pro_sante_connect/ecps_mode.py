"""« e-CPS » without leaving the portal: an identifier, a number of two digits, and an answer on one's own telephone.

Anybody could make a colleague's telephone ring: it is offered only to a browser that somebody has signed in with, or
after a first factor, and rings a few times an hour at most.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from ...authentication.attempts.models import SignInRow
from ...authentication.contract import Ask, Attempt, AuthMode, Capability, Poll, Refused, Result, Wait
from ...errors import TooManyAttempts
from ...foundation.database import IDatabase
from ...foundation.nomenclatures.identifiers import RPPS_DIGITS, luhn_is_right
from ...foundation.throttling import Addresses
from ...interfaces import Factor, IAuditTrail, IExternalIdentities, IThrottle, Limit, SessionView
from ...normalise.codes import compact, compact_upper, is_digits
from ...pyramid_types import Registry
from ...services import find
from . import ways
from .arrivals import PAGES, Arrivals, Who
from .client import PscRefused
from .ecps_store import DOWN, INVALID, PACE, REFUSED, EcpsRequests
from .mapper import KIND
from .models import EcpsRequest
from .provider_errors import MESSAGES, Cause, cause_of
from .service import Psc
from .sessions import PscSessions

CANCEL = "annuler"
FIELD = "identifiant_national"
PER_IDENTIFIER = Limit("ecps.identifier", 5, timedelta(hours=1))
#: In the known browsers of the account that holds the number, instead of the limit that everybody else shares.
PER_HOLDER = Limit("ecps.holder", 5, timedelta(hours=1))
PER_ADDRESS = Limit("ecps.asked", 20, timedelta(hours=1))
_TEST_ID = re.compile(r"ANS\d{10,20}")

_NOT_HERE = (
    "Sur ce navigateur, personne ne s'est encore connecté au portail. Utilisez d'abord « Pro Santé Connect » ou un "
    "autre mode ; l'e-CPS sans redirection sera proposée ici ensuite."
)
_REFUSED = (
    "La demande a été refusée sur l'application e-CPS. Si ce n'est pas vous qui l'aviez faite, vous avez bien fait : "
    "signalez-le à l'assistance."
)
_EXPIRED = (
    "Aucune réponse n'est arrivée de l'application e-CPS dans le délai. Vérifiez l'identifiant, ouvrez l'application, "
    "puis recommencez, ou choisissez un autre mode."
)
_MALFORMED = (
    "L'identifiant national compte 12 chiffres : le 8, suivi des 11 chiffres de votre numéro RPPS. Vérifiez la saisie."
)
_PREFIX = "Il manque le 8 au début : l'identifiant national est le 8, suivi de vos 11 chiffres RPPS."


class EcpsMode(AuthMode):
    """See the module."""

    name = "ecps"
    segment = "ecps"
    title = "e-CPS"
    description = "Répondez sur votre téléphone, avec l'application e-CPS, sans quitter cette page."
    icon = "phone"
    factors = frozenset({Factor.HEALTH_CREDENTIAL})
    capabilities = frozenset({Capability.FINDS_PERSON, Capability.OFFERS_ATTRIBUTES, Capability.SIGNS_OUT})
    actions = frozenset({CANCEL})
    known_browsers_only = True

    def __init__(self, registry: Registry) -> None:
        super().__init__(registry)
        self._requests = find(registry, EcpsRequests)
        self._arrivals = Arrivals(registry)
        self._strict = find(registry, Psc).settings.environment == "production"

    def ask(self, session: Session, attempt: Attempt) -> Ask | Wait:
        """Show the form, the number to choose, or the page of a later step."""
        shown = self._arrivals.shown(attempt.state)
        if shown is not None:
            return shown
        row = self._requests.of_attempt(session, attempt.id) if attempt.state.get("asked") else None
        if row is not None:
            return self._waiting(row.number)
        if not _may_ring(attempt):
            return Ask(f"{PAGES}/ecps_not_here.jinja2", {"submit": "", "reason": _NOT_HERE})
        return Ask(f"{PAGES}/ecps.jinja2", {"field": FIELD, "submit": "Continuer"}, state={})

    def prepare(self, attempt: Attempt) -> Any:
        """Count the request before any transaction; ``True``: it may ring, ``False``: a decoy, asked too often.

        :raises TooManyAttempts: from this address; the limit of an identifier is never told.
        """
        national_id = _read(attempt.values.get(FIELD, ""), strict=self._strict)
        if attempt.action or attempt.state or national_id is None or not _may_ring(attempt):
            return None
        throttle = find(self.registry, IThrottle)
        throttle.reserve(find(self.registry, Addresses).use(PER_ADDRESS, attempt.address))
        holder = self._holder_here(attempt, national_id)
        try:
            throttle.reserve((PER_HOLDER, holder) if holder else (PER_IDENTIFIER, national_id))
        except TooManyAttempts:
            return False
        return True

    def answer(self, session: Session, attempt: Attempt, prepared: object) -> Result:
        """Take an identifier, or what came back for the one that was given."""
        if attempt.action == CANCEL:
            self._requests.drop(session, attempt.id)
            return Ask(f"{PAGES}/ecps.jinja2", {"field": FIELD, "submit": "Continuer"}, state={})
        later = self._arrivals.answer(session, attempt, self)
        if later is not None:
            return later
        if attempt.state.get("asked"):
            return self._came_back(session, attempt)
        return self._asked(session, attempt, prepared)

    def poll(self, session: Session, attempt_id: str, at: datetime) -> Poll:
        """Tell the waiting page whether to go on."""
        return self._requests.poll(session, at, EcpsRequest.attempt == attempt_id) or Poll(ready=True)

    def poll_by_cookie(self, session: Session, cookie_digest: str, at: datetime) -> Poll | None:
        """The same in one query: hundreds of people may wait."""
        joined = (EcpsRequest.attempt == SignInRow.id, SignInRow.cookie_digest == cookie_digest)
        return self._requests.poll(session, at, *joined)

    def usable_by(self, session: Session, subject: str) -> bool:
        """Whoever has linked PSC may use it; whether they have an e-CPS, only PSC knows."""
        return bool(find(self.registry, IExternalIdentities).of_account(session, subject, kind=KIND))

    def signed_out(self, session: Session, view: SessionView) -> str | None:
        """An explicit sign-out ends PSC's session too."""
        sessions = PscSessions(self.registry)
        reference = sessions.of_view(view, frozenset({self.name}))
        return (
            sessions.end_session_url(session, reference, ways.now_of(self.registry)) if reference is not None else None
        )

    def action_limits(self, attempt: Attempt) -> Sequence[tuple[Limit, str]]:
        """Cancelling rings nowhere."""
        return ()

    # --- parts

    def _holder_here(self, attempt: Attempt, national_id: str) -> str:
        """Return the account that holds the number, proven, and is known in this browser; ``""`` for none."""
        with find(self.registry, IDatabase).reading() as session:
            holders = find(self.registry, IExternalIdentities).holders(session, "rpps", national_id[1:])
        here = {*attempt.known_here, attempt.subject}
        return next((holder.account for holder in holders if holder.proven and holder.account in here), "")

    def _asked(self, session: Session, attempt: Attempt, prepared: object) -> Result:
        if not _may_ring(attempt):
            return Refused("ecps.unknown_browser", _NOT_HERE, over=True)
        typed = attempt.values.get(FIELD, "")
        national_id = _read(typed, strict=self._strict)
        if national_id is None or prepared is None:
            return Refused("ecps.malformed", _hint(typed))
        self._requests.ask(session, attempt.id, national_id, attempt.at, decoy=prepared is False)
        find(self.registry, IAuditTrail).record(
            session,
            "ecps.asked",
            target=attempt.subject,
            personal={"address": attempt.address, "identifier": national_id},
        )
        return Wait(f"{PAGES}/ecps_wait.jinja2", PACE, state={"asked": True})

    def _came_back(self, session: Session, attempt: Attempt) -> Result:
        taken = self._requests.take(session, attempt.id, attempt.at)
        if taken is not None:
            return self._arrivals.resolve(session, attempt, Who.from_state(taken), self, fresh=True)
        row = self._requests.of_attempt(session, attempt.id)
        if row is None or row.ends_at <= attempt.at:
            return Refused("ecps.expired", _EXPIRED, over=True)
        if row.state == REFUSED:
            return Refused("ecps.refused", _REFUSED, over=True)
        if row.state == DOWN:
            cause = cause_of(row.code.removeprefix(f"{PscRefused.code}.")) if row.code else Cause.UNAVAILABLE
            told = cause if cause is Cause.SETUP else Cause.UNAVAILABLE
            return Refused(row.code or Cause.UNAVAILABLE.value, MESSAGES[told], over=True)
        if row.state == INVALID:
            return Refused(row.code or "psc.token", self.wrong, over=True)
        return self._waiting(row.number)

    def _waiting(self, number: str) -> Wait:
        values = {"number": number, "spelled": ", ".join(number), "cancel": f"/connexion/{self.segment}/{CANCEL}"}
        return Wait(f"{PAGES}/ecps_wait.jinja2", PACE, values)


def _may_ring(attempt: Attempt) -> bool:
    return bool(attempt.known_here) or attempt.subject is not None


def _read(typed: str, *, strict: bool) -> str | None:
    """Return a national identifier as PSC wants it, ``None`` for what can't be one."""
    number = compact_upper(typed[:64])
    if not strict and _TEST_ID.fullmatch(number):
        return number
    if not is_digits(number, RPPS_DIGITS + 1) or number[0] != "8":
        return None
    return number if luhn_is_right(number[1:]) or not strict else None


def _hint(typed: str) -> str:
    number = compact(typed[:64])
    return _PREFIX if is_digits(number, RPPS_DIGITS) and luhn_is_right(number) else _MALFORMED
