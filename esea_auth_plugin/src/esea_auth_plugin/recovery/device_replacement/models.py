"""The table of tickets that open the addition of one device, and nothing else."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ...foundation.database import AccountsModel
from ...foundation.single_use import AccountSecret


class EnrolmentTicketRow(AccountSecret, AccountsModel):
    """One ticket, named by a cookie of its own.

    :ivar cause: what it was given for: ``recovery_code``, or ``support`` after two reviewers agreed.
    """

    __tablename__ = "esea_enrolment_ticket"

    cause: Mapped[str] = mapped_column(String(20))
