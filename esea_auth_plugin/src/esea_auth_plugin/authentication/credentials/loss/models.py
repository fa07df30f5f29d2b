"""The table of devices reported lost, and when each is removed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ....foundation.database import AccountsModel, new_id


class LostDeviceRow(AccountsModel):
    """One device that its person reported lost; it is suspended meanwhile.

    :ivar removal_at: when the job removes it, ``None`` when nobody planned that, or it was stopped.
    :ivar weak: what was proven is less than the account's changes ask for.
    """

    __tablename__ = "esea_lost_device"
    __table_args__ = (UniqueConstraint("subject", "mode", "reference"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(36))
    mode: Mapped[str] = mapped_column(String(60))
    reference: Mapped[str] = mapped_column(String(255))
    reported_at: Mapped[datetime]
    removal_at: Mapped[datetime | None] = mapped_column(index=True)
    weak: Mapped[bool] = mapped_column(default=False)
