"""The table of devices that wait for their confirmation by mail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ....foundation.database import AccountsModel, new_id


class PendingDeviceRow(AccountsModel):
    """A device that was added with nothing stronger than a mailed code: it opens nothing while this row stands.

    :ivar digest: hash of the mailed link. :ivar ends_at: from then on the link confirms nothing, and a job removes the
        device; no check waits for the job.
    """

    __tablename__ = "esea_pending_device"
    __table_args__ = (UniqueConstraint("mode", "reference"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(36), index=True)
    mode: Mapped[str] = mapped_column(String(60))
    reference: Mapped[str] = mapped_column(String(255))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
