"""The table of acts that wait for a second reviewer."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ...foundation.database import AccountsModel


class AccountActRow(AccountsModel):
    """An act that a reviewer proposed.

    :ivar target: subject of the account, or what else the act is on. :ivar sealed: its values (a reason), sealed.
    """

    __tablename__ = "esea_account_act"

    request_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    act: Mapped[str] = mapped_column(String(40))
    target: Mapped[str] = mapped_column(String(254))
    sealed: Mapped[str] = mapped_column(Text)
