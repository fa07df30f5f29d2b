"""Tables of the passkeys: the keys, the handle of each person, the challenges that were answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ...foundation.database import AccountsModel, new_id


class PasskeyRow(AccountsModel):
    """One passkey.

    :ivar credential_id: as the authenticator names it (base64url). :ivar public_key: COSE key.
    :ivar sign_count: the last one seen; one that does not grow means a copy.
    :ivar backup_eligible: it may be synchronised, for ever; :ivar backed_up: it was, when last used.
    :ivar place: browser and system it was last used from, in words.
    """

    __tablename__ = "esea_passkey"
    __table_args__ = (Index(None, "subject", "added_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(36))
    credential_id: Mapped[str] = mapped_column(Text, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)  # 32 bits without sign: more than an INTEGER holds
    aaguid: Mapped[str] = mapped_column(String(36), default="")
    transports: Mapped[list[Any]] = mapped_column(JSON)
    backup_eligible: Mapped[bool]
    backed_up: Mapped[bool]
    label: Mapped[str] = mapped_column(String(80))
    place: Mapped[str] = mapped_column(String(120), default="")
    added_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class PasskeyHandle(AccountsModel):
    """What a person is called inside their authenticators: random, no name and no address (WebAuthn 14.6.1)."""

    __tablename__ = "esea_passkey_handle"

    subject: Mapped[str] = mapped_column(String(36), primary_key=True)
    handle: Mapped[str] = mapped_column(String(64), unique=True)


class AnsweredChallenge(AccountsModel):
    """A challenge that was answered, right or wrong: the unique key lets one answer through."""

    __tablename__ = "esea_passkey_challenge"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(index=True)
