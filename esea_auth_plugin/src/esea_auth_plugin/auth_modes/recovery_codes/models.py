"""Tables of recovery codes: one sheet a person, ten codes a sheet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ...foundation.database import AccountsModel, new_id


class RecoverySheetRow(AccountsModel):
    """A person's sheet; a new one takes the place of the old, whose codes die with it.

    :ivar salt: of its codes' hashes, 128 bits in hex. :ivar memory_kib: with ``passes`` and ``lanes`` the cost they
        were made at: raised later, the old sheet must still be found.
    """

    __tablename__ = "esea_recovery_sheet"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(36), unique=True)
    salt: Mapped[str] = mapped_column(String(32))
    memory_kib: Mapped[int]
    passes: Mapped[int]
    lanes: Mapped[int]
    made_at: Mapped[datetime]


class RecoveryCodeRow(AccountsModel):
    """One code, by its hash. :ivar used_at: when it was used up."""

    __tablename__ = "esea_recovery_code"
    __table_args__ = (UniqueConstraint("sheet_id", "digest"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    sheet_id: Mapped[str] = mapped_column(ForeignKey("esea_recovery_sheet.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]
