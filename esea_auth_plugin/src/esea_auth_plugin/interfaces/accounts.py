"""Accounts, invitations, roles and passwords."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from ..errors import PortalError
from ..pyramid_types import Json
from .people import Level, Proof, RoleHeld
from .reviews import Fact

#: Reason of a mailbox that its account's owner removed when their first external identity was linked.
DOUBTED_AT_FIRST_LINK = "first_link"


class AccountState(enum.StrEnum):
    """Life of an account. Only an active one signs in."""

    PENDING = "pending"  # approved or invited, e-mail not confirmed yet
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class AccountView:
    """What other packages may know of an account."""

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
    devices_held: int = 0  # confirmed devices, counted when it changes
    level_owned: Level = Level.NONE  # the highest level that they and the rest reach, counted likewise
    mail_code_barred_until: datetime | None = None  # after a password reset by mail alone
    email_confirmed_at: datetime | None = None  # when its reader last proved the address
    email_doubted_at: datetime | None = None  # the address proves nothing since
    email_doubt_reason: str = ""  # why not, as in MailboxUnverified; "" while it is believed

    @property
    def display_name(self) -> str:
        """Name as shown on pages: « Anne Pierre »."""
        return f"{self.first_name} {self.last_name}".strip()


class IAccounts(Protocol):
    """Accounts, found by subject or by what a person types."""

    def lock(self, session: Session, *subjects: str) -> None:
        """Lock the rows of these accounts until the transaction ends, in the order of their subjects.

        Call it before the first write of the transaction (see ``database.locking``), and read afterwards: what was
        read before may have changed. Unknown subjects are passed over.
        """

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
        attributes: Json,
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

    def note_devices(self, session: Session, subject: str, *, held: int, owned: Level) -> None:
        """Keep how many devices the person holds, and the highest level that they own."""

    def attributes(self, session: Session, subject: str) -> Json:
        """Return the identity attributes by name; coded ones as ``OID|code``."""

    def facts(self, session: Session, subject: str, names: Sequence[str]) -> Sequence[Fact]:
        """Return some attributes as a reviewer reads them: label, value in words, who says it. One query."""

    def change_attributes(
        self,
        session: Session,
        subject: str,
        attributes: Json,
        *,
        origin: str,
        by: str | None = None,
        own: Collection[str] = (),
    ) -> None:
        """Replace some identity attributes (an empty value removes one), with one audit row.

        :param own: names whose proven value the person replaced: no later proof takes its place.
        """

    def erase(self, session: Session, subject: str) -> bool:
        """Remove a closed account that was never confirmed, and free its identifier; ``False`` for any other."""

    def reopen(self, session: Session, subject: str, *, by: str) -> bool:
        """Open an account again that its owner closed; its grants stay ended. ``False`` if it is not closed."""

    def erase_closed(self, session: Session, subject: str) -> bool:
        """Remove a closed account for good, and free its identifier; ``False`` if it is not closed."""

    def change_email(
        self, session: Session, subject: str, email: str, *, by: str | None = None, former: str | None = None
    ) -> bool:
        """Make ``email``, already confirmed by its owner, the account's; ``False`` if another account has it.

        Every change is recorded, told to both addresses by mail, and may be objected to from the former one for 72
        hours (:class:`IFormerAddresses`). Only an active account's address changes.

        :param former: change it only if this is the account's address still; ``False`` if not.
        :raises PortalError: an earlier change may still be objected to.
        """


@dataclass(frozen=True, slots=True)
class DomainHeld:
    """A mail domain of accounts. ``confirmed_at``: when the first address of it was proven, of those still believed."""

    domain: str
    accounts: int
    doubted: int
    confirmed_at: datetime | None


class IMailboxes(Protocol):
    """Which mailboxes are believed: an address that its reader confirmed, until its domain is somebody else's."""

    def domains(self, session: Session) -> Sequence[DomainHeld]:
        """Return the domains of accounts that sign in or may again, in alphabetical order; one query."""

    def subjects(self, session: Session, domain: str) -> Sequence[str]:
        """Return the accounts, active or suspended, whose address is of this domain."""

    def unverify(
        self,
        session: Session,
        domain: str,
        *,
        reason: str,
        confirmed_before: datetime | None = None,
        most: int | None = None,
    ) -> Sequence[str]:
        """Believe the confirmed mailboxes of a domain no more, each with its audit row and its event.

        :param confirmed_before: only those that were confirmed before this moment.
        :param most: no more than so many at once: a hospital has thousands, and a transaction holds others up.
        :returns: the subjects concerned.
        """

    def unverify_account(self, session: Session, subject: str, *, reason: str) -> bool:
        """Believe the mailbox of one account no more, since its person rejected it; ``False`` if it was not believed.

        An earlier change of the address ends with it: its former address takes nothing back.
        """

    def believe(self, session: Session, domain: str, *, by: str) -> Sequence[str]:
        """Believe them again, since somebody who may decide it says that nothing was wrong; return the subjects.

        An address that its account's owner removed after a first link stays removed.
        """

    def confirmed(self, session: Session, subject: str, email: str) -> bool:
        """Note that the account's own address has just been proven anew; ``False`` if it is another one by now."""

    def believed(self, session: Session, address: str) -> bool:
        """Tell whether emails may go there: ``False`` only for the doubted address of an account."""


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
        """Return the roles that the person may use now: none while they are suspended (:class:`IRoleSuspensions`)."""

    def usable_and_suspended(self, session: Session, subject: str) -> tuple[tuple[RoleHeld, ...], tuple[RoleHeld, ...]]:
        """Return the roles that the person may use now, and those that are suspended; one of them is empty."""

    def granted(self, session: Session, subject: str) -> tuple[RoleHeld, ...]:
        """Return the roles that were given to the person and have not ended, suspended or not."""

    def holders(self, session: Session, subjects: Collection[str]) -> frozenset[str]:
        """Return those of ``subjects`` to whom a role was given that has not ended, suspended or not."""

    def people(self, session: Session, roles: Collection[str]) -> Sequence[str]:
        """Return the subjects to whom one of these roles was given that has not ended, suspended or not."""

    def holding(self, session: Session, role: str, scopes: Collection[str] = ()) -> Sequence[str]:
        """Return the subjects who may use a role now, everywhere or for one of ``scopes``; no suspended ones."""

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


