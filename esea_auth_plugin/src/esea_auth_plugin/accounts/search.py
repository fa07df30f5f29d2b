"""The words by which the support finds an account."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ..normalise.emails import normalise_email
from ..normalise.folding import fold_words
from .models import Account, IdentityAttribute


def index(session: Session, account_id: str) -> None:
    """Write again the words by which the support finds an account."""
    account = session.execute(select(Account.identifier, Account.email).where(Account.id == account_id)).one()
    names = session.execute(
        select(IdentityAttribute.name, IdentityAttribute.value).where(
            IdentityAttribute.account_id == account_id, IdentityAttribute.name.in_(("first_name", "last_name"))
        )
    )
    typed = {name: value or "" for name, value in names}
    words = (
        typed.get("first_name", ""),
        typed.get("last_name", ""),
        account.identifier or "",
        normalise_email(account.email),
    )
    session.execute(update(Account).where(Account.id == account_id).values(search=fold_words(" ".join(words))))
