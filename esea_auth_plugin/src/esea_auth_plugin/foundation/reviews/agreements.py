"""How many reviewers must agree to a request, which agreements count, and what they agreed to.

An agreement is a row, and nobody agrees twice. What counts is who may agree at the moment of the decision: an agreement
of somebody whose role has ended or is suspended, or who has just said that it was not them, is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ...directives import permissions_of
from ...interfaces import (
    BY_RULE,
    AccountState,
    Concerned,
    IAccounts,
    IConflictsOfInterest,
    IRoles,
    IRoleSuspensions,
    RequestKind,
    ReviewState,
    ReviewView,
)
from ...pyramid_types import Registry
from ...services import find, offers
from .models import ReviewAgreement, ReviewRequest

#: A request about an account that holds a role: one reviewer alone must not decide about another.
OF_ROLE_HOLDERS = 2


def concerned(registry: Registry, session: Session, kind: RequestKind, review: ReviewView) -> Concerned:
    """Return who a request is about; its author's account where the kind says nothing."""
    described = getattr(kind, "concerned", None)
    if described is None:
        return Concerned(accounts=(review.author,) if review.author else ())
    found: Concerned = described(registry, session, review)
    return found


def needed(registry: Registry, session: Session, kind: RequestKind, review: ReviewView, about: Concerned) -> int:
    """Return how many different reviewers must agree to this request. :param about: see :func:`concerned`."""
    own = getattr(kind, "agreements", None)
    wanted = max(1, int(own(registry, session, review))) if own is not None else 1
    if wanted >= OF_ROLE_HOLDERS or not about.accounts or not offers(registry, IRoles):
        return wanted
    return OF_ROLE_HOLDERS if find(registry, IRoles).holders(session, about.accounts) else wanted


def agree(
    registry: Registry,
    session: Session,
    kind: RequestKind,
    request_id: str,
    by: str,
    at: datetime,
    kept: frozenset[str] = frozenset(),
) -> int | None:
    """Note an agreement and return how many count now; ``None``: this reviewer has agreed before.

    Call it after the update of the request itself, which holds its row: of two reviewers at the same moment the second
    one counts the first's agreement.
    """
    try:
        with session.begin_nested():
            session.add(ReviewAgreement(request_id=request_id, by=by, at=at, kept=" ".join(sorted(kept))))
            session.flush()
    except IntegrityError:
        return None
    return len(counting(registry, session, kind, request_id))


def counting(registry: Registry, session: Session, kind: RequestKind, request_id: str) -> Sequence[str]:
    """Return who has agreed and may still review this kind, in order."""
    return [by for by in agreed_by(session, request_id) if may_review(registry, session, kind, by)]


def choices_of(session: Session, request_id: str, reviewers: Sequence[str]) -> Sequence[frozenset[str]]:
    """Return the choices that each of these reviewers made when they agreed."""
    query = select(ReviewAgreement.kept).where(
        ReviewAgreement.request_id == request_id, ReviewAgreement.by.in_(reviewers)
    )
    return [frozenset(kept.split()) for kept in session.scalars(query)]


def in_common(
    registry: Registry, session: Session, reviewer: str, about: Concerned, *, request_id: str | None = None
) -> Sequence[str]:
    """Return what a reviewer has in common with who is concerned: if anything, somebody else must decide."""
    if not offers(registry, IConflictsOfInterest):
        return ()
    found: Sequence[str] = find(registry, IConflictsOfInterest).of(session, reviewer, about, request_id=request_id)
    return found


def suspended(registry: Registry, session: Session, by: str) -> bool:
    """Tell whether somebody's roles are suspended after a recovery of their account."""
    return offers(registry, IRoleSuspensions) and find(registry, IRoleSuspensions).of(session, by) is not None


def may_review(registry: Registry, session: Session, kind: RequestKind, by: str) -> bool:
    """Tell whether somebody's account is active and still has the role that this kind of request asks for.

    What the portal decides by a rule, nobody reviews.
    """
    if by == BY_RULE:
        return True
    if offers(registry, IAccounts):
        account = find(registry, IAccounts).by_subject(session, by)
        if account is None or account.state is not AccountState.ACTIVE:
            return False
    rule = permissions_of(registry).get(kind.permission)
    if rule is None or rule.role is None or not offers(registry, IRoles):
        return not suspended(registry, session, by)
    # A permission asks for the role without a scope (see Identity.has_role): one for a single service is not enough.
    return any(held.name == rule.role and held.scope == "*" for held in find(registry, IRoles).of(session, by))


def withdraw(session: Session, subject: str) -> None:
    """Take back what somebody agreed to and nobody decided yet: a thief's session may have agreed in their name."""
    undecided = select(ReviewRequest.id).where(ReviewRequest.state.in_((ReviewState.OPEN, ReviewState.MORE_ASKED)))
    session.execute(
        delete(ReviewAgreement)
        .where(ReviewAgreement.by == subject, ReviewAgreement.request_id.in_(undecided))
        .execution_options(synchronize_session=False)
    )


def forget(session: Session, request_id: str) -> None:
    """Take every agreement to a request back: its author has changed it."""
    session.execute(delete(ReviewAgreement).where(ReviewAgreement.request_id == request_id))


def agreed_by(session: Session, request_id: str) -> Sequence[str]:
    """Return who has agreed so far, in order."""
    query = select(ReviewAgreement.by).where(ReviewAgreement.request_id == request_id)
    return session.scalars(query.order_by(ReviewAgreement.at, ReviewAgreement.by)).all()
