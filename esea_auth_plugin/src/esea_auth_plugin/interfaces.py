"""What the rooms of the portal know of each other: interfaces, and the plain values they exchange.

Everything here is published: other plugins and hosts may build on it. Services take the database session they
work in; values are frozen and detached from the database. Times are aware datetimes in UTC.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Any, Protocol

from sqlalchemy.orm import Session
from zope.interface import Interface

# --- who somebody is -------------------------------------------------------------------------------------------


class Level(enum.IntEnum):
    """The ordered scale of sign-in levels; a service names the least that it accepts."""

    NONE = 0
    PASSWORD = 10
    MAIL_CODE = 20
    TWO_FACTORS = 30
    RESISTANT = 40
    HEALTH = 50

    @property
    def slug(self) -> str:
        """The level's name in ini files, ``acr`` values and pages."""
        return _LEVEL_SLUGS[self]

    @classmethod
    def from_slug(cls, slug: str) -> Level:
        """Return the level of this name; ``ValueError`` names the known ones."""
        for level, name in _LEVEL_SLUGS.items():
            if name == slug and level is not cls.NONE:
                return level
        raise ValueError(f"unknown level; known: {', '.join(list(_LEVEL_SLUGS.values())[1:])}")


_LEVEL_SLUGS = {
    Level.NONE: "aucun",
    Level.PASSWORD: "mot-de-passe",
    Level.MAIL_CODE: "code-courriel",
    Level.TWO_FACTORS: "double-facteur",
    Level.RESISTANT: "resistant",
    Level.HEALTH: "sante",
}


class Factor(enum.StrEnum):
    """What a proof shows. The level of a session is computed from the factors that its proofs hold."""

    PASSWORD = "password"  # noqa: S105 - a name of a factor, not a secret
    MAILBOX = "mailbox"
    OTP_DEVICE = "otp_device"
    REMOTE_DEVICE = "remote_device"  # a device elsewhere approved: QR code without proof of proximity
    VERIFIED_KEY = "verified_key"  # passkey with user verification
    HEALTH_CREDENTIAL = "health_credential"  # CPS card, Pro Santé Connect


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing a person proved during a sign-in.

    :ivar mode: the auth mode that proved it.
    :ivar factors: what it shows (see :class:`Factor`).
    :ivar means: RFC 8176 ``amr`` values.
    :ivar at: the moment of the proof.
    :ivar phishing_resistant: bound to our origin by the protocol itself.
    :ivar authenticator: reference of the device or credential used, if any.
    :ivar latest_end: a session that rests on this proof may not live past it (PSC: 4 h after ``auth_time``).
    """

    mode: str
    factors: frozenset[Factor]
    means: tuple[str, ...]
    at: datetime
    phishing_resistant: bool = False
    authenticator: str | None = None
    latest_end: datetime | None = None


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A role somebody holds now. ``scope`` is ``*``, ``service:SLUG`` or ``finess:NUMBER``."""

    name: str
    scope: str = "*"
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """The person behind a request, detached from the database.

    :ivar subject: stable public UUID string; the only name by which other rooms store a person.
    :ivar level: computed now, from the session's proofs.
    :ivar services: slugs of the services the person has a grant for now.
    :ivar session_id: row id of the session (not the secret of the cookie), for audit rows.
    """

    subject: str
    display_name: str
    email: str
    first_name: str = ""
    last_name: str = ""
    identifier: str = ""
    roles: tuple[RoleHeld, ...] = ()
    services: frozenset[str] = frozenset()
    level: Level = Level.NONE
    proofs: tuple[Proof, ...] = ()
    session_id: str = ""

    def has_role(self, name: str, scope: str = "*") -> bool:
        """Tell whether the person holds ``name`` everywhere or for this very scope."""
        return any(role.name == name and role.scope in {"*", scope} for role in self.roles)


# --- permissions -----------------------------------------------------------------------------------------------


class Refusal(enum.StrEnum):
    """Why a permission is denied; the access room turns it into the page that helps."""

    SIGN_IN = "sign_in"  # nobody is signed in
    STEP_UP = "step_up"  # the level is too low for the place
    STALE = "stale"  # the proof is too old for this act
    NO_GRANT = "no_grant"  # no right on the service: « Accès refusé »
    FORBIDDEN = "forbidden"  # nothing to do about it here


