"""Opens, completes and reads corrections. What was asked lies sealed, and goes with the decision."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from ...interfaces import Identity, IOutbox, IReviews, ISealer, ReviewState, ReviewView
from ...pyramid_types import Registry
from ...services import current_time, find
from .models import CorrectionRow

KIND = "identity_correction"
PURPOSE = "correction.values"
HOME = "/compte/profil/rectifier"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks for: the values that should change, and why."""

    values: Mapping[str, str]
    motive: str


def waiting(registry: Registry, session: Session, subject: str) -> ReviewView | None:
    """Return the person's undecided correction, if there is one."""
    found = find(registry, IReviews).of_author(session, subject, kind=KIND)
    return next((one for one in found if one.state in {ReviewState.OPEN, ReviewState.MORE_ASKED}), None)


def ask(registry: Registry, session: Session, person: Identity, asked: Asked) -> ReviewView:
    """Open a correction, or complete the one that the support sent back.

    :raises PortalError: one waits already.
    """
    reviews, former = find(registry, IReviews), waiting(registry, session, person.subject)
    if former is not None and former.state is ReviewState.MORE_ASKED:
        review = reviews.answered(session, former.id)
    else:
        review = reviews.open(
            session,
            KIND,
            title=person.display_name,
            author=person.subject,
            search=f"{person.identifier} {person.email}",
        )
        find(registry, IOutbox).post(
            session,
            "correction.received",
            to=person.email,
            values={"name": person.display_name, "reference": review.reference, "due_on": review.due_on},
        )
    text = json.dumps({"values": dict(asked.values), "motive": asked.motive})
    sealed = find(registry, ISealer).seal(text.encode(), purpose=PURPOSE, bound_to=review.id)
    now = current_time(registry)
    session.merge(CorrectionRow(request_id=review.id, subject=person.subject, sealed=sealed, created_at=now))
    session.flush()
    return review


def read(registry: Registry, session: Session, request_id: str) -> Asked | None:
    """Return what was asked; ``None`` once it is decided."""
    row = session.get(CorrectionRow, request_id, populate_existing=True)
    if row is None or not row.sealed:
        return None
    found = json.loads(find(registry, ISealer).open(row.sealed, purpose=PURPOSE, bound_to=request_id))
    return Asked(found["values"], found["motive"])


def forget(session: Session, request_id: str) -> None:
    """Erase what was asked: it stands in the account now, or was refused."""
    row = session.get(CorrectionRow, request_id)
    if row is not None:
        row.sealed = ""
        session.flush()
