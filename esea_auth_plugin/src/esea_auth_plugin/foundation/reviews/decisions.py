"""Whether a reviewer may act on a request at all, and how many of them must agree; the texts that reviewers write."""

from __future__ import annotations

from sqlalchemy.orm import Session

from ...interfaces import BY_RULE, ReviewState, ReviewView
from ...pyramid_types import Registry
from . import agreements, errors
from .declared import kinds_of

UNDECIDED = (ReviewState.OPEN, ReviewState.MORE_ASKED)
MAX_TEXT = 2_000


def judge(registry: Registry, session: Session, review: ReviewView | None, by: str) -> int:
    """Return how many reviewers must agree to a request, once nothing speaks against this one.

    :raises ReviewRefused: unknown, the reviewer's own or perhaps so, or the reviewer's roles are suspended.
    """
    if review is None:
        raise errors.unknown_request()
    kind = kinds_of(registry)[review.kind]
    about = agreements.concerned(registry, session, kind, review)
    if by in {review.author, review.topic, *about.accounts}:
        raise errors.own_request()
    if by != BY_RULE:
        if agreements.suspended(registry, session, by):
            raise errors.roles_suspended()
        # After the decision the answer is the same for everybody: it was decided.
        if review.state in UNDECIDED:
            common = agreements.in_common(registry, session, by, about, request_id=review.id)
            if common:
                raise errors.conflict(common)
    return agreements.needed(registry, session, kind, review, about)


def required_text(text: str, what: str) -> str:
    """Return a text that people will read, without control characters (they'd break mails and CSV alike)."""
    clean = optional_text(text)
    if not clean:
        raise errors.text_missing(what)
    return clean


def optional_text(text: str) -> str:
    """Return a text that people will read, perhaps none, without control characters."""
    kept = (char for char in text.replace("\r\n", "\n") if char == "\n" or char.isprintable())
    clean = "".join(kept).strip()
    if len(clean) > MAX_TEXT:
        raise errors.text_too_long(MAX_TEXT)
    return clean
