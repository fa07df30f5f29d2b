"""« Pro Santé Connect » by redirect: authorization code with PKCE, state and nonce, each good once."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from ...authentication.contract import (
    Ask,
    Attempt,
    AuthMode,
    Begun,
    Capability,
    Credential,
    Enrolment,
    Go,
    Refused,
    Result,
    ShowsIdentity,
)
from ...errors import PortalError
from ...foundation.security import tokens
from ...interfaces import Factor, IExternalIdentities, SessionView
from ...pyramid_types import Registry
from ...services import find
from . import ways
from .arrivals import PAGES, Arrivals, Who
from .client import Departure, PscRefused
from .discovery import PscDown
from .mapper import KIND, NobodyNamed
from .matching import Matching
from .provider_errors import MESSAGES, Cause, cause_of
from .resources import IPscResource
from .service import RETURN, Psc
from .sessions import PscSessions
from .settings import origin_of
from .tokens import BadToken

log = logging.getLogger(__name__)

LEAVE = "pas-moi"
#: Hidden field of the official button: it makes the answer one that may ask PSC's addresses first.
GO_FIELD = "psc"

DOWN = MESSAGES[Cause.UNAVAILABLE]
_STALE = "Cette réponse de Pro Santé Connect a déjà servi ou a expiré. Recommencez depuis le bouton."
_NOT_BELIEVED = (
    "La réponse de Pro Santé Connect n'a pas pu être vérifiée : par sécurité, elle est écartée. Recommencez, ou "
    "choisissez un autre mode."
)


@dataclass(frozen=True, slots=True)
class Arrived:
    """Somebody came back. :ivar fresh: they proved themselves for this very way, not before it began."""

    who: Who
    fresh: bool


class ProSanteConnectEnrolment(Enrolment):
    """Adds a credential of :class:`ProSanteConnectMode`."""

    mode: ProSanteConnectMode
    title = "Lier Pro Santé Connect"
    description = "Pour vous connecter ensuite avec votre carte CPS ou votre e-CPS, sans mot de passe."

    def ask(self, session: Session, attempt: Attempt) -> Ask:
        """Show the way out."""
        return self.mode._way_out()

    def begin(self, session: Session, attempt: Attempt) -> Begun:
        """Show the way out."""
        return self.mode._way_out()

    def prepare(self, attempt: Attempt) -> Any:
        """Like a sign-in's."""
        return self.mode.prepare(attempt)

    def answer(self, session: Session, attempt: Attempt, prepared: object) -> Result:
        """Show who came back; whether it may be linked is not for a mode to say."""
        if isinstance(prepared, Refused):
            return prepared
        if isinstance(prepared, Departure):
            return self.mode._leaves(session, attempt, prepared)
        if isinstance(prepared, Arrived):
            return ShowsIdentity(prepared.who.person.identity())
        return Refused("psc.nothing", self.mode.wrong)


