"""Tables of Pro Santé Connect: ways under way, identifiers, sessions to end, e-CPS requests, cases of the support."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ...foundation.database import AccountsModel, new_id
from ...foundation.database.locking import UNLOCKED
from ...foundation.single_use import SingleUseSecret
from ...pyramid_types import JsonObject


class PscWay(SingleUseSecret, AccountsModel):
    """One way to PSC and back; its ``state`` is good once, for the sign-in (or enrolment) that set out.

    :ivar attempt: what it was begun for. :ivar digest: hash of the ``state`` parameter.
    """

    __tablename__ = "esea_psc_way"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    attempt: Mapped[str] = mapped_column(String(36))
    set_out_at: Mapped[datetime]


class PscIdentifier(AccountsModel):
    """An identifier under which PSC knows an account's person, with its origin and dates; one account has it."""

    __tablename__ = "esea_psc_identifier"
    __table_args__ = (UniqueConstraint("issuer", "origin", "value"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(36), index=True)
    issuer: Mapped[str] = mapped_column(String(255))
    origin: Mapped[str] = mapped_column(String(40))
    value: Mapped[str] = mapped_column(String(255))
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class PscSession(AccountsModel):
    """PSC's session behind one of ours: what a sign-out needs, and nothing else of PSC's tokens.

    :ivar id: what our proof names as ``behind``. :ivar sealed: the id_token, erased once it has served.
    :ivar ticket_digest: hash of the ticket by which the page of the sign-out, which has no session any more, finds it.
    """

    __tablename__ = "esea_psc_session"
    __table_args__ = (
        Index("ix_esea_psc_session_sid", "issuer", "sid"),
        Index("ix_esea_psc_session_sub", "issuer", "sub"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    subject: Mapped[str | None] = mapped_column(String(36), index=True)
    issuer: Mapped[str] = mapped_column(String(255))
    sub: Mapped[str] = mapped_column(String(255))
    sid: Mapped[str] = mapped_column(String(255), default="")
    sealed: Mapped[str] = mapped_column(Text, default="")
    ends_at: Mapped[datetime] = mapped_column(index=True)
    ticket_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    ticket_ends_at: Mapped[datetime | None]


class PscLogout(AccountsModel):
    """A logout_token that was taken, whose ``jti`` is good once, or a session that one ended (see ``ended``)."""

    __tablename__ = "esea_psc_logout"

    jti_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(index=True)


class EcpsRequest(AccountsModel):
    """One request to somebody's e-CPS. The worker asks PSC; the waiting page asks this row.

    :ivar attempt: the sign-in that waits. :ivar state: ``asked``, ``ringing``, ``decoy``, ``done``, ``refused``,
        ``expired``, ``down`` or ``used``.
    :ivar sealed: the national identifier, then PSC's request id, then who answered; bound to this row.
    :ivar number: the two digits of the page. :ivar failures: questions in a row that PSC didn't answer.
    :ivar lease_until: a worker is asking PSC until then.
    """

    __tablename__ = "esea_ecps_request"
    __table_args__ = (
        Index("ix_esea_ecps_request_due", "state", "next_at"),
        {"info": {UNLOCKED: "one attempt's own; used before anybody knows whose account it is"}},
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    attempt: Mapped[str] = mapped_column(String(36), unique=True)
    state: Mapped[str] = mapped_column(String(10))
    code: Mapped[str] = mapped_column(String(60), default="")
    number: Mapped[str] = mapped_column(String(2))
    sealed: Mapped[str] = mapped_column(Text, default="")
    interval: Mapped[int] = mapped_column(default=5)
    failures: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    next_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    ends_at: Mapped[datetime] = mapped_column(index=True)


class PscCase(AccountsModel):
    """What a request of the support is about: two accounts of one person, or a contested number.

    :ivar accounts: subjects concerned; for a contest, the one account that declares the number.
    :ivar numbers: (attribute, value) pairs. :ivar sealed: who stood there with PSC, as JSON.
    """

    __tablename__ = "esea_psc_case"

    request_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(64), index=True)
    accounts: Mapped[list[str]] = mapped_column(JSON)
    numbers: Mapped[list[list[str]]] = mapped_column(JSON)
    details: Mapped[JsonObject] = mapped_column(JSON, default=dict)
    sealed: Mapped[str] = mapped_column(Text, default="")
