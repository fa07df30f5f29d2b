"""The table of requests by QR code: one row a code that a workstation showed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ...foundation.database import AccountsModel, new_id


class QrRequestRow(AccountsModel):
    """One code on one screen.

    :ivar kind: ``sign_in`` or ``enrolment``: neither is ever taken for the other (threat-model.md row 19).
    :ivar attempt: the sign-in, or the enrolment, that shows it. :ivar subject: the only account that may answer, if
        it is known.
    :ivar code_digest, number_digest: keyed hashes: both are too short for a plain one (ASVS 6.5.2).
    :ivar sealed: service, address and browser of who asks, for the telephone's page.
    :ivar browser: hash of the asking browser's cookie, :ivar address_digest: keyed hash of its address: what a report
        shuts out. :ivar phone: hash of the cookie of the telephone that was paired (enrolment).
    :ivar answer: what the telephone made, sealed until the workstation confirms it (enrolment).
    :ivar decided_by, authenticator: who approved, with which passkey.
    """

    __tablename__ = "esea_qr_request"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(10))
    attempt: Mapped[str] = mapped_column(String(36), index=True)
    subject: Mapped[str | None] = mapped_column(String(36))
    code_digest: Mapped[str] = mapped_column(String(64), unique=True)
    number_digest: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(12))
    sealed: Mapped[str] = mapped_column(Text)
    browser: Mapped[str] = mapped_column(String(64), default="")
    address_digest: Mapped[str] = mapped_column(String(64), default="")
    phone: Mapped[str] = mapped_column(String(64), default="")
    answer: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str | None] = mapped_column(String(36), index=True)
    authenticator: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    decided_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None] = mapped_column(index=True)
