"""Tables of recovery: the links that were mailed, and what people wrote who lost their mailbox."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from ..foundation.database import AccountsModel
from ..foundation.single_use import AccountSecret


class ResetRow(AccountSecret, AccountsModel):
    """One mailed link, by its hash.

    :ivar subject: the account; for a login nobody has, a subject that nobody has either, so that both leave one row.
    :ivar sealed_email: the new address that a reviewer accepted, sealed; ``""`` for a forgotten password.
    :ivar request_id: the request that reviewers accepted, for a new address.
    :ivar factor_waived: two reviewers agreed that the account's other factor need not be proven.
    :ivar factor_at: when the person proved a factor other than the mailbox, for an account that has one.
    :ivar factor_is_strong: that factor is above mailed codes; a printed recovery code is not.
    """

    __tablename__ = "esea_password_reset"

    sealed_email: Mapped[str] = mapped_column(Text, default="")
    factor_at: Mapped[datetime | None]
    factor_is_strong: Mapped[bool] = mapped_column(default=False, server_default=false())
    factor_waived: Mapped[bool] = mapped_column(default=False, server_default=false())
    request_id: Mapped[str | None] = mapped_column(String(36))


class LostMailboxRow(AccountsModel):
    """What somebody wrote who can't read their mail any more, sealed; the request itself is the reviews' package's.

    :ivar subject: the account that the login names, if there is one; nobody is told.
    """

    __tablename__ = "esea_lost_mailbox"

    request_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    subject: Mapped[str | None] = mapped_column(String(36))
    sealed: Mapped[str] = mapped_column(Text)
