"""The table of accounts that their owners closed: until when it may be undone, and what is left to go."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ...foundation.database import AccountsModel
from ...foundation.database.erasing import RETENTION


class ClosingRow(AccountsModel):
    """One account that its owner closed.

    :ivar erase_at: when the profile is erased; until then the support may open the account again.
    :ivar erased_at: when it was. What remains under the bare subject then goes at the end of its stated period.
    """

    __tablename__ = "esea_account_closing"
    __table_args__ = ({"info": {RETENTION: "when it was erased, to know when the rest goes: as long as the trail"}},)

    subject: Mapped[str] = mapped_column(String(36), primary_key=True)
    closed_at: Mapped[datetime]
    erase_at: Mapped[datetime] = mapped_column(index=True)
    erased_at: Mapped[datetime | None] = mapped_column(index=True)
