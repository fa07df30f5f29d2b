"""Somebody as another authority proves them (a card, Pro Santé Connect), and the links to accounts."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from ..pyramid_types import Json, PortalRequest, ViewResult
from .people import Level
from .sessions import SessionView

#: Origins by which an authority itself names the person: only a number of these links an identity silently.
AUTHORITY_ORIGINS = frozenset({"card", "psc", "register"})
#: Origins that prove an attribute. A reviewer may have been deceived: a number that the support marked as proven counts
#: here (nobody else may claim it), but is no authority's word.
PROVEN_ORIGINS = AUTHORITY_ORIGINS | {"support"}


@dataclass(frozen=True, slots=True)
class ExternalIdentity:
    """Somebody as another authority names them.

    :ivar issuer: the authority; with ``subject`` it names one person, for good.
    :ivar attributes: identity attributes that it proves, by name, coded ones as ``OID|code``.
    :ivar kind: short name of the kind (``card``, ``psc``). :ivar origin: what these attributes are marked with.
    :ivar label: French, for the page of devices. :ivar evidence: small facts to keep (serial, card number, end).
    :ivar also_known_as: other names of the same person by this authority (name of practice): last name, given name.
    """

    issuer: str
    subject: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""
    origin: str = ""
    label: str = ""
    evidence: Mapping[str, str] = field(default_factory=dict)
    also_known_as: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class ExternalLink:
    """An external identity linked to an account. :ivar account: the account's public subject."""

    id: str
    account: str
    issuer: str
    subject: str
    kind: str
    label: str
    evidence: Mapping[str, str]
    linked_at: datetime
    last_used_at: datetime | None = None
    last_address: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """An account that has an attribute of some value. :ivar origin: who said so."""

    account: str
    origin: str

    @property
    def proven(self) -> bool:
        """Tell whether it was proven, not merely declared."""
        return self.origin in PROVEN_ORIGINS

    @property
    def by_authority(self) -> bool:
        """Tell whether an authority itself proved it."""
        return self.origin in AUTHORITY_ORIGINS


class LinkVerdict(enum.StrEnum):
    """Whether an external identity may be linked to an account."""

    ALREADY = "already"  # it is this account's
    ELSEWHERE = "elsewhere"  # another account has it
    AT_ONCE = "at_once"  # an authority proved the same number before, and the names are the same
    REVIEW = "review"  # nothing that an authority proved says that it is the same person: a reviewer must check
    REFUSED = "refused"  # another number, or another name


class LinkBasis(enum.StrEnum):
    """What a new link rests on. It decides what becomes of what the account had before (see :class:`IFirstLinks`)."""

    NUMBER = "number"  # the identity was proven, the account only named by its number: a sign-in
    RENUMBERED = "renumbered"  # the issuer names somebody whom it named before by another identifier
    BOTH_PROVEN = "both_proven"  # somebody signed in to the account showed the identity
    REVIEW = "review"  # a reviewer accepted it
    SIGN_UP = "sign_up"  # the account was made from it
    MERGE = "merge"  # it came with another account of the same person


class IExternalIdentities(Protocol):
    """Links of external identities; one (issuer, subject) belongs to one account at most.

    Links are made by :class:`ILinking` alone, which compares the names and tells the person.
    """

    def find(self, session: Session, issuer: str, subject: str) -> ExternalLink | None:
        """Return the link of an external identity."""

    def of_account(self, session: Session, account: str, *, kind: str | None = None) -> Sequence[ExternalLink]:
        """Return the account's links, oldest first."""

    def noted(self, session: Session, link_id: str, *, evidence: Mapping[str, str], address: str = "") -> None:
        """Remember a use; other evidence than before (a renewed card) is noted in the trail."""

    def unlink(self, session: Session, account: str, link_id: str, *, reason: str, by: str | None = None) -> bool:
        """End a link; ``False`` if it is not the account's."""

    def holders(self, session: Session, attribute: str, value: str) -> Sequence[Holder]:
        """Return the accounts, closed ones left out, that have this RPPS or ADELI number."""


class ILinking(Protocol):
    """The one service that links external identities to accounts: decides whether it may, and does what follows."""

    def judge(self, session: Session, account: str, identity: ExternalIdentity) -> LinkVerdict:
        """Return the verdict; writes nothing."""

    def carry_out(
        self,
        session: Session,
        account: str,
        identity: ExternalIdentity,
        *,
        mode: str,
        claimed: bool = False,
        session_id: str = "",
    ) -> LinkVerdict:
        """Link at once, open a request of the support, or refuse, each with its row in the trail.

        :param mode: the auth mode by which the identity was shown. :param claimed: the person was asked whether the
            account that declares its number is theirs, and said so. :param session_id: the session that shows it.
        """

    def link_at_sign_in(
        self,
        session: Session,
        account: str,
        identity: ExternalIdentity,
        *,
        mode: str,
        attempt: str,
        renumbered: bool = False,
    ) -> ExternalLink | None:
        """Link an identity whose person is signing in, if that may be done silently; ``None`` if it may not.

        :param attempt: id of the sign-in. :param renumbered: the issuer says that it named the account's person before
            by another identifier; their names must still be the same.
        :raises PortalError: code ``identity.linked_elsewhere``, another account has it.
        """

    def link(
        self,
        session: Session,
        account: str,
        identity: ExternalIdentity,
        *,
        mode: str,
        basis: LinkBasis,
        by: str | None = None,
        session_id: str = "",
        attempt: str = "",
    ) -> ExternalLink:
        """Link it on a basis that the caller has checked, keep what it proves, and tell the person.

        :raises PortalError: code ``identity.linked_elsewhere``, another account has it.
        """


