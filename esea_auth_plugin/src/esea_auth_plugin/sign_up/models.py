"""Tables of the sign-up: drafts under way, requests sent, confirmation tokens, invitations.

Whatever a person typed lies sealed; what must be compared is a keyed hash; secrets of mailed links are hashes.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..foundation.database import AccountsModel, new_id
from ..foundation.database.erasing import RETENTION
from ..foundation.single_use import AccountSecret


class SignUpDraft(AccountsModel):
    """A sign-up under way in one browser. It ends when it is sent, cleared, or two hours old."""

    __tablename__ = "esea_sign_up_draft"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    cookie_digest: Mapped[str] = mapped_column(String(64), unique=True)
    answers: Mapped[str] = mapped_column(Text)
    #: Steps done so far, 0 to 3: what may be opened is one more.
    done: Mapped[int] = mapped_column(default=0)
    #: The sign-up that this draft completes (the support asked for more), if any.
    completes: Mapped[str | None] = mapped_column(String(36))
    #: Set once, by the conditional update that makes the request: a second « Valider » finds it here.
    sent_as: Mapped[str | None] = mapped_column(String(36))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SignUp(AccountsModel):
    """A sign-up sent to the support; its id is the request's."""

    __tablename__ = "esea_sign_up"
    __table_args__ = (
        Index(None, "email_digest", "created_at"),
        {
            "info": {
                RETENTION: "that an account was asked for and the CGU accepted, answers wiped: as long as the trail"
            }
        },
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    reference: Mapped[str] = mapped_column(String(32), unique=True)
    #: Sealed answers; erased at the end of the stated period.
    answers: Mapped[str | None] = mapped_column(Text)
    email_digest: Mapped[str] = mapped_column(String(64))
    rpps_digest: Mapped[str | None] = mapped_column(String(64), index=True)
    person_digest: Mapped[str | None] = mapped_column(String(64), index=True)
    identifier: Mapped[str | None] = mapped_column(String(64))
    password_hash: Mapped[str | None] = mapped_column(Text)
    #: Slugs asked for and slugs accepted, apart by spaces.
    services: Mapped[str] = mapped_column(Text, default="")
    services_kept: Mapped[str] = mapped_column(Text, default="")
    terms_version: Mapped[str] = mapped_column(String(32))
    terms_accepted_at: Mapped[datetime]
    #: A reviewer looked at the possible duplicates and found another person.
    duplicates_settled_at: Mapped[datetime | None]
    #: Secret of « où en est ma demande ».
    follow_digest: Mapped[str] = mapped_column(String(64), unique=True)
    #: Secret of the link that opens the filled form again, and its end.
    resume_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    resume_until: Mapped[datetime | None]
    #: The account it led to.
    subject: Mapped[str | None] = mapped_column(String(36), index=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
    #: When it was refused, withdrawn or expired.
    ended_at: Mapped[datetime | None] = mapped_column(index=True)


class ConfirmationToken(AccountSecret, AccountsModel):
    """The mailed token that turns a pending account into an active one, once."""

    __tablename__ = "esea_confirmation_token"

    sign_up_id: Mapped[str] = mapped_column(ForeignKey("esea_sign_up.id", ondelete="CASCADE"), index=True)


class Invitation(AccountSecret, AccountsModel):
    """A single-use link by which an invited person makes their own account, and then holds a role."""

    __tablename__ = "esea_invitation"

    role: Mapped[str] = mapped_column(String(64))
    scope: Mapped[str] = mapped_column(String(64), default="*")
    invited_by: Mapped[str] = mapped_column(String(36))
