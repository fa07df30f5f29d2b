"""Requests that somebody makes and somebody reviews: one state machine, one set of screens, open to other plugins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ...directives import report_problems
from ...errors import Problem
from ...events import AccountErased
from ...interfaces import ICatalogue, IReviews, ReviewView
from ...pyramid_types import Configurator, PortalRequest, current_identity
from ...services import find, offers
from ...settings import ReviewSettings
from . import agreements
from .declared import kinds_of
from .directives import add_request_kind, add_review_board, check_declarations
from .jobs import end_requests_of, expire_unanswered, unname_requests_of
from .service import Reviews
from .working_hours import BadHours, WorkingHours

ACTIONS = {
    "review.opened": "Demande déposée",
    "review.answered": "Compléments apportés à une demande",
    "review.withdrawn": "Demande retirée",
    "review.expired": "Demande expirée sans réponse",
    "review.taken": "Demande prise en charge",
    "review.released": "Demande remise dans la file",
    "review.more_asked": "Compléments demandés",
    "review.agreed": "Accord donné par l'un des relecteurs nécessaires",
    "review.accepted": "Demande acceptée",
    "review.refused": "Demande refusée",
    "review.commented": "Note ajoutée à une demande",
    "review.extra": "Action sur une demande",
    "review.act_refused": "Action refusée sur une demande",
}


def includeme(config: Configurator) -> None:
    """Publish :class:`IReviews`, the directives, and the job that ends unanswered requests."""
    config.add_directive("add_request_kind", add_request_kind)
    config.add_directive("add_review_board", add_review_board)
    config.add_view_predicate("review_board", ReviewBoardPredicate)
    config.add_audit_actions(ACTIONS)
    config.add_service(IReviews, Reviews)
    config.add_request_method(own_requests, "own_requests", reify=True)
    config.add_request_method(request_title, "request_title")
    config.add_job("reviews.expire", expire_unanswered, every=timedelta(hours=1))
    config.add_revocable("review_agreement", lambda session, subject, kept: agreements.withdraw(session, subject))
    config.add_revocable(
        "review_request", lambda session, subject, kept: end_requests_of(config.registry, session, subject)
    )
    config.add_subscriber(unname_requests_of, AccountErased)
    config.action("esea-review-hours", lambda: _check_hours(config), order=4_000)
    config.action("esea-review-declarations", lambda: check_declarations(config), order=4_001)


def own_requests(request: PortalRequest) -> Sequence[ReviewView]:
    """Return ``request.own_requests``: those of who is signed in, youngest first, read once for all that show them."""
    if current_identity(request) is None:
        return ()
    return find(request, IReviews).of_author(request.dbsession, request.identity.subject)


def request_title(request: PortalRequest, review: ReviewView) -> str:
    """Return ``request.request_title(review)``: what was asked, « Demande d'accès à un service : ROR ».

    A review's own title is for the queues: there it names the person.
    """
    kind = kinds_of(request).get(review.kind)
    title = kind.title if kind is not None else review.title
    service = find(request, ICatalogue).get(review.topic) if offers(request, ICatalogue) else None
    return f"{title} : {service.title}" if service is not None else title


class ReviewBoardPredicate:
    """``review_board="support"``: the view is for this board only: each has permissions of its own."""

    def __init__(self, value: str, info: object) -> None:
        self._name = value

    def text(self) -> str:
        """Name the predicate in Pyramid's messages."""
        return f"review_board = {self._name}"

    phash = text

    def __call__(self, context: object, request: PortalRequest) -> bool:
        return getattr(getattr(context, "board", None), "name", None) == self._name


def _check_hours(config: Configurator) -> None:
    try:
        WorkingHours.parse(find(config, ReviewSettings).hours)
    except BadHours as bad:
        where = config.registry.settings.get("__file__", "")
        cure = "write `mon-fri 09:00-12:30 13:30-17:30`"
        report_problems(config, [Problem("reviews.hours", where, str(bad), cure)])
