"""The contract of an auth mode, as open to third parties as to us (decisions.md, ADR 3).

A mode proves something about a person. It receives an :class:`Attempt` and answers with a result object; it never
sees a request, a cookie or a response, and it never knows which stage of a sign-in it is. The sign-in calls it so:

``ask``
    What to show now. Read-only: it is called for every GET.
``begin``
    Once, when the stage begins: issue a challenge, send a code, or say where to go.
``prepare``
    For each answer, before any transaction: the slow part (hashing, asking another host). May read in short
    transactions of its own.
``answer``
    For each answer, in the request's transaction: judge, and consume by conditional UPDATE. The account is locked by
    then if it is known; a mode that finds the person itself locks it first (``database.lock_accounts``), and a right
    answer of a suspended account opens nothing.

Where people add credentials of a mode themselves (:attr:`Capability.ENROLS`), « Mes dispositifs » calls the same four
of :attr:`AuthMode.enrolment`, for a person who is signed in at the highest level that they own.

A mode never links an external identity to an account: it answers :class:`UnknownPerson` or :class:`ShowsIdentity`, and
where its issuer names people by numbers it may ask :meth:`ILinking.link_at_sign_in`, which links only what is certain.

A mode is made once, from the registry: ``factory(registry)``. It finds the clock, the sealer and its settings there.
"""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from ..interfaces import ExternalIdentity, Factor, Limit, Proof, SessionView
from ..pyramid_types import Json, Registry


class Capability(enum.StrEnum):
    """What a mode can do besides proving; what it lacks it does not declare."""

    FINDS_PERSON = "finds_person"  # it may be the first stage: the account is its result
    ENROLS = "enrols"  # people add and remove credentials of it themselves
    OFFERS_ATTRIBUTES = "offers_attributes"  # its proof carries identity attributes for the sign-up
    SIGNS_OUT = "signs_out"  # the end of a session must be told elsewhere


@dataclass(frozen=True, slots=True)
class Claim:
    """Whose account an answer claims to be, before it is judged: failures are counted against it.

    :ivar login: what was typed, normalised. :ivar subject: the account it names, ``None`` if there is none.
    """

    login: str
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One step of one sign-in, as a mode may know it.

    :ivar id: the sign-in's row; what a mode issues is bound to it.
    :ivar subject: the account, ``None`` while nobody is known.
    :ivar email: the account's confirmed address, ``""`` while nobody is known.
    :ivar values: what this step's form or callback carried; ``{}`` when only the page is asked for.
    :ivar action: one of the mode's :attr:`AuthMode.actions`, ``""`` for the page's own form.
    :ivar state: what the mode asked to remember between steps (:attr:`Ask.state`), kept sealed by the sign-in.
    :ivar service_title: what the person is about to open, for emails.
    :ivar browser: hash of a cookie that this browser has had since before the sign-in, ``""`` if it sent none.
    :ivar known_here: accounts that have signed in with this browser before.
    """

    id: str
    at: datetime
    subject: str | None = None
    email: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    action: str = ""
    state: Json = field(default_factory=dict)
    address: str = ""
    user_agent: str = ""
    service_title: str = ""
    browser: str = ""
    known_here: frozenset[str] = frozenset()


# --- what a mode answers ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ask:
    """Show a page and come back with an answer.

    :ivar page: template of the step (asset specification), included in the sign-in's own page.
    :ivar values: what the template needs. :ivar message: French; tells what just happened.
    :ivar state: to be remembered until the next step, ``None`` to keep what there is.
    """

    page: str
    values: Json = field(default_factory=dict)
    message: str = ""
    state: Json | None = None


@dataclass(frozen=True, slots=True)
class Go:
    """Send the person to another site, which answers at one of the mode's own addresses."""

    url: str
    state: Json | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Show a page that asks again by itself, no sooner than ``seconds``."""

    page: str
    seconds: int
    values: Json = field(default_factory=dict)
    state: Json | None = None


@dataclass(frozen=True, slots=True)
class Data:
    """Answer one of the mode's :attr:`AuthMode.actions` to a script, as JSON; the page stays where it is."""

    values: Json
    state: Json | None = None


@dataclass(frozen=True, slots=True)
class Proven:
    """The stage is done. ``subject`` is the account; it must be the attempt's own when that is known."""

    subject: str
    proof: Proof
    external: ExternalIdentity | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """This answer proves nothing.

    :ivar code: stable, for the audit trail. :ivar message: French, the same for every reason that must not be told.
    :ivar over: no further try in this sign-in; it starts again from nothing.
    """

    code: str
    message: str
    over: bool = False


@dataclass(frozen=True, slots=True)
class UnknownPerson:
    """What was shown is valid, and no account is linked to it: it may be linked, or the sign-up goes on from it.

    :ivar claimed: the person said that an account which declares its number is theirs: proven there by more than a
        mailbox, it may be linked without the support.
    :ivar blocked: it may be neither (two accounts are in conflict, say): only ``message`` is shown.
    """

    external: ExternalIdentity
    message: str
    blocked: bool = False
    claimed: bool = False


