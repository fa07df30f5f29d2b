"""The table of periodic jobs: one row a job, with its lease and what became of its last runs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ..database import FoundationModel


class JobRow(FoundationModel):
    """What the workers agree on about one job.

    :ivar runs: counts the times it was taken; who took it with this number still holds it (fencing).
    :ivar next_at: moment from which a worker may take it. Taking it moves this on by the length of a lease.
    :ivar last_error: class of the last failure, ``""`` after a success.
    """

    __tablename__ = "esea_job"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    runs: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    last_success_at: Mapped[datetime | None]
    last_failure_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(String(80), default="")