@dataclass(frozen=True, slots=True)
class RoleSuspension:
    """Why an account's roles are suspended.

    :ivar since: the first recovery that nobody has confirmed yet. :ivar request_ids: requests that led to recoveries.
    """

    subject: str
    since: datetime
    request_ids: tuple[str, ...] = ()


class IRoleSuspensions(Protocol):
    """Suspension of an account's roles after a recovery, until its owner or another reviewer confirms them.

    It is looked up at each check: a role given meanwhile, by whatever way, is suspended as well.
    """

    def of(self, session: Session, subject: str) -> RoleSuspension | None:
        """Return the suspension in force, ``None`` if there is none."""

    def suspend(self, session: Session, subject: str, *, cause: str, request_id: str | None) -> None:
        """Suspend the roles and tell the person. ``request_id``: the request whose reviewers agreed to the recovery."""

    def prove(self, session: Session, subject: str, proofs: Sequence[Proof]) -> bool:
        """End the suspension if a strong authenticator from before the recovery is among the proofs."""

    def owned_before(self, session: Session, subject: str) -> Sequence[str]:
        """Return the labels of the strong authenticators that would end the suspension; none without a suspension."""

    def why_not(self, session: Session, subject: str, *, by: str) -> PortalError | None:
        """Return why this reviewer can't end the suspension, ``None`` if they can. It writes nothing."""

    def restore(self, session: Session, subject: str, *, by: str) -> None:
        """End the suspension, as a reviewer who checked the person's identity.

        :raises PortalError: no suspension is in force, it is the reviewer's own, or they agreed to the recovery.
        """


class IPasswords(Protocol):
    """The password of an account. Hashing happens outside any transaction."""

    def hash(self, password: str) -> str:
        """Return the argon2id hash; never call it with a transaction open."""

    def set_hash(self, session: Session, subject: str, password_hash: str) -> None:
        """Store the hash as the account's only password."""

    def set_at(self, session: Session, subject: str) -> datetime | None:
        """Return when the account's password was set, ``None`` if it has none."""

    def forget(self, session: Session, subject: str) -> bool:
        """Remove the account's password; ``False`` if it has none."""

    def held_by(self, session: Session, subject: str) -> bool:
        """Tell whether the account has a password."""

    def check(self, subject: str | None, password: str) -> bool:
        """Verify against the stored hash, doing the same work for ``None`` or an account without password."""


class INotifications(Protocol):
    """What people wish to be told by mail, by topic (``config.add_notification_topic``)."""

    def wants(self, session: Session, subject: str, topic: str) -> bool:
        """Tell whether to post an optional email; ``True`` for a topic that can't be switched off."""

    def choices(self, session: Session, subject: str) -> Mapping[str, bool]:
        """Return what the person said, by topic; what was never said is left out."""

    def choose(self, session: Session, subject: str, choices: Mapping[str, bool]) -> None:
        """Keep what the person said; topics that can't be switched off are left out."""

    def forget(self, session: Session, subject: str) -> None:
        """Remove what the person said."""


class IFormerAddresses(Protocol):
    """Addresses that an account had until lately, and that may still object."""

    def of(self, session: Session, subject: str) -> Sequence[str]:
        """Return them; notices go there too, or a thief would be the only one to read what follows his change."""


@dataclass(frozen=True, slots=True)
class Closing:
    """An account that its owner closed and that may still be opened again, until ``erase_at``."""

    subject: str
    closed_at: datetime
    erase_at: datetime


class IClosings(Protocol):
    """Accounts that their owners closed."""

    def close(self, session: Session, account: AccountView, *, address: str) -> Closing | None:
        """Close the account now: sessions, rights and requests end in this transaction. ``None``: it was not active."""

    def live(self, session: Session, subject: str) -> Closing | None:
        """Return the closing that may still be undone."""

    def reopen(self, session: Session, account: AccountView, *, by: str) -> bool:
        """Open the account again; its rights have to be asked for anew. ``False``: too late, or not closed so."""


class IPasswordResets(Protocol):
    """Links that set a new password, as a sign-in sees them."""

    def factor_proven(self, session: Session, reset_id: str, subject: str, proofs: Sequence[Proof]) -> None:
        """Note that the person of this link proved another factor in a sign-in that was begun for it."""
