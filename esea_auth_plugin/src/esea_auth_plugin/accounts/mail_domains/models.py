"""The table of mail domains: what the last looks found."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ...foundation.database import AccountsModel


class MailDomainRow(AccountsModel):
    """One domain of addresses.

    :ivar state: see :class:`~.judging.State`; :ivar since: when it came to be so.
    :ivar silent_since: since when it takes no mail, :ivar silent_looks: looks in a row that found so.
    :ivar name_servers: hosts of its zone, apart by spaces; :ivar mail_servers: its MX hosts.
    :ivar registered_at: when its registration began, as its registry says.
    :ivar vouched_at: when the support last said that it is in the right hands.
    :ivar problem: code of what could not be asked at the last look.
    """

    __tablename__ = "esea_mail_domain"

    domain: Mapped[str] = mapped_column(String(254), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    since: Mapped[datetime]
    looked_at: Mapped[datetime]
    next_at: Mapped[datetime]
    silent_since: Mapped[datetime | None]
    silent_looks: Mapped[int] = mapped_column(default=0)
    name_servers: Mapped[str] = mapped_column(Text, default="")
    mail_servers: Mapped[str] = mapped_column(Text, default="")
    registered_at: Mapped[datetime | None]
    vouched_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(40), default="")
