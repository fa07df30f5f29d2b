"""Tables of the sign-in: what is under way, which browsers are known, which forms wait for their author."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ...foundation.database import AccountsModel, new_id
from ...foundation.database.locking import UNLOCKED


class SignInRow(AccountsModel):
    """One sign-in under way, kept on the server and named by a cookie of its own.

    :ivar cookie_digest: hash of that cookie, renewed at each stage. :ivar mode: the mode that the person chose.
    :ivar stages: names of the modes to go through, the chosen one last. :ivar stage: where it stands: one of them, or
        ``@conditions``. :ivar proofs: each stage's own proof; a stage is never done by another's.
    :ivar session_id: the session it raises, when the person is signed in already.
    :ivar reset_id: the password reset that it is a stage of; it then opens no session at all.
    :ivar state: what the stage's mode asked to remember, sealed.
    """

    __tablename__ = "esea_sign_in"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    cookie_digest: Mapped[str] = mapped_column(String(64), unique=True)
    service: Mapped[str] = mapped_column(String(60), default="")
    return_path: Mapped[str] = mapped_column(Text, default="")
    recent: Mapped[bool] = mapped_column(default=False)
    mode: Mapped[str] = mapped_column(String(60))
    stages: Mapped[list[str]] = mapped_column(JSON)
    stage: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str | None] = mapped_column(String(36), index=True)
    proofs: Mapped[list[dict[str, object]]] = mapped_column(JSON)
    session_id: Mapped[str | None] = mapped_column(String(36))
    reset_id: Mapped[str | None] = mapped_column(String(36))
    state: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    done_at: Mapped[datetime | None]


class KnownBrowserRow(AccountsModel):
    """A browser that a person has signed in with: it keeps a counter of tries of its own."""

    __tablename__ = "esea_known_browser"
    __table_args__ = (UniqueConstraint("cookie_digest", "subject"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    cookie_digest: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(36), index=True)
    seen_at: Mapped[datetime]


class SavedFormRow(AccountsModel):
    """What a form sent after the session's end, sealed, for the same person only.

    :ivar cookie_digest: hash of the session cookie it came with; of the new session's once signed in again.
    """

    __tablename__ = "esea_parked_form"
    __table_args__ = ({"info": {UNLOCKED: "a row of one browser, which opens nothing by itself"}},)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    cookie_digest: Mapped[str] = mapped_column(String(64), unique=True)
    subject: Mapped[str] = mapped_column(String(36))
    sealed: Mapped[str] = mapped_column(Text)
    ends_at: Mapped[datetime] = mapped_column(index=True)


class KnownNetworkRow(AccountsModel):
    """A place that a person has signed in from; ``place`` is a keyed hash, so that the table tells nobody's ways."""

    __tablename__ = "esea_known_place"
    __table_args__ = (UniqueConstraint("subject", "place"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(36))
    place: Mapped[str] = mapped_column(String(64))
    seen_at: Mapped[datetime]