@dataclass(frozen=True, slots=True)
class Rule:
    """What a permission asks of a person. Every part that is given must hold.

    :ivar role: a role's name. :ivar service: slug of a service, whose grant, level and modes must hold.
    :ivar level: least level, beside what the service asks. :ivar fresh_within: age of the youngest proof.
    """

    role: str | None = None
    service: str | None = None
    level: Level = Level.NONE
    fresh_within: timedelta | None = None


class IPermissionJudge(Protocol):
    """Decides a named permission for an identity; a stranger's security policy may call it."""

    def judge(self, identity: Identity | None, permission: str) -> Refusal | None:
        """Return why it is denied, or ``None`` when allowed. An unknown permission is FORBIDDEN."""

    def judge_rule(self, identity: Identity | None, rule: Rule) -> Refusal | None:
        """Judge a rule known only at run time, e.g. the opening of the service that the address names."""


# --- mechanisms of the foundation ------------------------------------------------------------------------------


class IClock(Protocol):
    """The only source of time, so that tests can move it."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""


class ISealer(Protocol):
    """Authenticated encryption at rest, with key ids so that keys can be renewed."""

    def seal(self, clear: bytes, *, purpose: str, bound_to: str = "") -> str:
        """Return text that names its key id.

        :param purpose: key space, e.g. ``mail.values``.
        :param bound_to: row id, when text moved to another row must not
            open there. Both are bound as associated data and asked for again by :meth:`open`.
        """

    def open(self, sealed: str, *, purpose: str, bound_to: str = "") -> bytes:
        """Return the clear bytes; :class:`~esea_auth_plugin.security.sealing.SealBroken` otherwise."""

    def digest(self, value: str, *, purpose: str) -> str:
        """Return the keyed hash (hex) of ``value`` under the newest key: what is stored."""

    def digests(self, value: str, *, purpose: str) -> tuple[str, ...]:
        """Return the keyed hashes of ``value`` under every key, newest first: what is looked up (``IN``)."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``count`` in any ``per`` for one key. ``name`` is the bucket, e.g. ``password.account``."""

    name: str
    count: int
    per: timedelta


class Reservation(Protocol):
    """Counts already taken, that a success gives back."""

    def give_back(self) -> None:
        """Undo the counts of this reservation (limits that count failures only)."""


class IThrottle(Protocol):
    """Limits that count across processes, on an engine of their own, and fail closed.

    Call it before the request's transaction begins.
    """

    def reserve(self, *uses: tuple[Limit, str]) -> Reservation:
        """Count one try against each (limit, key); keys are hashed at rest.

        :raises TooManyAttempts: one limit is reached; nothing else stays counted.
        :raises ServiceUnavailable: the store does not answer.
        """

    def forget(self, limit: Limit, key: str) -> None:
        """Clear one counter."""


class IOutbox(Protocol):
    """Mail to be sent, written in the transaction of the act it tells about."""

    def post(
        self,
        session: Session,
        letter: str,
        *,
        to: str,
        values: Mapping[str, Any],
        valid_until: datetime | None = None,
        decoy: bool = False,
    ) -> str:
        """Queue a letter and return its id.

        :param letter: a name declared with ``config.add_letter``.
        :param to: one bare address, already validated.
        :param values: JSON-able values for its templates; sealed at rest, erased once sent or at ``valid_until``.
        :param decoy: do the same work and write the same row, but send nothing: an unknown account answers alike.
        """


