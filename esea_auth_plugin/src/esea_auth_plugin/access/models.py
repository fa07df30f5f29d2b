"""The table of roles: one row a role that a person holds in a scope."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..database import AccountsModel, new_id


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