class IFirstLinks(Protocol):
    """The page that asks, after the first identity is linked to an account, which of its former authenticators stay.

    An account may have been prepared by somebody else for its true owner to find (pre-hijacking).
    """

    def page_for(
        self,
        session: Session,
        subject: str,
        view: SessionView | None,
        back: str = "",
        *,
        known_browser: bool | None = None,
    ) -> str | None:
        """Return the address of the page if this session's person has to answer it, ``None`` otherwise.

        :param back: where to go after the answer.
        :param known_browser: at a sign-in, whether its browser had opened the account before; the first one counts.
        """

    def unconfirmed(self, session: Session, subject: str) -> bool:
        """Tell whether what the account had, its mailbox too, waits for the person's answer, and is suspended."""

    def suspend(self, session: Session, subject: str) -> None:
        """Suspend again what waits for the answer, if it is accepted by now; nothing if nothing waits."""


@dataclass(frozen=True, slots=True)
class PendingIdentity:
    """An external identity that this browser has just shown and that no account is linked to yet.

    :ivar claimed: see :meth:`ILinking.carry_out`.
    """

    identity: ExternalIdentity
    mode: str
    service: str = ""
    return_path: str = ""
    claimed: bool = False


class IPendingIdentities(Protocol):
    """Identities shown a moment ago, sealed, named by a cookie of the browser that showed them, taken once."""

    def keep(self, request: PortalRequest, session: Session, pending: PendingIdentity) -> None:
        """Keep one for a quarter of an hour; a former one of this browser is gone."""

    def current(self, request: PortalRequest, session: Session) -> PendingIdentity | None:
        """Return what this browser has shown; writes nothing."""

    def take(self, request: PortalRequest, session: Session) -> PendingIdentity | None:
        """Return it and end it, once."""


class IEnrolments(Protocol):
    """Credentials that people are adding to their own account, on « Mes dispositifs »."""

    def take_callback(
        self, request: PortalRequest, mode: str, action: str, values: Mapping[str, str]
    ) -> ViewResult | None:
        """Take what another site sends the browser back with; a response, or ``None`` if nothing was asked there."""


@dataclass(frozen=True, slots=True)
class KeyVerified:
    """A passkey signed for us. :ivar subject: its owner. :ivar reference: as the devices list it.

    :ivar synchronised: its maker may copy it between devices; otherwise it never leaves its own.
    """

    subject: str
    reference: str
    label: str
    synchronised: bool = False


class IPasskeys(Protocol):
    """Passkeys for the pages of other packages: a signature, or a new key, bound to a browser and to a purpose.

    Each offer holds ``options`` (for the browser's own interface) and ``challenge`` (sealed: what binds the answer);
    the page's form sends back ``credential`` and ``challenge``.
    """

    def request_options(self, session: Session, *, browser: str, subject: str | None, purpose: str) -> Json:
        """Return what asks for a signature by a key of the person, by any key for ``None``. Writes nothing.

        :param browser: ``request.browser_digest``. :param purpose: what is signed, in words of the calling package.
        """

    def verify(
        self,
        session: Session,
        *,
        values: Mapping[str, str],
        browser: str,
        subject: str | None,
        purpose: str,
        at: datetime,
    ) -> KeyVerified | None:
        """Consume the challenge and judge the signature; ``None`` for whatever is wrong with it."""

    def registration_options(
        self, session: Session, *, subject: str, name: str, display_name: str, browser: str, purpose: str
    ) -> Json:
        """Return what makes a new key for the person; writes the person's handle once."""

    def register(
        self,
        session: Session,
        *,
        values: Mapping[str, str],
        subject: str,
        browser: str,
        purpose: str,
        at: datetime,
        label: str,
    ) -> KeyVerified | None:
        """Consume the challenge, judge the new key and store it; ``None`` for whatever is wrong with it."""

    def held_by(self, session: Session, subject: str) -> bool:
        """Tell whether the person has a passkey."""


class IMaximumLevel(Protocol):
    """The highest level that somebody can prove with what they own."""

    def of(self, session: Session, subject: str) -> Level:
        """Return it; one query a mode that is enabled."""


class IEnrolmentTickets(Protocol):
    """Who lost their device adds another one with a ticket: no session, one addition, half an hour."""

    def issue(self, request: PortalRequest, session: Session, account: str, *, cause: str) -> str:
        """Give this browser a ticket, end every other one of the person; return the address where it serves.

        :param cause: what stood for the lost device, for the trail: ``recovery_code``, ``support``.
        """


class IPendingDevices(Protocol):
    """Devices that were added with nothing stronger than a mailed code, and wait for a confirmation by mail."""

    def of(self, session: Session, account: str) -> Mapping[str, frozenset[str]]:
        """Return the references of those that wait, by mode; they prove nothing and count for no level."""


class ISecondFactors(Protocol):
    """How many devices people hold: two are encouraged, and a portal can demand them."""

    def recount(self, session: Session, account: str) -> None:
        """Count again what the account notes of it: a device came, was confirmed or went."""