class IMailTransport(Protocol):
    """What carries a finished mail away; a demo or a test publishes its own."""

    def send(self, message: EmailMessage, *, sender: str, recipient: str) -> None:
        """Hand one mail over; ``sender`` and ``recipient`` are the envelope's.

        :raises esea_auth_plugin.mail.transport.MailRefused: it will never be taken.
        :raises Exception: anything else is worth another try.
        """


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in the outbox.

    :ivar oldest: age of the oldest letter that could be sent by now, ``None`` without any.
    :ivar given_up: letters given up, or expired unsent, in the last 24 hours.
    """

    waiting: int
    oldest: timedelta | None
    given_up: int


class IPostman(Protocol):
    """Sends what the outbox holds; the worker calls it each second."""

    def deliver_due(self) -> int:
        """Send every letter that is due, each outside any transaction; return how many were sent."""

    def backlog(self, session: Session) -> Backlog:
        """Return what waits, for those who run the portal."""


class IAuditTrail(Protocol):
    """Append-only trail of every attempt and decision."""

    def record(
        self,
        session: Session,
        action: str,
        *,
        outcome: str = "success",
        actor: str | None = None,
        target: str | None = None,
        details: Mapping[str, Any] | None = None,
        personal: Mapping[str, Any] | None = None,
    ) -> None:
        """Add one row in this transaction.

        :param action: closed vocabulary, ``room.verb`` (``sign_in.refused``, ``review.accepted``).
        :param outcome: ``success``, ``refused`` or ``error``.
        :param actor: subject of who acts, :param target: subject or reference of what is acted on.
        :param details: codes and references only. :param personal: names, addresses, IPs: sealed aside.
        """


class IJobs(Protocol):
    """Periodic jobs declared by the rooms."""

    def run_due(self) -> int:
        """Run each job that is due and whose lease is free; return how many ran."""

    def ages(self, session: Session) -> Mapping[str, timedelta | None]:
        """Return the age of each job's last success, ``None`` if it never ran."""


# --- sessions of people ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SessionView:
    """One signed-in browser, as the store knows it."""

    id: str
    subject: str
    proofs: tuple[Proof, ...]
    created_at: datetime
    last_seen_at: datetime
    ends_at: datetime
    user_agent: str = ""
    address: str = ""


class ISessions(Protocol):
    """The session store: opaque id in the cookie, its hash in the table, revocable at once."""

    def current(self, request: Any, session: Session | None = None) -> SessionView | None:
        """Return the live session of this browser (absolute and idle ends compared now), read once a request.

        :param session: a transaction to read in, instead of a short one of its own.
        """

    def cookie_digest(self, request: Any) -> str:
        """Return the hash of the cookie this browser sent or was just given, ``""`` without one; reads no table."""

    def owner_of_cookie(self, request: Any, session: Session) -> str | None:
        """Return whose session this browser's cookie names, live or ended since less than a day."""

    def open(self, request: Any, subject: str, proofs: Sequence[Proof]) -> SessionView:
        """Begin a session under a new id, end the browser's former one, set the cookie on the response."""

    def raise_with(self, request: Any, proofs: Sequence[Proof]) -> SessionView:
        """Add proofs to the current session under a new id (step-up)."""

    def close(self, request: Any) -> None:
        """End the browser's session and clear its cookie."""

    def of_subject(self, session: Session, subject: str) -> Sequence[SessionView]:
        """Return the person's live sessions, youngest first."""

    def close_one(self, session: Session, subject: str, session_id: str) -> bool:
        """End one session of the person; ``False`` if it is not theirs or already ended."""

    def close_all(self, session: Session, subject: str, *, but: str | None = None) -> int:
        """End every session of the person, except the one with id ``but``; return how many."""


class IParkedForms(Protocol):
    """Forms sent after the session's end, kept sealed until the same person has signed in again."""

    def park(self, request: Any) -> None:
        """Keep what this POST sent, if its CSRF token is right and it holds no file; written even if the answer is a
        refusal."""


# --- accounts --------------------------------------------------------------------------------------------------


class AccountState(enum.StrEnum):
    """Life of an account. Only an active one signs in."""

    PENDING = "pending"  # approved or invited, e-mail not confirmed yet
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class AccountView:
    """What other rooms may know of an account."""

    subject: str
    identifier: str
    email: str
    state: AccountState
    civility: str
    first_name: str
    last_name: str
    created_at: datetime
    terms_version: str | None = None
    terms_accepted_at: datetime | None = None
    mail_code_barred_until: datetime | None = None  # after a password reset by mail alone

    @property
    def display_name(self) -> str:
        """Name as shown on pages: « Anne Pierre »."""
        return f"{self.first_name} {self.last_name}".strip()