class ProSanteConnectMode(AuthMode):
    """See the module."""

    name = "pro_sante_connect"
    enrols_with = ProSanteConnectEnrolment
    segment = "psc"
    title = "Pro Santé Connect"
    description = "Votre carte CPS ou votre application e-CPS, chez Pro Santé Connect."
    icon = "psc"
    external = True
    factors = frozenset({Factor.HEALTH_CREDENTIAL})
    wrong = _NOT_BELIEVED
    capabilities = frozenset(
        {Capability.FINDS_PERSON, Capability.ENROLS, Capability.OFFERS_ATTRIBUTES, Capability.SIGNS_OUT}
    )
    actions = frozenset({LEAVE})
    callbacks = frozenset({RETURN})
    place = IPscResource
    companion = f"{PAGES}/companion.jinja2"

    def __init__(self, registry: Registry) -> None:
        super().__init__(registry)
        self._psc = find(registry, Psc)
        self._arrivals = Arrivals(registry)
        self._sessions = PscSessions(registry)
        known = self._psc.settings.known()
        places = [
            known.get("authorization_endpoint", ""),
            known.get("issuer", ""),
            known.get("end_session_endpoint", ""),
        ]
        origins = [origin_of(each) for each in places if each]
        self.form_targets = tuple(dict.fromkeys([*origins, *self._psc.settings.form_origins]))

    # --- sign-in

    def ask(self, session: Session, attempt: Attempt) -> Ask:
        """Show the way out, or the page of the step that the person is asked about."""
        return self._arrivals.shown(attempt.state) or self._way_out()

    def begin(self, session: Session, attempt: Attempt) -> Begun:
        """Set out at once: whoever chose this mode has pressed its button already."""
        if not attempt.values:
            return self._way_out()
        try:
            # The addresses were read by prepare(): nothing is asked of PSC with a transaction open.
            departure = self._departure(attempt, ask=False)
        except PscDown as error:
            return Refused(error.code, DOWN, over=True)
        return self._leaves(session, attempt, departure)

    def prepare(self, attempt: Attempt) -> Any:
        """Read the addresses before leaving; exchange the code and read who it is on the way back."""
        if attempt.action == RETURN:
            return self._came_back(attempt)
        if attempt.action or not attempt.values.get(GO_FIELD):
            return None
        try:
            return self._departure(attempt)
        except PscDown as error:
            return Refused(error.code, DOWN, over=True)

    def answer(self, session: Session, attempt: Attempt, prepared: object) -> Result:
        """Judge who came back, or what they answered to our own pages."""
        if isinstance(prepared, Refused):
            return prepared
        if isinstance(prepared, Departure):
            return self._leaves(session, attempt, prepared)
        if isinstance(prepared, Arrived):
            if not prepared.fresh:
                return self._arrivals.asks_same(prepared.who)
            return self._arrivals.resolve(session, attempt, prepared.who, self, fresh=True)
        if attempt.action == LEAVE:
            if attempt.state.get("who") is None:
                return self._way_out()
            return Go(self._arrivals.leave(session, attempt), state={"step": "left"})
        return self._arrivals.answer(session, attempt, self) or Refused("psc.nothing", self.wrong)

    # --- enrolment: link it to the account that is signed in

    def usable_by(self, session: Session, subject: str) -> bool:
        """Tell whether an identity of this issuer is linked to the account."""
        return any(link.issuer == self._psc.client.discovery.issuer for link in self._links(session, subject))

    def credentials(self, session: Session, subject: str) -> Sequence[Credential]:
        """Return the links to PSC."""
        return [
            Credential(
                link.id,
                link.label,
                link.linked_at,
                link.last_used_at,
                place=link.last_address,
                kind=self.title,
                note=f"Identifiant national {link.subject}",
            )
            for link in self._links(session, subject)
        ]

    def revoke(self, session: Session, subject: str, reference: str, *, reason: str) -> bool:
        """End a link."""
        link = next((each for each in self._links(session, subject) if each.id == reference), None)
        if link is None:
            return False
        Matching(self.registry).note_removal(session, link)
        return find(self.registry, IExternalIdentities).unlink(session, subject, reference, reason=reason)

    def signed_out(self, session: Session, view: SessionView) -> str | None:
        """An explicit sign-out ends PSC's session too; the browser goes through a page of ours."""
        reference = self._sessions.of_view(view, frozenset({self.name}))
        if reference is None:
            return None
        return self._sessions.end_session_url(session, reference, ways.now_of(self.registry))

    # --- parts

    def companion_values(self, session: Session, attempt: Attempt) -> Mapping[str, object]:
        """Return what the official button on the page of all modes needs."""
        return {"image": bool(self._psc.settings.button_image), "down": self._psc.client.breaker.open}

    def _way_out(self) -> Ask:
        values = {**self._button(), "submit": ""}
        return Ask(f"{PAGES}/way_out.jinja2", values, state={})

    def _button(self) -> Mapping[str, object]:
        return {"image": bool(self._psc.settings.button_image), "down": self._psc.client.breaker.open}

    def _departure(self, attempt: Attempt, *, ask: bool = True) -> Departure:
        # Whoever is signed in already has something to prove afresh: an open session of PSC proves nothing new.
        return self._psc.client.departure(again=attempt.subject is not None, ask=ask)

    def _leaves(self, session: Session, attempt: Attempt, departure: Departure) -> Go:
        ways.set_out(self.registry, session, attempt.id, departure.state, attempt.at)
        state = {"state": departure.state, "nonce": departure.nonce, "verifier": departure.verifier}
        return Go(departure.url, state=state)

    def _came_back(self, attempt: Attempt) -> Arrived | Refused:
        given, expected = attempt.values.get("state", ""), str(attempt.state.get("state", ""))
        # An answer with a wrong state, or with one that another request has just taken, ends nothing: the sign-in goes
        # on for the request that brought the right one.
        if not given or not expected or not tokens.equal(given, expected):
            return Refused("psc.state", _STALE)
        set_out_at = ways.come_back(self.registry, attempt.id, given)
        if set_out_at is None:
            return Refused("psc.state_used", _STALE)
        refused = self._refused_there(attempt.values)
        if refused is not None:
            return refused
        try:
            arrival = self._psc.client.arrival(
                attempt.values.get("code", ""),
                verifier=str(attempt.state.get("verifier", "")),
                nonce=str(attempt.state.get("nonce", "")),
                at=attempt.at,
            )
            who = Who.of(self._psc.person(arrival), arrival)
        except PortalError as error:
            return _refusal(error)
        return Arrived(who, fresh=who.auth_time >= set_out_at.replace(microsecond=0))

    def _refused_there(self, values: Mapping[str, str]) -> Refused | None:
        """Judge an answer that carries no code. The issuer first: another one's answer is not even read (RFC 9207)."""
        issuer = values.get("iss", "")
        if (issuer or self._psc.client.discovery.names_issuer) and issuer != self._psc.client.discovery.issuer:
            return Refused("psc.other_issuer", _NOT_BELIEVED, over=True)
        error = values.get("error", "")
        if not error and values.get("code"):
            return None
        cause = cause_of(error, values.get("error_description", ""))
        if cause is Cause.SETUP:
            log.error("psc: the provider refuses this portal's requests (%s)", PscRefused(error).error)
        return Refused(cause.value, MESSAGES[cause], over=True)

    def _links(self, session: Session, subject: str) -> Sequence[Any]:
        return find(self.registry, IExternalIdentities).of_account(session, subject, kind=KIND)


def _refusal(error: PortalError) -> Refused:
    """Return what a person is told: down, refused, or not believed; the trail has the rest."""
    if isinstance(error, PscDown):
        return Refused(error.code, DOWN, over=True)
    if isinstance(error, PscRefused):
        cause = cause_of(error.error)
        if cause is Cause.SETUP:
            log.error("psc: the provider refuses this portal's requests (%s)", error.error)
        return Refused(error.code, MESSAGES[cause], over=True)
    if isinstance(error, BadToken | NobodyNamed):
        return Refused(error.code, _NOT_BELIEVED, over=True)
    raise error
