"""What follows once Pro Santé Connect has said who is there: the same for a redirect and for an e-CPS.

Who arrived travels sealed in the sign-in's own state between the pages that ask the person something: whether it is
really them (shared workstations), which account is theirs, which activity to sign up with.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ...authentication.contract import Ask, Attempt, AuthMode, Proven, Refused, Result, UnknownPerson
from ...errors import PortalError
from ...foundation.database import lock_accounts
from ...interfaces import Factor, Proof
from ...pyramid_types import Json, JsonObject, Registry
from . import ended_sessions as ended
from .activities import Activity
from .cases import Cases
from .client import Arrival
from .mapper import PscPerson
from .matching import Match, Matching
from .sessions import PscSessions
from .texts import clean

PAGES = "esea_auth_plugin:auth_modes/pro_sante_connect/templates"
#: PSC's session lives four hours at most, and so does ours (domain notes, 1.4).
MAX_SESSION_AGE = timedelta(hours=4)
SAME, MINE, CHOICE = "same", "mine", "choice"
ANSWER, YES, NO = "reponse", "oui", "non"

REMOVED = "Pro Santé Connect a été retiré de votre compte. Connectez-vous autrement pour l’ajouter de nouveau."
UNKNOWN = "Pro Santé Connect vous a bien identifié(e), mais aucun compte du portail n'est lié à cette identité."
CONFLICT = (
    "Pro Santé Connect vous a bien identifié(e), mais vos numéros professionnels figurent sur deux comptes du portail. "
    "Par sécurité, aucun des deux ne s'ouvre ainsi. L'assistance en est avertie et va les rapprocher ; d'ici là, vos "
    "autres modes de connexion restent utilisables."
)
OTHER_NAME = (
    "Pro Santé Connect vous a bien identifié(e), mais sous un autre nom que celui de votre compte. Par sécurité, il ne "
    "s'ouvre pas ainsi. Connectez-vous autrement et faites corriger votre nom, ou appelez l'assistance."
)
_PROVE = (
    "Ce compte est le vôtre ? Connectez-vous une fois par un autre mode, le plus sûr que vous ayez : Pro Santé Connect "
    "y sera lié, et vous pourrez l'utiliser ensuite."
)
_ENDED = "Votre session Pro Santé Connect vient de prendre fin. Recommencez."
_TOO_OLD = "Votre session Pro Santé Connect a plus de quatre heures. Terminez-la, puis recommencez."
#: RFC 8176 words for the means that PSC names in « authMode ».
_MEANS = {
    "CARD": ("sc", "pin", "mfa"),
    "MOBILE": ("swk", "pin", "mfa"),
    "WEBAUTHN": ("hwk", "user", "mfa"),
    "IDENTITY_BROKER": ("mfa",),
}


@dataclass(frozen=True, slots=True)
class Who:
    """Who arrived, and what of PSC's answer is still needed."""

    person: PscPerson
    auth_time: datetime
    means: tuple[str, ...]
    sid: str
    sub: str
    id_token: str

    @classmethod
    def of(cls, person: PscPerson, arrival: Arrival) -> Who:
        """Return what is kept of an arrival: neither the access token nor a refresh token."""
        token = arrival.token
        told = token.auth_mode or clean(arrival.claims.get("authMode"), 40)
        means = _MEANS.get(told.upper()) or token.amr or ("mfa",)
        return cls(person, token.auth_time, means, token.sid, token.sub, arrival.id_token)

    def to_state(self) -> JsonObject:
        """Return JSON values."""
        return {**asdict(self), "auth_time": self.auth_time.isoformat()}

    @classmethod
    def from_state(cls, state: Json) -> Who:
        """Read :meth:`to_state` back."""
        given = dict(state["person"])
        person = PscPerson(
            issuer=given["issuer"],
            sub=given["sub"],
            name_id=given["name_id"],
            identifiers=tuple((kind, value) for kind, value in given["identifiers"]),
            attributes=given["attributes"],
            activities=tuple(Activity(each["label"], each["attributes"]) for each in given["activities"]),
            names_of_practice=tuple((last, first) for last, first in given.get("names_of_practice", ())),
        )
        auth_time = datetime.fromisoformat(state["auth_time"])
        return cls(person, auth_time, tuple(state["means"]), state["sid"], state["sub"], state["id_token"])


