"""What happens to requests by themselves: they expire unanswered, and end with their author's account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from ..database import IDatabase
from ..events import AccountClosed
from ..interfaces import IClock, IReviews, ReviewState
from ..services import find
from ..settings import ReviewSettings
from .models import ReviewRequest
from .service import UNDECIDED

_BATCH = 200


def expire_unanswered(registry: Any) -> int:
    """End the requests whose author never completed them; return how many.

    Each in a transaction of its own: one whose kind fails does not keep the others.
    """
    database, reviews = find(registry, IDatabase), find(registry, IReviews)
    limit = find(registry, IClock).now() - timedelta(days=find(registry, ReviewSettings).more_asked_days)
    with database.reading() as session:
        late = session.scalars(
            select(ReviewRequest.id)
            .where(ReviewRequest.state == ReviewState.MORE_ASKED, ReviewRequest.more_asked_at <= limit)
            .limit(_BATCH)
        ).all()
    ended = 0
    for request_id in late:
        with database.writing() as session:
            ended += reviews.withdraw(session, request_id, state=ReviewState.EXPIRED)
    return ended


def end_requests_of(registry: Any, event: AccountClosed) -> None:
    """Withdraw what a closed account still asks for, in the transaction that closes it (security.md row 4)."""
    open_ones = event.session.scalars(
        select(ReviewRequest.id).where(ReviewRequest.author == event.subject, ReviewRequest.state.in_(UNDECIDED))
    ).all()
    for request_id in open_ones:
        find(registry, IReviews).withdraw(event.session, request_id, state=ReviewState.WITHDRAWN)
