"""The table of mailed codes: one row a sign-in, with its last two codes and its count of tries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ...foundation.database import AccountsModel
from ...foundation.single_use import ShortCode


class MailCodeRow(ShortCode, AccountsModel):
    """The codes of one sign-in. Digests are keyed and bound to the sign-in: the same six digits never look alike.

    :ivar tries: wrong and right answers together, across both codes and every resend.
    """

    __tablename__ = "esea_mail_code"

    sign_in: Mapped[str] = mapped_column(String(36), primary_key=True)
    subject: Mapped[str] = mapped_column(String(36), index=True)
    former_digest: Mapped[str] = mapped_column(String(64), default="")
    former_ends_at: Mapped[datetime | None]
    sent_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