class Arrivals:
    """Leads from who arrived to what the sign-in is told."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._matching = Matching(registry)
        self._cases = Cases(registry)
        self._sessions = PscSessions(registry)

    def asks_same(self, who: Who) -> Ask:
        """Ask « Continuer en tant que … ? »: PSC's session was opened before this sign-in, maybe by somebody else."""
        values = {"person": who.person.display_name, "submit": ""}
        return Ask(f"{PAGES}/same.jinja2", values, state={"step": SAME, "who": who.to_state()})

    def shown(self, state: Json) -> Ask | None:
        """Return the page of the step where a sign-in stands, ``None`` before anybody arrived."""
        step = state.get("step")
        if step == SAME:
            return self.asks_same(Who.from_state(state["who"]))
        if step == MINE:
            return self._asks_mine(Who.from_state(state["who"]), state["numbers"])
        if step == CHOICE:
            return self._asks_choice(Who.from_state(state["who"]))
        return None

    def resolve(self, session: Session, attempt: Attempt, who: Who, mode: AuthMode, *, fresh: bool) -> Result:
        """Judge who arrived. :param fresh: they proved themselves to PSC for this very sign-in."""
        ends = who.auth_time + MAX_SESSION_AGE
        if ends <= attempt.at:
            return Refused("psc.session_too_old", _TOO_OLD, over=True)
        match = self._matching.search(session, who.person)
        if match.conflict:
            self._cases.open_conflict(session, match, who.person)
            return UnknownPerson(who.person.identity(), CONFLICT, blocked=True)
        if match.account is not None and self._matching.removed(session, match.account, who.person):
            return UnknownPerson(who.person.identity(), REMOVED)
        if match.account is not None and attempt.subject not in {None, match.account}:
            return Refused("sign_in.other_person", mode.wrong, over=True)  # before anything is written
        if match.account is not None:
            return self._proven(session, attempt, who, match.account, match, mode, fresh=fresh)
        if match.offered:
            return self._asks_mine(who, _labels(match))
        return self._unknown(who)

    def answer(self, session: Session, attempt: Attempt, mode: AuthMode) -> Result | None:
        """Take the answer to one of the pages here, ``None`` when no such page was shown."""
        step, answer = attempt.state.get("step"), attempt.values.get(ANSWER, "")
        if step not in {SAME, MINE, CHOICE}:
            return None
        who = Who.from_state(attempt.state["who"])
        if step == SAME and answer == YES:
            return self.resolve(session, attempt, who, mode, fresh=False)
        if step == MINE and answer == YES:
            return UnknownPerson(who.person.identity(), _PROVE, claimed=True)
        if step == MINE and answer == NO:
            return self._contested(session, attempt, who)
        if step == CHOICE and answer.isdecimal() and int(answer) < len(who.person.activities):
            return UnknownPerson(who.person.identity(int(answer)), UNKNOWN)
        return Refused("psc.no_answer", "Choisissez l'une des réponses proposées.")

    def leave(self, session: Session, attempt: Attempt) -> str:
        """« Ce n'est pas moi »: return the address of the page that ends PSC's session; nobody is signed in."""
        who = Who.from_state(attempt.state["who"])
        kept = self._sessions.keep(session, None, who.person.issuer, who, attempt.at + MAX_SESSION_AGE)
        return self._sessions.end_session_url(session, kept, attempt.at)

    # --- parts

    def _proven(
        self, session: Session, attempt: Attempt, who: Who, account: str, match: Match, mode: AuthMode, *, fresh: bool
    ) -> Result:
        lock_accounts(self._registry, session, account)
        if ended.is_over(session, who.person.issuer, who):
            return Refused("psc.ended_there", _ENDED, over=True)
        try:
            link = self._matching.keep(session, account, who.person, match.link, mode=mode.name, attempt=attempt)
        except PortalError as error:
            return Refused(error.code, mode.wrong, over=True)
        if link is None:
            return UnknownPerson(who.person.identity(), OTHER_NAME, blocked=True)
        ends = who.auth_time + MAX_SESSION_AGE
        reference = self._sessions.keep(session, account, who.person.issuer, who, ends)
        proof = Proof(
            mode=mode.name,
            factors=frozenset({Factor.HEALTH_CREDENTIAL}),
            means=who.means,
            # A session that PSC had open already is no fresh proof, however young this answer is.
            at=attempt.at if fresh else min(who.auth_time, attempt.at),
            authenticator=link,
            latest_end=ends,
            behind=reference,
        )
        return Proven(account, proof, who.person.identity())

    def _unknown(self, who: Who) -> Result:
        if len(who.person.activities) > 1:
            return self._asks_choice(who)
        return UnknownPerson(who.person.identity(), UNKNOWN)

    def _contested(self, session: Session, attempt: Attempt, who: Who) -> Result:
        match = self._matching.search(session, who.person)
        if match.account is not None or match.conflict:  # things changed while the page was shown
            return Refused("psc.changed", "Cette situation a changé entre-temps. Recommencez.", over=True)
        self._cases.contest(session, match, who.person)
        return self._unknown(who)

    def _asks_mine(self, who: Who, numbers: object) -> Ask:
        values = {"person": who.person.display_name, "numbers": numbers, "submit": ""}
        return Ask(f"{PAGES}/mine.jinja2", values, state={"step": MINE, "who": who.to_state(), "numbers": numbers})

    def _asks_choice(self, who: Who) -> Ask:
        values = {"activities": [each.label for each in who.person.activities], "submit": "Continuer"}
        return Ask(f"{PAGES}/choice.jinja2", values, state={"step": CHOICE, "who": who.to_state()})


def _labels(match: Match) -> list[str]:
    """Return the numbers in question, never the account that holds them."""
    names = {"rpps": "N° RPPS", "adeli": "N° ADELI"}
    return list(dict.fromkeys(f"{names[attribute]} {value}" for _, attribute, value in match.offered))
