"""The reviewer's acts on a request, each a POST of its own. A refused one shows the page again, nothing typed lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from sqlalchemy.orm import Session

from ...errors import PortalError
from ...interfaces import IAuditTrail, IReviews, ReviewState, ReviewView
from ...pyramid_types import PortalRequest, TemplateValues, ViewResult
from ...services import find
from .errors import Unticked
from .request_views import load, page
from .resources import ReviewResource
from .service import Reviews
from .views import reviewer

#: act(reviews, session, review, by, form) -> the message to show.
Act = Callable[[Reviews, Session, ReviewView, str, Mapping[str, str]], str]


def _view(name: str, act: Act) -> Callable[[ReviewResource, Any], Any]:
    """Return the POST view of an act."""

    def view(context: ReviewResource, request: PortalRequest) -> ViewResult:
        review = load(context, request)
        reviews: Reviews = find(request, IReviews)  # type: ignore[assignment]
        try:
            # What a kind wrote before it refused is undone, and the page can still be shown.
            with request.dbsession.begin_nested():
                message = act(reviews, request.dbsession, review, reviewer(request), request.POST)
        except PortalError as refused:
            return _refused(context, request, review, name, refused)
        request.flash(message)
        return HTTPSeeOther(context.path)

    return view


def _refused(
    context: ReviewResource, request: PortalRequest, review: ReviewView, name: str, refused: PortalError
) -> TemplateValues:
    by, audit = reviewer(request), find(request, IAuditTrail)
    details = {"kind": review.kind, "act": name, "code": refused.code}
    request.defer_write(
        lambda session: audit.record(
            session, "review.act_refused", outcome="refused", actor=by, target=review.reference, details=details
        )
    )
    request.response.status = refused.status
    typed = {key: str(value)[:4_000] for key, value in request.POST.items() if key != "csrf_token"}
    fresh = find(request, IReviews).get(request.dbsession, review.id) or review
    unticked = refused.choice if isinstance(refused, Unticked) else ""
    return page(context, request, fresh, error=refused.message, act=name, unticked=unticked, typed=typed)


def _version(form: Mapping[str, str]) -> int | None:
    text = form.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _take(reviews: Reviews, session: Session, review: ReviewView, by: str, form: Mapping[str, str]) -> str:
    reviews.take(session, review.id, by=by)
    return "Vous avez pris cette demande en charge."


def _release(reviews: Reviews, session: Session, review: ReviewView, by: str, form: Mapping[str, str]) -> str:
    reviews.release(session, review.id, by=by)
    return "La demande est de nouveau dans la file, sans attribution."


def _comment(reviews: Reviews, session: Session, review: ReviewView, by: str, form: Mapping[str, str]) -> str:
    reviews.comment(session, review.id, by=by, text=form.get("note", ""))
    return "Note ajoutée. Elle n'est visible que de l'équipe."


def _accept(reviews: Reviews, session: Session, review: ReviewView, by: str, form: Mapping[str, str]) -> str:
    kept = frozenset(key.removeprefix("choix.") for key in form if key.startswith("choix."))
    decided = reviews.decide(session, review.id, accept=True, by=by, kept=kept, version=_version(form))
    if decided.state is not ReviewState.ACCEPTED:
        return "Votre accord est noté. Une autre personne de l'équipe doit donner le sien : rien ne part avant."
    return decided.message or f"Demande {review.reference} acceptée. La personne est prévenue par courriel."


def _refuse(reviews: Reviews, session: Session, review: ReviewView, by: str, form: Mapping[str, str]) -> str:
    parts = (form.get("motif_type", "").strip(), form.get("motif", "").strip())
    reason = "\n".join(part for part in parts if part)
    decided = reviews.decide(session, review.id, accept=False, by=by, reason=reason, version=_version(form))
    return (
        decided.message or f"Demande {review.reference} refusée. La personne est prévenue par courriel, avec le motif."
    )


def _ask_more(reviews: Reviews, session: Session, review: ReviewView, by: str, form: Mapping[str, str]) -> str:
    reviews.ask_more(session, review.id, by=by, question=form.get("question", ""))
    return "Compléments demandés par courriel. La demande vous reviendra quand la personne aura répondu."


def _extra(reviews: Reviews, session: Session, review: ReviewView, by: str, form: Mapping[str, str]) -> str:
    return reviews.further(session, review.id, by=by, action=form.get("action", ""))


ACTS: Mapping[str, Callable[[ReviewResource, Any], Any]] = {
    "prendre": _view("prendre", _take),
    "rendre": _view("rendre", _release),
    "noter": _view("noter", _comment),
    "accepter": _view("accepter", _accept),
    "refuser": _view("refuser", _refuse),
    "completer": _view("completer", _ask_more),
    "agir": _view("agir", _extra),
}
