"""What happens to requests by themselves: they expire unanswered, and end with their author's account."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from ...events import AccountErased
from ...interfaces import IReviews, ReviewState
from ...normalise.folding import fold_words
from ...pyramid_types import Registry
from ...services import current_time, find
from ...settings import ReviewSettings
from ..database import IDatabase, rows_changed
from . import comparison
from .models import ReviewEntry, ReviewRequest
from .service import UNDECIDED

_BATCH = 200


def expire_unanswered(registry: Registry) -> int:
    """End the requests whose author never completed them; return how many.

    Each in a transaction of its own: one whose kind fails does not keep the others.
    """
    database, reviews = find(registry, IDatabase), find(registry, IReviews)
    limit = current_time(registry) - timedelta(days=find(registry, ReviewSettings).more_asked_days)
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


def end_requests_of(registry: Registry, session: Session, subject: str) -> None:
    """Withdraw what a closed account still asks for, in the transaction that closes it (threat-model.md row 4)."""
    open_ones = session.scalars(
        select(ReviewRequest.id).where(ReviewRequest.author == subject, ReviewRequest.state.in_(UNDECIDED))
    ).all()
    for request_id in open_ones:
        find(registry, IReviews).withdraw(session, request_id, state=ReviewState.WITHDRAWN)


def unname_requests_of(event: AccountErased) -> None:
    """Take the name of an erased person off their requests: the decisions stay for their period and name nobody."""
    nobody = "Compte effacé"
    mine = or_(ReviewRequest.author == event.subject, ReviewRequest.topic == event.subject)
    event.session.execute(
        update(ReviewRequest)
        .where(mine)
        .values(title=nobody, sort_title=fold_words(nobody), search_text=func.lower(ReviewRequest.reference))
    )
    comparison.forget(event.session, event.session.scalars(select(ReviewRequest.id).where(mine)).all())


def forget_requests_of(session: Session, subject: str) -> int:
    """Delete the requests of somebody who was erased, once the period of decisions is over; return how many."""
    mine = or_(ReviewRequest.author == subject, ReviewRequest.topic == subject)
    old = select(ReviewRequest.id).where(mine)
    session.execute(delete(ReviewEntry).where(ReviewEntry.request_id.in_(old)))
    return rows_changed(session, delete(ReviewRequest).where(mine))