class IAccounts(Protocol):
    """Accounts, found by subject or by what a person types."""

    def by_subject(self, session: Session, subject: str) -> AccountView | None:
        """Return the account with this public subject."""

    def by_subjects(self, session: Session, subjects: Sequence[str]) -> Mapping[str, AccountView]:
        """Return several at once, in one query."""

    def by_login(self, session: Session, login: str) -> AccountView | None:
        """Return the account whose identifier or confirmed e-mail is ``login`` (normalised)."""

    def create(
        self,
        session: Session,
        *,
        identifier: str,
        email: str,
        attributes: Mapping[str, Any],
        origin: str,
        state: AccountState,
        subject: str | None = None,
    ) -> AccountView:
        """Create an account; ``attributes`` are the identity attributes by name, all of this ``origin``.

        :param identifier: ``""`` for an invited person, who chooses it later.
        :raises PortalError: the identifier or the e-mail is taken.
        """

    def choose_identifier(self, session: Session, subject: str, identifier: str) -> bool:
        """Give an invited account the identifier its person chose; ``False`` if taken, or chosen already."""

    def set_state(
        self, session: Session, subject: str, state: AccountState, *, reason: str, by: str | None = None
    ) -> bool:
        """Move an account to a state by one conditional update, with its audit row and events.

        :param by: subject of who does it, ``None`` for the person or a job. :returns: ``False`` if it wasn't possible.
        """

    def accept_terms(self, session: Session, subject: str, version: str) -> None:
        """Store the version of the CGU that the person accepted, and when."""

    def bar_mail_code(self, session: Session, subject: str, until: datetime | None, *, by: str | None = None) -> None:
        """Mailed codes show nothing above the password until then (``None`` lifts it)."""

    def attributes(self, session: Session, subject: str) -> Mapping[str, Any]:
        """Return the identity attributes by name; coded ones as ``OID|code``."""

    def change_attributes(
        self, session: Session, subject: str, attributes: Mapping[str, Any], *, origin: str, by: str | None = None
    ) -> None:
        """Replace some identity attributes (an empty value removes one), with one audit row."""

    def erase(self, session: Session, subject: str) -> bool:
        """Remove a closed account that was never confirmed, and free its identifier; ``False`` for any other."""

    def change_email(self, session: Session, subject: str, email: str, *, by: str | None = None) -> bool:
        """Make ``email``, already confirmed by its owner, the account's; ``False`` if another account has it."""


class IInvitations(Protocol):
    """The first people of a portal, and those the support brings in: a mailed link instead of a sign-up."""

    def invite(self, session: Session, email: str, role: str, *, by: str, scope: str = "*") -> str:
        """Mail a single-use invitation (``esea_auth.invitation_hours``) and return the invited subject.

        The person chooses identifier, name and password there; the role is given then. A new invitation to the
        same address kills the former one.

        :param by: subject of who invites, or ``"cli"``.
        :raises PortalError: the role is unknown, or the address already belongs to an account.
        """


class IRoles(Protocol):
    """Roles people hold."""

    def of(self, session: Session, subject: str) -> tuple[RoleHeld, ...]:
        """Return the roles the person holds now."""

    def give(
        self,
        session: Session,
        subject: str,
        role: str,
        *,
        scope: str = "*",
        given_by: str,
        until: datetime | None = None,
    ) -> None:
        """Give a declared role."""

    def withdraw(self, session: Session, subject: str, role: str, *, scope: str = "*", by: str | None = None) -> bool:
        """Take a role back; ``False`` if it wasn't held."""


class IPasswords(Protocol):
    """The password of an account. Hashing happens outside any transaction."""

    def hash(self, password: str) -> str:
        """Return the argon2id hash; never call it with a transaction open."""

    def set_hash(self, session: Session, subject: str, password_hash: str) -> None:
        """Store the hash as the account's only password."""

    def check(self, subject: str | None, password: str) -> bool:
        """Verify against the stored hash, doing the same work for ``None`` or an account without password."""


# --- the catalogue of services ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AdmittedMode:
    """A mode that a service admits, with its first and last day (both inclusive, Europe/Paris).

    :ivar homologation: reference of what makes the mode lawful here, ``""`` if the operator names none.
    """

    mode: str
    first_day: date | None = None
    last_day: date | None = None
    homologation: str = ""


@dataclass(frozen=True, slots=True)
class PortalService:
    """One business service of the catalogue (or the portal itself, slug ``portail``)."""

    slug: str
    title: str
    description: str
    audience: str
    level: Level
    modes: tuple[AdmittedMode, ...]
    address: str | None = None
    resource: str | None = None  # path inside this portal, e.g. /espace-pro
    opens_on: date | None = None
    contact: str = ""
    homologation: str = ""


