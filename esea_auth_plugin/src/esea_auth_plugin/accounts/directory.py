"""The list of accounts that the support searches: two queries a page, however many accounts there are."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from ..interfaces import AccountView, IAccounts, ISealer
from ..normalise.emails import normalise_email
from ..normalise.folding import search_words
from ..normalise.phones import BadPhone, normalise_phone
from ..pyramid_types import Registry
from ..services import find
from .attributes import CALLED_BACK, rpps_digests
from .models import Account, IdentityAttribute

PAGE_SIZE = 25
RPPS_LENGTH = 11
#: Nobody leafs further: counting stops there, and the search must be narrowed.
MAX_RESULTS = 1_000


def _number(registry: Registry, typed: str) -> ColumnElement[bool] | None:
    """Return what finds an RPPS or a telephone number that is all that was typed, ``None`` for anything else.

    Both are read along an index: an RPPS number by its keyed hash, a telephone number by its normal form.
    """
    figures = "".join(typed.split())
    if len(figures) == RPPS_LENGTH and figures.isdecimal():
        found = (IdentityAttribute.name == "rpps") & IdentityAttribute.digest.in_(
            rpps_digests(find(registry, ISealer), figures)
        )
    else:
        try:
            phone = normalise_phone(typed)
        except BadPhone:
            return None
        found = IdentityAttribute.name.in_(CALLED_BACK) & (IdentityAttribute.value == phone)
    return Account.id.in_(select(IdentityAttribute.account_id).where(found))


def find_accounts(registry: Registry, session: Session, words: str, page: int) -> tuple[Sequence[AccountView], int]:
    """Return one page of the accounts that hold every word, youngest first, and how many match (at most MOST)."""
    # An address is looked for as it is stored, its domain as A-labels.
    typed = " ".join(normalise_email(word) if "@" in word else word for word in words.split())
    number = _number(registry, typed)
    if number is not None:
        conditions = [number]
    else:
        conditions = [Account.search.contains(word, autoescape=True) for word in search_words(typed)]
    matching = select(Account.subject).where(*conditions)
    total = session.scalar(select(func.count()).select_from(matching.limit(MAX_RESULTS).subquery())) or 0
    page = min(page, MAX_RESULTS // PAGE_SIZE)
    newest = matching.order_by(Account.created_at.desc(), Account.id.desc())
    rows = newest.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    subjects = session.scalars(rows).all()
    views = find(registry, IAccounts).by_subjects(session, subjects)
    return [views[subject] for subject in subjects], total
