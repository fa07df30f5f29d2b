"""Tables of the notices: what somebody was told, the links of « Ce n'était pas moi », and what they wish to be told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ...foundation.database import AccountsModel, new_id
from ...foundation.single_use import SingleUseSecret


class NoticeRow(AccountsModel):
    """One notice about the safety of an account.

    :ivar kind: see ``notices.kinds``. :ivar sealed: its facts (a device's name, a browser, an address), sealed JSON.
    :ivar freezes: pairs of mode and reference that « Ce n'était pas moi » freezes, ``""`` for the whole mode.
    """

    __tablename__ = "esea_notice"
    __table_args__ = (Index(None, "subject", "at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(36))
    kind: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    sealed: Mapped[str] = mapped_column(Text)
    freezes: Mapped[list[list[str]]] = mapped_column(JSON)


class NoticeLinkRow(SingleUseSecret, AccountsModel):
    """One mailed link of a notice, by its hash. A notice has one for each address it went to."""

    __tablename__ = "esea_notice_link"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    notice_id: Mapped[str] = mapped_column(ForeignKey("esea_notice.id", ondelete="CASCADE"), index=True)


class NotificationChoiceRow(AccountsModel):
    """What a person said about one kind of optional email; without a row the topic's own default holds."""

    __tablename__ = "esea_notification_choice"

    subject: Mapped[str] = mapped_column(String(36), primary_key=True)
    topic: Mapped[str] = mapped_column(String(40), primary_key=True)
    wanted: Mapped[bool]
