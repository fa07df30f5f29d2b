"""The filled form again: to complete a request, or to make a new one after a refusal."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..foundation.security import tokens
from ..interfaces import IReviews, ReviewState
from ..normalise.emails import normalise_email
from ..pyramid_types import PortalRequest
from ..services import current_time, find
from .answers import Answers
from .flow import STEPS
from .models import SignUp
from .requests import SignUps


@dataclass(frozen=True, slots=True)
class Resumable:
    """A sign-up that its link opens again. ``more_asked``: it is completed; else a new one is made from it."""

    sign_up_id: str
    reference: str
    more_asked: bool


def resumable(request: PortalRequest, session: Session, token: str | None) -> Resumable | None:
    """Return the sign-up that a link opens, ``None`` when the link is wrong, old or answered."""
    row = session.scalars(
        select(SignUp).where(
            SignUp.resume_digest == tokens.digest(token or "", kind="sign_up.resume"),
            SignUp.resume_until > current_time(request),
            SignUp.answers.is_not(None),
        )
    ).first()
    review = find(request, IReviews).get(session, row.id) if row is not None else None
    if row is None or review is None or review.state not in {ReviewState.MORE_ASKED, ReviewState.REFUSED}:
        return None
    return Resumable(row.id, row.reference, review.state is ReviewState.MORE_ASKED)


def open_again(request: PortalRequest, session: Session, found: Resumable) -> tuple[Answers, int, str | None]:
    """Return (answers, steps done, sign-up completed) of the draft to start.

    Who completes a sign-up changes what is to be changed from the page of all answers: no step is walked again, and
    the CGU are accepted again only if there is another version of them. A refused sign-up lost its password and
    identifier: they are chosen again, and the CGU accepted anew.
    """
    row = session.get_one(SignUp, found.sign_up_id)
    answers = SignUps(request.registry).answers_of(row)
    if found.more_asked:
        answers = replace(answers, password_hash=row.password_hash or "")
        if not (answers.password_hash or (answers.proven is not None and answers.identifier)):
            return answers, 2, row.id
        return answers, len(STEPS) if answers.terms == request.portal.terms_version else len(STEPS) - 1, row.id
    reached = normalise_email(answers.email)
    return replace(answers, identifier="", password_hash="", terms="", email_reached=reached), 2, None
