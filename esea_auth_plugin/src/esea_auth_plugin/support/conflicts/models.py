"""Where undecided requests came from, and the network addresses that people have signed in from lately."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ...foundation.database import AccountsModel, new_id


class RequestOriginRow(AccountsModel):
    """Where a request came from; the row goes with the decision.

    :ivar known_to: subjects of the people who had signed in with this browser.
    :ivar address: keyed hash of the network address, ``""`` for one that many people share.
    """

    __tablename__ = "esea_request_origin"

    request_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    known_to: Mapped[list[str]] = mapped_column(JSON)
    address: Mapped[str] = mapped_column(String(64), default="")


class RecentAddressRow(AccountsModel):
    """A network address that a person has signed in from; ``address`` is a keyed hash."""

    __tablename__ = "esea_recent_address"
    __table_args__ = (UniqueConstraint("subject", "address"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(36))
    address: Mapped[str] = mapped_column(String(64), index=True)
    seen_at: Mapped[datetime] = mapped_column(index=True)
