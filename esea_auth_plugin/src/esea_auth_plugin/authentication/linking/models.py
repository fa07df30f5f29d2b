"""Tables of linking: identities shown a moment ago, and those that the support must look at."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ...foundation.database import AccountsModel, new_id
from ...foundation.database.locking import UNLOCKED
from ...foundation.single_use import SingleUseSecret


class PendingIdentityRow(SingleUseSecret, AccountsModel):
    """An identity that a browser has just shown, named by a cookie of its own and taken once."""

    __tablename__ = "esea_pending_identity"
    __table_args__ = ({"info": {UNLOCKED: "one browser's own; taken before anybody knows whose account it is"}},)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    sealed: Mapped[str] = mapped_column(Text)


class IdentityLinkRequest(AccountsModel):
    """An identity that somebody showed for their account and that nothing proven ties to it.

    :ivar request_id: the request's id. :ivar subject: the account. :ivar elsewhere: subject of the account that has the
        identity, or its number, already. :ivar sealed: the identity; erased once decided.
    """

    __tablename__ = "esea_identity_link_request"

    request_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    subject: Mapped[str] = mapped_column(String(36), index=True)
    mode: Mapped[str] = mapped_column(String(60))
    elsewhere: Mapped[str | None] = mapped_column(String(36))
    sealed: Mapped[str | None] = mapped_column(Text)
