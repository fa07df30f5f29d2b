"""Who somebody is, what they proved, and what they may do."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


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
    RECOVERY = "recovery"  # stands for a lost device, only to add another one: it opens nothing else


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing a person proved during a sign-in.

    :ivar mode: the auth mode that proved it.
    :ivar factors: what it shows (see :class:`Factor`).
    :ivar means: RFC 8176 ``amr`` values.
    :ivar at: the moment of the proof.
    :ivar phishing_resistant: bound to our origin by the protocol itself.
    :ivar authenticator: reference of the device or credential used, if any, as :class:`Credential` lists it: what is
        revoked or blocked by that name opens nothing any more.
    :ivar behind: the mode's own name of another site's session behind this proof, for the sign-out.
    :ivar latest_end: a session that rests on this proof may not live past it (PSC: 4 h after ``auth_time``).
    """

    mode: str
    factors: frozenset[Factor]
    means: tuple[str, ...]
    at: datetime
    phishing_resistant: bool = False
    authenticator: str | None = None
    latest_end: datetime | None = None
    behind: str | None = None


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A role somebody holds now. ``scope`` is ``*``, ``service:SLUG`` or ``finess:NUMBER``."""

    name: str
    scope: str = "*"
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """The person behind a request, detached from the database.

    :ivar subject: stable public UUID string; the only name by which other packages store a person.
    :ivar suspended_roles: roles that were given to the person and that a recovery of the account has suspended.
    :ivar level: computed now, from the session's proofs.
    :ivar owned: the highest level that the person could prove when they last signed in, or a device came or went: only
        ever used to ask for more. :ivar devices_held: how many devices they had then.
    :ivar email_doubted: the address is not believed any more, see :class:`~esea_auth_plugin.interfaces.IMailboxes`.
    :ivar email_doubt_reason: why not, see :class:`~esea_auth_plugin.events.MailboxUnverified`.
    :ivar lacks_second_factor: the portal demands a second device, and the person does not have it.
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
    suspended_roles: tuple[RoleHeld, ...] = ()
    services: frozenset[str] = frozenset()
    level: Level = Level.NONE
    owned: Level = Level.NONE
    devices_held: int = 0
    lacks_second_factor: bool = False
    email_doubted: bool = False
    email_doubt_reason: str = ""
    proofs: tuple[Proof, ...] = ()
    session_id: str = ""

    def has_role(self, name: str, scope: str = "*") -> bool:
        """Tell whether the person holds ``name`` everywhere or for this very scope."""
        return any(role.name == name and role.scope in {"*", scope} for role in self.roles)


class Refusal(enum.StrEnum):
    """Why a permission is denied; the access package turns it into the page that helps."""

    SIGN_IN = "sign_in"  # nobody is signed in
    STEP_UP = "step_up"  # the level is too low for the place
    SECOND_FACTOR_MISSING = "more_means"  # the portal demands a second device
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


class IPermissionEvaluator(Protocol):
    """Decides a named permission for an identity; a third party's security policy may call it."""

    def judge(self, identity: Identity | None, permission: str) -> Refusal | None:
        """Return why it is denied, or ``None`` when allowed. An unknown permission is FORBIDDEN."""

    def evaluate_rule(self, identity: Identity | None, rule: Rule) -> Refusal | None:
        """Judge a rule known only at run time, e.g. the opening of the service that the address names."""
