"""Events of the plugin, notified synchronously inside the act's transaction, before it commits.

A subscriber that raises undoes the act. What must leave the process goes through the outbox.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from .interfaces import LinkBasis, Proof


@dataclass(frozen=True, slots=True)
class AccountActivated:
    """An account became usable: its e-mail is confirmed and the support agreed, or a suspension was lifted.

    :ivar by: subject of who lifted it, ``None`` for the person's own confirmation.
    """

    session: Session
    subject: str
    by: str | None = None


@dataclass(frozen=True, slots=True)
class AccountClosed:
    """An account was suspended or closed: every session and pending request of it must end, no right may open anything.

    :ivar suspended: it may be activated again: rights are kept until then.
    """

    session: Session
    subject: str
    reason: str
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class AccountErased:
    """The profile of a closed account is being erased: whatever a package keeps of the person goes now.

    What has a stated period (decisions, traces) stays under the subject alone, which names nobody any more.
    """

    session: Session
    subject: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person finished every stage of a sign-in. ``proofs`` are those of this one; ``new``: see below."""

    session: Session
    subject: str
    service: str
    user_agent: str = ""
    address: str = ""
    proofs: tuple[Proof, ...] = ()
    new: bool = False


@dataclass(frozen=True, slots=True)
class RequestOpened:
    """Somebody asked for something that a reviewer decides."""

    session: Session
    request_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class RequestDecided:
    """A reviewer decided a request (:class:`~esea_auth_plugin.interfaces.ReviewState`)."""

    session: Session
    request_id: str
    kind: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class GrantChanged:
    """A person's right to open a service was given or withdrawn."""

    session: Session
    subject: str
    service: str
    given: bool


@dataclass(frozen=True, slots=True)
class RequestEnded:
    """A request ended without a decision: withdrawn by its author, or expired. Its kind lets go of what it held."""

    session: Session
    request_id: str
    kind: str
    state: str


@dataclass(frozen=True, slots=True)
class DeviceAdded:
    """A credential was added to an account. ``mode`` and ``reference`` name it, ``kind`` and ``label`` are French.

    ``first_link``: it is the account's first external identity, see :class:`FirstLinked`. ``confirm_path``: it opens
    nothing before this mailed link, usable until ``confirm_until``, confirms it; ``""``: it serves at once.
    """

    session: Session
    subject: str
    mode: str
    reference: str
    kind: str
    label: str
    first_link: bool = False
    confirm_path: str = ""
    confirm_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class FirstLinked:
    """An external identity was linked to an account that had none.

    Somebody else may have prepared the account for its true owner to find: sessions other than the one that linked it
    end, and the person is asked which of the account's former authenticators they keep.
    ``basis``: what the link rests on. ``session_id``: the session that linked it; ``attempt``: the sign-in that did.
    """

    session: Session
    subject: str
    mode: str
    reference: str
    basis: LinkBasis
    session_id: str = ""
    attempt: str = ""


@dataclass(frozen=True, slots=True)
class FirstLinkAnswered:
    """The person said what they keep of what their account had. Both are lists of French names.

    ``mailbox_removed``: the address is not theirs; what was mailed there may stop nothing any more.
    """

    session: Session
    subject: str
    kept: tuple[str, ...]
    removed: tuple[str, ...]
    mailbox_removed: bool = False


@dataclass(frozen=True, slots=True)
class DeviceRevoked:
    """A credential of an account was ended, by its person or by somebody else.

    ``told``: a notice about several things at once tells of it.
    """

    session: Session
    subject: str
    mode: str
    reference: str
    kind: str
    label: str
    told: bool = False


@dataclass(frozen=True, slots=True)
class DeviceReportedLost:
    """Its person reported a credential lost: it is suspended, and what it opened ends.

    ``removal_at``: when it is removed, ``None`` if that is not planned. ``proofs``: what the person had just proven.
    """

    session: Session
    subject: str
    mode: str
    reference: str
    kind: str
    label: str
    removal_at: datetime | None
    proofs: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """The password of an account was set anew. What the account has open ends.

    ``session_id``: the session in which its person set it, which stays; ``""`` for none.
    """

    session: Session
    subject: str
    session_id: str = ""


@dataclass(frozen=True, slots=True)
class EmailChanged:
    """Emails to an account go to another address from now on.

    ``undo_path`` is where the former address may take it back, until ``undo_until``; ``""`` when it may not.
    ``former_believed``: the former address was the person's until now; one that is in other hands is told nothing.
    """

    session: Session
    subject: str
    former: str
    new: str
    undo_path: str = ""
    undo_until: datetime | None = None
    former_believed: bool = True


@dataclass(frozen=True, slots=True)
class MailboxUnverified:
    """The mailbox of an account is not believed any more.

    ``reason``: ``lapsed``, ``registered_anew``, ``support`` or ``first_link`` (its owner removed it).
    """

    session: Session
    subject: str
    reason: str


@dataclass(frozen=True, slots=True)
class PhoneChanged:
    """The support calls somebody back at another number from now on: by attribute, ``""`` for one that is gone."""

    session: Session
    subject: str
    numbers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SignedInFromNewNetwork:
    """A person signed in from a browser, or a place, that their account did not know, by these proofs."""

    session: Session
    subject: str
    user_agent: str
    address: str
    proofs: tuple[Proof, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeRefusedOften:
    """Codes or passwords of an account were refused many times in a row."""

    session: Session
    subject: str
    mode: str