class ModeStanding(enum.StrEnum):
    """Where a mode stands for a service today."""

    OPEN = "open"
    NOT_YET = "not_yet"
    ENDED = "ended"
    NOT_ADMITTED = "not_admitted"


class ICatalogue(Protocol):
    """The services of ``services.ini``."""

    def get(self, slug: str) -> PortalService | None:
        """Return one service; ``portail`` is the portal itself."""

    def all(self) -> Sequence[PortalService]:
        """Return the business services in the file's order, the portal itself left out."""

    def standing(self, service: PortalService, mode: str, at: datetime) -> ModeStanding:
        """Tell where a mode stands for a service at this moment."""

    def ends_at(self, service: PortalService, mode: str) -> datetime | None:
        """Return the first moment (UTC) at which the mode is over, if it ends."""

    def opens_at(self, service: PortalService) -> datetime | None:
        """Return the first moment (UTC) of the service's opening day, if it has one."""

    def admits(self, service: PortalService, proofs: Sequence[Proof], level: Level, at: datetime) -> Refusal | None:
        """Tell whether proofs of this level open the service now: least level and modes must both hold.

        FORBIDDEN before the service's opening day; STEP_UP when a higher or another proof is needed.
        """


class IGrants(Protocol):
    """Rights of people to open services."""

    def services_of(self, session: Session, subject: str) -> frozenset[str]:
        """Return the slugs of the services the person may open now."""

    def give(
        self,
        session: Session,
        subject: str,
        service: str,
        *,
        request_id: str | None,
        given_by: str,
        until: datetime | None = None,
    ) -> None:
        """Give a grant, or prolong the one there is."""

    def withdraw(self, session: Session, subject: str, service: str, *, reason: str) -> bool:
        """End a grant now; ``False`` if there was none."""

    def withdraw_for_request(self, session: Session, request_id: str, *, reason: str) -> int:
        """End what one request gave."""


# --- what somebody asks and somebody decides -------------------------------------------------------------------


