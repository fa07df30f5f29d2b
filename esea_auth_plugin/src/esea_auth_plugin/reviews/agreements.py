"""Requests that more than one reviewer must agree to: each agreement is a row, and nobody agrees twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..interfaces import RequestKind
from .models import ReviewAgreement


def needed(kind: RequestKind) -> int:
    """Return how many different reviewers must agree to a request of this kind (``agreements``, one by default)."""
    return max(1, int(getattr(kind, "agreements", 1)))


def agree(session: Session, request_id: str, by: str, at: datetime) -> int | None:
    """Note an agreement and return how many there are now; ``None``: this reviewer has agreed before.

    Call it after the update of the request itself, which holds its row: of two reviewers at the same moment the second
    one counts the first's agreement.
    """
    try:
        with session.begin_nested():
            session.add(ReviewAgreement(request_id=request_id, by=by, at=at))
            session.flush()
    except IntegrityError:
        return None
    query = select(func.count()).select_from(ReviewAgreement).where(ReviewAgreement.request_id == request_id)
    return session.scalar(query) or 0


def agreed_by(session: Session, request_id: str) -> Sequence[str]:
    """Return who has agreed so far, in order."""
    query = select(ReviewAgreement.by).where(ReviewAgreement.request_id == request_id)
    return session.scalars(query.order_by(ReviewAgreement.at, ReviewAgreement.by)).all()
