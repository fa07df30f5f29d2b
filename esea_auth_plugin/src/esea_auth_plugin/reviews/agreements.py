"""Requests that more than one reviewer must agree to: each agreement is a row, and nobody agrees twice.

What counts is who may agree at the moment of the decision: an agreement of somebody whose role has ended, or who has
just said that it was not them, is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..directives import permissions_of
from ..events import UnderWayEnded
from ..interfaces import IRoles, RequestKind, ReviewState
from ..services import find, offers
from .models import ReviewAgreement, ReviewRequest


def needed(kind: RequestKind) -> int:
    """Return how many different reviewers must agree to a request of this kind (``agreements``, one by default)."""
    return max(1, int(getattr(kind, "agreements", 1)))


def agree(registry: Any, session: Session, kind: RequestKind, request_id: str, by: str, at: datetime) -> int | None:
    """Note an agreement and return how many count now; ``None``: this reviewer has agreed before.

    Call it after the update of the request itself, which holds its row: of two reviewers at the same moment the second
    one counts the first's agreement.
    """
    try:
        with session.begin_nested():
            session.add(ReviewAgreement(request_id=request_id, by=by, at=at))
            session.flush()
    except IntegrityError:
        return None
    return len(counting(registry, session, kind, request_id))


def counting(registry: Any, session: Session, kind: RequestKind, request_id: str) -> Sequence[str]:
    """Return who has agreed and may still review this kind, in order."""
    agreed = agreed_by(session, request_id)
    rule = permissions_of(registry).get(kind.permission)
    if rule is None or rule.role is None or not offers(registry, IRoles):
        return agreed
    roles = find(registry, IRoles)
    return [by for by in agreed if any(held.name == rule.role for held in roles.of(session, by))]


def withdraw(event: UnderWayEnded) -> None:
    """Take back what somebody agreed to and nobody decided yet: a thief's session may have agreed in their name."""
    undecided = select(ReviewRequest.id).where(ReviewRequest.state.in_((ReviewState.OPEN, ReviewState.MORE_ASKED)))
    event.session.execute(
        delete(ReviewAgreement)
        .where(ReviewAgreement.by == event.subject, ReviewAgreement.request_id.in_(undecided))
        .execution_options(synchronize_session=False)
    )


def agreed_by(session: Session, request_id: str) -> Sequence[str]:
    """Return who has agreed so far, in order."""
    query = select(ReviewAgreement.by).where(ReviewAgreement.request_id == request_id)
    return session.scalars(query.order_by(ReviewAgreement.at, ReviewAgreement.by)).all()
