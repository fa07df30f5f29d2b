"""The table of how many means people have: counted when it changes, so that a page asks one row."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ...database import AccountsModel


class MeansRow(AccountsModel):
    """How many devices a person holds, and until when they don't want to hear of it.

    :ivar held: credentials of all enabled modes that are confirmed; the password and the mailbox are none.
    """

    __tablename__ = "esea_means"

    subject: Mapped[str] = mapped_column(String(36), primary_key=True)
    held: Mapped[int]
    quiet_until: Mapped[datetime | None]
