"""The list of accounts that the support searches: two queries a page, however many accounts there are."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..interfaces import AccountView, IAccounts
from ..normalise.emails import normalise_email
from ..normalise.folding import search_words
from ..pyramid_types import Registry
from ..services import find
from .models import Account

PAGE_SIZE = 25
#: Nobody leafs further: counting stops there, and the search must be narrowed.
MAX_RESULTS = 1_000


def find_accounts(registry: Registry, session: Session, words: str, page: int) -> tuple[Sequence[AccountView], int]:
    """Return one page of the accounts that hold every word, youngest first, and how many match (at most MOST)."""
    # An address is looked for as it is stored, its domain as A-labels.
    typed = " ".join(normalise_email(word) if "@" in word else word for word in words.split())
    conditions = [Account.search.contains(word, autoescape=True) for word in search_words(typed)]
    matching = select(Account.subject).where(*conditions)
    total = session.scalar(select(func.count()).select_from(matching.limit(MAX_RESULTS).subquery())) or 0
    page = min(page, MAX_RESULTS // PAGE_SIZE)
    rows = matching.order_by(Account.created_at.desc(), Account.id).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    subjects = session.scalars(rows).all()
    views = find(registry, IAccounts).by_subjects(session, subjects)
    return [views[subject] for subject in subjects], total
