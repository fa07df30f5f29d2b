"""An account that opens by itself: the identity is proven, the address too, and nothing looks like it (a setting).

``esea_auth.proven_identity_opens_account`` is off by default: then a person of the support decides, as for everybody.
The support is told after the fact, and the request stands among those that were decided.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from ..interfaces import BY_RULE, ICatalogue, IOutbox, IReviews, PortalSettings, ReviewView
from ..pyramid_types import Registry
from ..services import find
from ..settings import AuthSettings
from .answers import Answers
from .known import Known
from .proven import SHEET_TITLES

LETTER = "sign_up.opened_alone"


def opens_alone(registry: Registry, answers: Answers, known: Known) -> bool:
    """Tell whether no reviewer has anything left to check."""
    if not find(registry, AuthSettings).proven_identity_opens_account:
        return False
    alike = known.must_be_settled or known.by_person or known.waiting_by_person
    return answers.proven is not None and answers.email_is_confirmed and not alike


def open_alone(registry: Registry, session: Session, answers: Answers, review: ReviewView) -> None:
    """Accept the request by rule, with no service but those whose section says ``grant = proven_identity``."""
    catalogue = find(registry, ICatalogue)
    asked = [found for slug in answers.services if (found := catalogue.get(slug)) is not None]
    kept = frozenset(service.slug for service in asked if service.grants_proven)
    find(registry, IReviews).decide(session, review.id, accept=True, by=BY_RULE, kept=kept)
    origin = answers.proven.origin if answers.proven is not None else ""
    find(registry, IOutbox).post(
        session,
        LETTER,
        to=find(registry, PortalSettings).contacts.support_email,
        values={
            "reference": review.reference,
            "person": answers.full_name,
            "proof": SHEET_TITLES.get(origin, "Identité prouvée"),
            "kept": [service.title for service in asked if service.slug in kept],
            "left": [service.title for service in asked if service.slug not in kept],
        },
    )