@dataclass(frozen=True, slots=True)
class Poll:
    """What a waiting page is told. :ivar ready: send the page's form now. :ivar seconds: else ask again then."""

    ready: bool
    seconds: int = 3


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A credential was added.

    :ivar reference: as :class:`Credential` lists it. :ivar message: French, said on the page of devices.
    :ivar page: template of a page to show once instead (recovery codes), with ``values``.
    :ivar mode: the mode that holds it, if that is not the one that added it (a passkey made through a QR code).
    """

    reference: str
    label: str
    message: str = ""
    page: str = ""
    values: Json = field(default_factory=dict)
    mode: str = ""


@dataclass(frozen=True, slots=True)
class ShowsIdentity:
    """Another authority proved who is there: whether it may be linked to the account is not the mode's to say."""

    external: ExternalIdentity


Begun = Ask | Go | Wait | Data | Refused
Result = Ask | Go | Wait | Data | Proven | Refused | UnknownPerson | Enrolled | ShowsIdentity


# --- the mode --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential that a person holds in a mode, as « Mes dispositifs » lists it.

    :ivar reference: the mode's own name of it, unique within the mode. :ivar label: what its person calls it.
    :ivar kind: French, what it is (« Clé d'accès »). :ivar place: where it was last used, ``""`` if unknown.
    :ivar note: French, what is worth knowing (« expire le 3 mars 2027 »).
    :ivar renamable: :meth:`AuthMode.rename` works.
    """

    reference: str
    label: str
    added_at: datetime
    last_used_at: datetime | None = None
    kind: str = ""
    place: str = ""
    note: str = ""
    renamable: bool = True


_NOT_OFFERED = "Ce moyen de connexion ne s’ajoute pas ici. Choisissez-en un autre dans « Mes dispositifs »."


class Steps(ABC):
    """What the flow calls, for a sign-in and for an enrolment alike."""

    @abstractmethod
    def ask(self, session: Session, attempt: Attempt) -> Ask | Wait:
        """Return the page of the present step; writes nothing, called for each GET."""

    def begin(self, session: Session, attempt: Attempt) -> Begun:
        """Begin the stage, or the enrolment."""
        return self.ask(session, attempt)

    def prepare(self, attempt: Attempt) -> Any:
        """Do the slow part of an answer, without any transaction open; what it returns goes to :meth:`answer`."""
        return None

    @abstractmethod
    def answer(self, session: Session, attempt: Attempt, prepared: Any) -> Result:
        """Judge an answer; an empty one is refused or asked again, never proven."""


class Enrolment(Steps):
    """The addition of a credential, for a person who is signed in at the highest level that they own.

    A mode with capability ENROLS names its subclass in :attr:`AuthMode.enrols_with`; this class offers nothing.

    :ivar mode: the mode that it adds a credential of.
    """

    #: On « Mes dispositifs » (« Ajouter une clé d'accès »), with what it is good for.
    title: ClassVar[str] = ""
    description: ClassVar[str] = ""
    #: Segments under its address that take a POST of their own.
    actions: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, mode: Any) -> None:
        self.mode = mode

    def ask(self, session: Session, attempt: Attempt) -> Ask | Wait:
        """Return the page of the present step; writes nothing, called for each GET."""
        raise LookupError(f"{self.mode.name} enrols nobody")

    def begin(self, session: Session, attempt: Attempt) -> Begun:
        """Begin to add a credential; the attempt's subject is the person who is signed in."""
        return Refused("enrol.not_offered", _NOT_OFFERED, over=True)

    def answer(self, session: Session, attempt: Attempt, prepared: Any) -> Result:
        """Judge an answer: :class:`Enrolled` or :class:`ShowsIdentity` ends the enrolment."""
        return Refused("enrol.not_offered", _NOT_OFFERED, over=True)


class AuthMode(Steps):
    """Base class of a mode. Built-in ones and third parties' are checked alike by ``auth_modes/conformance.py``."""

    #: Name in ini files and proofs.
    name: ClassVar[str]
    #: Last segment of its address, ``/connexion/SEGMENT``.
    segment: ClassVar[str]
    #: French, on the sign-in page.
    title: ClassVar[str]
    description: ClassVar[str]
    #: Name of an icon of the layout, ``""`` for none.
    icon: ClassVar[str] = ""
    #: Hosted by somebody else: shown apart, under « S'identifier avec ».
    external: ClassVar[bool] = False
    #: What its own proof shows.
    factors: ClassVar[frozenset[Factor]]
    #: The one sentence for every refusal whose reason must not be told (ANSSI PG-078 R14).
    wrong: ClassVar[str] = "Cette connexion n'a pas abouti. Vérifiez la saisie, puis réessayez."
    #: Factors that other modes must have proven before, in this sign-in or in the session.
    after: ClassVar[frozenset[Factor]] = frozenset()
    capabilities: ClassVar[frozenset[Capability]] = frozenset()
    #: It stands for a lost device (:attr:`Factor.RECOVERY`): its sign-in begins from nothing and opens no session, only
    #: the addition of another device. Such a mode needs no place in the catalogue of services.
    restores: ClassVar[bool] = False
    #: Segments under its address that take a POST of their own, e.g. ``renvoyer``.
    actions: ClassVar[frozenset[str]] = frozenset()
    #: Segments under its address to which another site sends the browser back, by GET: taken as an answer, with the
    #: query as its values and the segment as its action. The mode proves by its own secret (state, ticket) that this
    #: sign-in asked; no CSRF token can.
    callbacks: ClassVar[frozenset[str]] = frozenset()
    #: Name of the mode whose credentials it uses (a QR code approved with a passkey), ``""`` for its own.
    rests_on: ClassVar[str] = ""
    #: Origins that its pages send a form's redirect to (decisions.md, ADR 12).
    form_targets: tuple[str, ...] = ()
    #: Offered only to a browser that somebody has signed in with, or to somebody who is signed in: it disturbs another
    #: person's device.
    known_browsers_only: ClassVar[bool] = False
    #: Interface that its place, ``/connexion/SEGMENT``, provides too: the mode's package hangs further pages there.
    place: ClassVar[Any] = None
    #: Template that the page of all modes includes, ``""`` for none (autofill of passkeys).
    companion: ClassVar[str] = ""
    #: Template that « Mes dispositifs » includes, ``""`` for none, with :meth:`devices_values` as ``values``.
    devices_companion: ClassVar[str] = ""
    #: The addition of a credential, with capability ENROLS; see :attr:`enrolment`.
    enrols_with: ClassVar[type[Enrolment]] = Enrolment

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.enrolment = self.enrols_with(self)

    def claim(self, attempt: Attempt) -> Claim | None:
        """Return whose account an answer claims; may read in a short transaction of its own. ``None``: nobody's."""
        return Claim("", attempt.subject) if attempt.subject is not None else None

    def expected_subject(self, attempt: Attempt, prepared: Any) -> str | None:
        """Return the account that :meth:`answer` may prove, ``None`` if :meth:`prepare` found that it proves nobody.

        The limits on starting the next stage are counted for it before the transaction, and given back if the answer
        is refused. A mode that knows the verdict from :meth:`prepare` saves both by saying so here.
        """
        claim = self.claim(attempt)
        return claim.subject if claim is not None else None

    # A limit whose key is ``attempt.subject`` is a limit on the account: a browser known to the account has its own
    # counter for it (``throttle.in_known_browser``), so that failures elsewhere do not lock the person out.

    def limits(self, attempt: Attempt) -> Sequence[tuple[Limit, str]]:
        """Return limits on this answer beside those of the sign-in (account, address); only failures stay counted."""
        return ()

    def begin_limits(self, attempt: Attempt) -> Sequence[tuple[Limit, str]]:
        """Return the limits on starting this stage, where :meth:`begin` sends or stores something.

        Every start stays counted, whether the stage is the first of a sign-in (``attempt.subject`` may be ``None``) or
        follows another one.
        """
        return ()

    def action_limits(self, attempt: Attempt) -> Sequence[tuple[Limit, str]]:
        """Return the limits on one of the mode's actions; every use stays counted."""
        return ()

    def companion_values(self, session: Session, attempt: Attempt) -> Json:
        """Return what :attr:`companion` needs; writes nothing: no sign-in is under way, ``attempt.id`` is empty."""
        return {}

    def poll(self, session: Session, attempt_id: str, at: datetime) -> Poll:
        """Tell a waiting page whether its answer can be judged yet; ``attempt_id`` is :attr:`Attempt.id`."""
        return Poll(ready=True)

    def poll_by_cookie(self, session: Session, cookie_digest: str, at: datetime) -> Poll | None:
        """Like :meth:`poll`, in one query that joins ``esea_sign_in.cookie_digest``; ``None``: it has no such query."""
        return None

    def usable_by(self, session: Session, subject: str) -> bool:
        """Tell whether the person can sign in with this mode now; it decides the highest level they own."""
        return False

    def devices_values(self, session: Session, subject: str) -> Json:
        """Return what :attr:`devices_companion` needs."""
        return {}

    def rename(self, session: Session, subject: str, reference: str, label: str) -> bool:
        """Call a credential by another name; ``False`` if it is not the person's (capability ENROLS)."""
        return False

    def credentials(self, session: Session, subject: str) -> Sequence[Credential]:
        """Return the person's credentials (capability ENROLS)."""
        return ()

    def revoke(self, session: Session, subject: str, reference: str, *, reason: str) -> bool:
        """End a credential; ``False`` if it is not the person's (capability ENROLS)."""
        return False

    def signed_out(self, session: Session, view: SessionView) -> str | None:
        """Take part in a sign-out; an address to go to afterwards, or ``None`` (capability SIGNS_OUT)."""
        return None
