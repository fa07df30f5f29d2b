"""What somebody asks and somebody decides."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from sqlalchemy.orm import Session

from ..pyramid_types import Registry


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
    :ivar message: what its kind tells the reviewer who has just decided it, ``""`` for the usual sentence.
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
    message: str = ""


class FactSource(enum.StrEnum):
    """Who says a fact: what the reviewer may rely on. The names are those of the attributes' origins."""

    NONE = ""
    DECLARED = "declared"
    CARD = "card"
    PSC = "psc"
    REGISTER = "register"
    SUPPORT = "support"
    MAILBOX = "mailbox"  # a code or a link came back from the address
    PORTAL = "portal"  # the portal's own records and checks

    @classmethod
    def of(cls, origin: str) -> FactSource:
        """Return the source of an attribute by its origin; what nobody proved is declared."""
        return cls(origin) if origin in {cls.CARD, cls.PSC, cls.REGISTER, cls.SUPPORT} else cls.DECLARED


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a request's page. ``check`` is ``ok``, ``warning`` or ``""``, ``note`` says why."""

    label: str
    value: str
    check: str = ""
    note: str = ""
    source: FactSource = FactSource.NONE


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


@dataclass(frozen=True, slots=True)
class Concerned:
    """Who a request is about: compared with each reviewer, and checked for roles.

    :ivar accounts: subjects of the accounts that an acceptance changes or gives something to.
    :ivar people: what was typed or read about the person, by name: ``last_name``, ``first_name``, ``birthday``
        (``MM-DD``), ``rpps``, ``adeli``, ``email``.
    """

    accounts: tuple[str, ...] = ()
    people: tuple[Mapping[str, str], ...] = ()


class IConflictsOfInterest(Protocol):
    """Compares the person of a request with a reviewer: nobody decides about their own duplicate."""

    def of(
        self, session: Session, reviewer: str, concerned: Concerned, *, request_id: str | None = None
    ) -> Sequence[str]:
        """Return what the two have in common (French nouns: « même nom »), nothing if they are two people.

        :param request_id: compares the browser and the network address that the request came from as well.
        """


#: Who decides where a rule of the portal does, and no person: `decided_by`, and the actor in the trail.
BY_RULE = "portal"


class RequestKind(Protocol):
    """A kind of request, brought by a package or by another plugin with ``config.add_request_kind(kind)``.

    The kind holds what was asked, in tables of its own keyed by the request's id.

    A kind may also have:

    - ``refusal_reasons``: sentences to choose from;
    - ``agreements(registry, session, review) -> int``: how many different reviewers must accept this request before
      ``on_accept`` is called, one by default. A request about an account that holds a role needs two in any case;
    - ``concerned(registry, session, review) -> Concerned``: who the request is about; its author's account by default;
    - ``changes(registry, session, review) -> Sequence[str]``: accounts that it changes beside those; all are locked
      before anything is written;
    - ``on_agree(registry, session, review, by, kept)``, called for each reviewer who accepts, which may raise.
      ``on_accept`` then receives the choices that all of them made;
    - ``accept_label(registry, session, review) -> str``: what the button that accepts says;
    - ``agreement_note(registry, session, review) -> str``: what to know before accepting, above that button;
    - ``proposed_notice``: what the author reads if a reviewer proposes requests of this kind to the team;
    - ``completion_path(review) -> str``: where an author with an account changes what was asked, beside the answer.
    """

    name: str  # "sign_up"
    board: str  # the review board it goes to: "support" or one declared by a plugin ("espace-pro")
    queue: str  # last segment of the queue's address: "inscriptions"
    title: str  # « Inscription au portail »
    queue_title: str  # « Inscriptions »
    permission: str  # what a reviewer must hold

    def sheets(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[FactSheet]:
        """Return what was typed, what was checked, and possible duplicates."""

    def choices(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[Choice]:
        """Return what is decided apart when accepting; mostly none."""

    def on_accept(self, registry: Registry, session: Session, review: ReviewView, kept: frozenset[str]) -> str | None:
        """Carry out an acceptance in the decision's transaction (``kept``: names of ticked choices), mail included.

        Return the French sentence to show the reviewer; ``None`` for the usual one, that the person is told by e-mail.
        """

    def on_refuse(self, registry: Registry, session: Session, review: ReviewView, reason: str) -> str | None:
        """Carry out a refusal in the decision's transaction, mail included. Return a sentence as ``on_accept`` does."""

    def on_more_asked(self, registry: Registry, session: Session, review: ReviewView, question: str) -> None:
        """Tell the author what is missing, with a link to the filled form."""

    def extra_actions(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[tuple[str, str]]:
        """Return (name, label) of further acts on a request of this kind, e.g. resending the token."""

    def on_extra(self, registry: Registry, session: Session, review: ReviewView, action: str) -> str:
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

        A kind that needs several reviewers stays undecided until the last of them accepts; one refusal is enough.

        :raises PortalError: decided by somebody else meanwhile, one's own request, or a missing reason.
        """

    def ask_more(self, session: Session, request_id: str, *, by: str, question: str) -> ReviewView:
        """Ask the author for more; the request comes back to the same reviewer."""

    def answered(self, session: Session, request_id: str, text: str = "") -> ReviewView:
        """The author completed the request: MORE_ASKED becomes OPEN again, same assignee.

        :param text: what the author answers to the reviewer's question.
        :raises PortalError: it does not wait for its author any more, or the text is too long.
        """

    def forget_answers(self, session: Session, request_ids: Sequence[str]) -> None:
        """Erase questions, answers and former values of requests; a kind calls it when it erases what was asked."""

    def withdraw(self, session: Session, request_id: str, *, state: ReviewState) -> bool:
        """End an undecided request as WITHDRAWN or EXPIRED."""

    def comment(self, session: Session, request_id: str, *, by: str, text: str) -> None:
        """Add an internal note."""

    def due_on(self, since: datetime) -> date:
        """Return the working day by which an answer is promised."""
