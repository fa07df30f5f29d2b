"""The table of tickets: what the card host read, for the one sign-in that asked, for a minute, once."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ...foundation.database import AccountsModel
from ...foundation.database.locking import UNLOCKED
from ...foundation.single_use import SingleUseSecret


class CardTicketRow(SingleUseSecret, AccountsModel):
    """One result on its way from the card host to the portal.

    :ivar digest: hash of the ticket. :ivar audience: who may redeem it: ``portal`` or ``diagnostic``.
    :ivar attempt: the sign-in (or enrolment) that asked, ``""`` for a diagnosis. :ivar nonce_digest: hash of the secret
        that only this sign-in's own sealed state holds. :ivar sealed: the result.
    """

    __tablename__ = "esea_card_ticket"
    __table_args__ = ({"info": {UNLOCKED: "one browser's own; redeemed before anybody knows whose account it is"}},)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    audience: Mapped[str] = mapped_column(String(16))
    attempt: Mapped[str] = mapped_column(String(36), default="")
    nonce_digest: Mapped[str] = mapped_column(String(64), default="")
    sealed: Mapped[str] = mapped_column(Text)
