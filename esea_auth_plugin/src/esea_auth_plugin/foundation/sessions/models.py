"""The table of sessions. It holds the hash of a cookie, never the cookie, and proofs, never a level."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..database import FoundationModel, new_id


class SessionRow(FoundationModel):
    """One signed-in browser.

    :ivar cookie_digest: SHA-256 of the cookie's opaque id, in the key space ``session``.
    :ivar ends_at: absolute end; no activity moves it.
    :ivar idle_seconds: longest silence, as the settings said when the session began.
    :ivar sealed_address: where it was opened from, sealed (shown to its owner only).
    """

    __tablename__ = "esea_session"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    cookie_digest: Mapped[str] = mapped_column(String(64), unique=True)
    subject: Mapped[str] = mapped_column(String(36), index=True)
    proofs: Mapped[list[dict[str, object]]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    idle_seconds: Mapped[int]
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    sealed_address: Mapped[str] = mapped_column(Text, default="")
    revoked_at: Mapped[datetime | None]
