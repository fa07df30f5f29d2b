"""The table of e-mail changes that wait for the code that the new address received."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ...foundation.database import AccountsModel, new_id
from ...foundation.single_use import ShortCode


class EmailChangeRow(ShortCode, AccountsModel):
    """One change that a person asked for; the row goes once it is made.

    :ivar sealed_former: the address until then, sealed; :ivar sealed_new: the one that is to take its place, sealed.
    :ivar code_digest: keyed hash of the code that went to the new one. :ivar tries: answers, right and wrong.
    """

    __tablename__ = "esea_email_change"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(36), index=True)
    sealed_former: Mapped[str] = mapped_column(Text)
    sealed_new: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(index=True)
