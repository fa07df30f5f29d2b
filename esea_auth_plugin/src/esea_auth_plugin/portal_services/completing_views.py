"""`/compte/demandes/REFERENCE/completer`: the reviewer's question on top, one box for the answer, nothing else."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.view import view_config

from ..foundation.forms import Invalid
from ..foundation.reviews.answering import answer_form, take_answer
from ..foundation.reviews.declared import kinds_of
from ..foundation.reviews.history import last_question
from ..interfaces import IReviews, ReviewState, ReviewView
from ..pyramid_types import PortalRequest, TemplateValues, ViewResult
from ..services import find
from .resources import MyRequestResource

_PAGE = "esea_auth_plugin:portal_services/templates/complete.jinja2"


@view_config(
    context=MyRequestResource, name="completer", request_method="GET", permission="esea.adhesion.view", renderer=_PAGE
)
def question(context: MyRequestResource, request: PortalRequest) -> ViewResult:
    """Show what the reviewer asks."""
    review = own_request(context, request)
    if review.state is not ReviewState.MORE_ASKED:
        request.flash("Cette demande n’attend pas de réponse de votre part.", "warning")
        return HTTPSeeOther(context.__parent__.path)
    return _page(context, request, review, answer_form(request).render())


@view_config(
    context=MyRequestResource, name="completer", request_method="POST", permission="esea.adhesion.send", renderer=_PAGE
)
def answered(context: MyRequestResource, request: PortalRequest) -> ViewResult:
    """Send the answer; the request goes back to who asked."""
    review = own_request(context, request)
    form = answer_form(request)
    try:
        review = take_answer(request, form, review)
    except Invalid as invalid:
        return _page(context, request, review, invalid.form_html)
    request.flash(f"Votre réponse est envoyée. La demande {review.reference} est de nouveau à l’étude.")
    return HTTPSeeOther(context.__parent__.path)


def own_request(context: MyRequestResource, request: PortalRequest) -> ReviewView:
    """Return the person's own request; somebody else's reference is as unknown as any."""
    review = find(request, IReviews).by_reference(request.dbsession, context.__name__)
    if review is None or review.author != request.identity.subject:
        raise HTTPNotFound
    return review


def _page(context: MyRequestResource, request: PortalRequest, review: ReviewView, form: object) -> TemplateValues:
    path_of = getattr(kinds_of(request).get(review.kind), "completion_path", None)
    return {
        "place": context,
        "review": review,
        "question": last_question(request, request.dbsession, review.id),
        "form": form,
        "form_path": path_of(review) if path_of is not None else "",
    }
