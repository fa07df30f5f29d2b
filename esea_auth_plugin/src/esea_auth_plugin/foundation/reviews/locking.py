"""Locks the accounts that an act on a request concerns, before anything is written (see ``database.locking``)."""

from __future__ import annotations

import uuid

from sqlalchemy.orm import Session

from ...interfaces import RequestKind, ReviewView
from ...pyramid_types import Registry
from ..database import lock_accounts
from . import errors
from .agreements import concerned, may_review, suspended


def lock_concerned(
    registry: Registry, session: Session, kind: RequestKind, review: ReviewView, *, by: str | None
) -> None:
    """Lock the reviewer, the author, and the accounts that the request is about, all at once, in their order.

    Who was a reviewer when their request came in may have lost the role, or the account, by the time that they act.

    :raises ReviewRefused: ``by`` may not review this kind any more; nothing is changed.
    """
    about = concerned(registry, session, kind, review).accounts
    further = getattr(kind, "changes", None)
    others = further(registry, session, review) if further is not None else ()
    lock_accounts(registry, session, subject_in(by or ""), review.author, subject_in(review.topic), *about, *others)
    session.expire_all()  # what was read while another act held the lock has changed
    if by is None or may_review(registry, session, kind, by):
        return
    raise errors.roles_suspended() if suspended(registry, session, by) else errors.reviewer_no_more()


def subject_in(text: str) -> str | None:
    """Return the subject that a text is; a topic may also be a service, and a rule of the portal may decide."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return None
