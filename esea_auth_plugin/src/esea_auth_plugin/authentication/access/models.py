"""Tables of roles: one row a role that a person holds in a scope, and the suspensions of people's roles."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ...foundation.database import AccountsModel, new_id


class RoleRow(AccountsModel):
    """Person, role, scope (``*``, ``service:SLUG``, ``finess:NUMBER``), until when, given by whom.

    :ivar given_by: subject of who gave it, or ``cli`` for the command line.
    """

    __tablename__ = "esea_role"
    __table_args__ = (UniqueConstraint("subject", "role", "scope"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(36))
    role: Mapped[str] = mapped_column(String(60), index=True)
    scope: Mapped[str] = mapped_column(String(80), default="*")
    until: Mapped[datetime | None]
    given_by: Mapped[str] = mapped_column(String(60))
    given_at: Mapped[datetime]


class RoleSuspensionRow(AccountsModel):
    """Suspension of every role of an account, from a recovery until it is confirmed.

    :ivar cause: how the account was recovered, e.g. ``lost_mailbox``. :ivar request_id: the request that reviewers
        agreed to. :ivar restored_by: subject of the reviewer, or of the account's owner who proved an authenticator.
    """

    __tablename__ = "esea_role_suspension"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(36), index=True)
    cause: Mapped[str] = mapped_column(String(40))
    request_id: Mapped[str | None] = mapped_column(String(36))
    since: Mapped[datetime]
    restored_at: Mapped[datetime | None]
    restored_by: Mapped[str | None] = mapped_column(String(36))
