"""The table of passwords: one argon2id hash an account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ...foundation.database import AccountsModel


class PasswordRow(AccountsModel):
    """The account's only password; the hash is a PHC string that names its own cost."""

    __tablename__ = "esea_password"

    subject: Mapped[str] = mapped_column(String(36), primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    changed_at: Mapped[datetime]
