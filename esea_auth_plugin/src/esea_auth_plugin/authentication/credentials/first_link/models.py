"""The table of first links whose person has been asked, or is still to be asked, what the account keeps."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ....foundation.database import AccountsModel


class FirstLinkRow(AccountsModel):
    """The first external identity of an account.

    :ivar link: the link's id: a session that rests on it may answer. :ivar session_id: so may the session that linked
        it. :ivar both_proven: it was signed in to the account too: nothing was suspended.
    :ivar browser_known: the browser of the first sign-in by the link had opened the account before; ``None`` before it.
    :ivar answered_at: when the person answered; ``None`` while they are to be asked.
    """

    __tablename__ = "esea_first_link"

    subject: Mapped[str] = mapped_column(String(36), primary_key=True)
    link: Mapped[str] = mapped_column(String(36))
    mode: Mapped[str] = mapped_column(String(60))
    session_id: Mapped[str] = mapped_column(String(36), default="")
    both_proven: Mapped[bool] = mapped_column(default=False)
    browser_known: Mapped[bool | None]
    at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
