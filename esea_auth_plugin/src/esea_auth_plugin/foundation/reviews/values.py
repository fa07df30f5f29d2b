"""A request as other packages see it, detached from the database."""

from __future__ import annotations

from ...interfaces import ReviewState, ReviewView
from ...pyramid_types import Source
from .models import ReviewRequest
from .texts import opened


def view_of(source: Source, row: ReviewRequest) -> ReviewView:
    """Return the detached value of a row. :param source: a registry or a request."""
    return ReviewView(
        id=row.id,
        kind=row.kind,
        reference=row.reference,
        state=ReviewState(row.state),
        title=row.title,
        author=row.author,
        topic=row.topic,
        assignee=row.assignee,
        created_at=row.created_at,
        due_on=row.due_on,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        reason=opened(source, row.sealed_reason, row.id),
        version=row.version,
    )