class ReviewState(enum.StrEnum):
    """Life of a request. OPEN and MORE_ASKED are undecided; the rest are final."""

    OPEN = "open"
    MORE_ASKED = "more_asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A request as reviewers and its kind see it.

    :ivar reference: what people read out on the phone, e.g. ``DEM-7K3M-Q2XF``.
    :ivar author: subject of who asks, ``None`` while the person has no account.
    :ivar assignee: subject of the reviewer who took it or asked for more.
    :ivar topic: what it is about within its kind (a service's slug), ``""`` if nothing.
    """

    id: str
    kind: str
    reference: str
    state: ReviewState
    title: str
    author: str | None
    topic: str
    assignee: str | None
    created_at: datetime
    due_on: date
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a request's page. ``check`` is ``ok``, ``warning`` or ``""``, ``note`` says why."""

    label: str
    value: str
    check: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class FactSheet:
    """A titled group of facts on a request's page; ``links`` are (text, path) pairs."""

    title: str
    facts: tuple[Fact, ...]
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """Something a reviewer decides apart when accepting (a service of a sign-up), ticked by default or not."""

    name: str
    label: str
    ticked: bool = True


class RequestKind(Protocol):
    """A kind of request, brought by a room or by another plugin with ``config.add_request_kind(kind)``.

    The kind holds what was asked, in tables of its own keyed by the request's id.
    """

    name: str  # "sign_up"
    desk: str  # the reviewing desk it goes to: "support" or one declared by a plugin ("espace-pro")
    queue: str  # last segment of the queue's address: "inscriptions"
    title: str  # « Inscription au portail »
    queue_title: str  # « Inscriptions »
    permission: str  # what a reviewer must hold

    def sheets(self, registry: Any, session: Session, review: ReviewView) -> Sequence[FactSheet]:
        """Return what was typed, what was checked, and possible duplicates."""

    def choices(self, registry: Any, session: Session, review: ReviewView) -> Sequence[Choice]:
        """Return what is decided apart when accepting; mostly none."""

    def on_accept(self, registry: Any, session: Session, review: ReviewView, kept: frozenset[str]) -> None:
        """Carry out an acceptance in the decision's transaction (``kept``: names of ticked choices), mail included."""

    def on_refuse(self, registry: Any, session: Session, review: ReviewView, reason: str) -> None:
        """Carry out a refusal in the decision's transaction, mail included."""

    def on_more_asked(self, registry: Any, session: Session, review: ReviewView, question: str) -> None:
        """Tell the author what is missing, with a link to the filled form."""

    def extra_actions(self, registry: Any, session: Session, review: ReviewView) -> Sequence[tuple[str, str]]:
        """Return (name, label) of further acts on a request of this kind, e.g. resending the token."""

    def on_extra(self, registry: Any, session: Session, review: ReviewView, action: str) -> str:
        """Carry out a further act; return the French message to show."""


class IReviews(Protocol):
    """The state machine of requests."""

    def open(
        self,
        session: Session,
        kind: str,
        *,
        title: str,
        author: str | None,
        topic: str = "",
        search: str = "",
        request_id: str | None = None,
    ) -> ReviewView:
        """Open a request.

        :param title: one line for the queue (who and where). :param search: further words it is found by.
        :raises PortalError: one is already open for this author, kind and topic.
        """

    def get(self, session: Session, request_id: str) -> ReviewView | None:
        """Return a request."""

    def by_reference(self, session: Session, reference: str) -> ReviewView | None:
        """Return a request by its reference (case, spaces and dashes ignored)."""

    def of_author(self, session: Session, author: str, *, kind: str | None = None) -> Sequence[ReviewView]:
        """Return a person's requests, youngest first."""

    def decide(
        self,
        session: Session,
        request_id: str,
        *,
        accept: bool,
        by: str,
        reason: str = "",
        kept: frozenset[str] = frozenset(),
        version: int | None = None,
    ) -> ReviewView:
        """Decide once, by one conditional update; calls the kind, writes the audit row, notifies.

        :raises PortalError: decided by somebody else meanwhile, one's own request, or a missing reason.
        """

    def ask_more(self, session: Session, request_id: str, *, by: str, question: str) -> ReviewView:
        """Ask the author for more; the request comes back to the same reviewer."""

    def answered(self, session: Session, request_id: str) -> ReviewView:
        """The author completed the form: MORE_ASKED becomes OPEN again, same assignee."""

    def withdraw(self, session: Session, request_id: str, *, state: ReviewState) -> bool:
        """End an undecided request as WITHDRAWN or EXPIRED."""

    def comment(self, session: Session, request_id: str, *, by: str, text: str) -> None:
        """Add an internal note."""

    def due_on(self, since: datetime) -> date:
        """Return the working day by which an answer is promised."""


# --- pages -----------------------------------------------------------------------------------------------------


class IPortalRoot(Interface):
    """Marker of the resource under which plugins hang their pages."""


class IResource(Interface):
    """A place of the portal: has ``__name__`` and ``__parent__``."""


class IAccountRoot(Interface):
    """« Mon compte » (``/compte``): rooms hang pages about the signed-in person here."""


class ISupportRoot(Interface):
    """The support's desk (``/support``): rooms hang pages for the support here."""


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry of the portal's navigation, shown when ``permission`` is granted (``None``: to everyone)."""

    title: str
    path: str
    permission: str | None = None
    order: int = 100


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile of « Mon compte », offered by a room."""

    title: str
    path: str
    text: str
    order: int = 100


@dataclass(frozen=True, slots=True)
class Contacts:
    """Whom people may call or write to; every part is a setting (``portal.support_*``)."""

    support_email: str
    support_phone: str
    support_hours: str
    dpo_email: str
    tutorials_url: str = ""


@dataclass(frozen=True, slots=True)
class PortalSettings:
    """Facts of the portal that every room may need (prefix ``portal.``).

    :ivar env: ``development``, ``test`` or ``production``. :ivar url: public origin, no trailing slash.
    """

    env: str
    name: str
    url: str
    contacts: Contacts
    terms_version: str
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def secure(self) -> bool:
        """Served over TLS: cookies take the ``__Host-`` prefix and HSTS is sent."""
        return self.url.startswith("https://")

    def absolute(self, path: str) -> str:
        """Return the absolute address of a path; the only source of absolute addresses."""
        return self.url + path


ViewCallable = Callable[..., Any]
