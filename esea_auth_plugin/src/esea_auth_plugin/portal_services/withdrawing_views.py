"""`/compte/demandes/REFERENCE/retirer`: who asked takes the request back, after a page that says what it means."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from ..foundation.reviews.history import STATES
from ..interfaces import IReviews, ReviewState
from ..pyramid_types import PortalRequest, ViewResult
from ..services import find
from .completing_views import own_request
from .resources import MyRequestResource

UNDECIDED = frozenset({ReviewState.OPEN, ReviewState.MORE_ASKED})


@view_config(
    context=MyRequestResource,
    name="retirer",
    request_method="GET",
    permission="esea.adhesion.view",
    renderer="esea_auth_plugin:portal_services/templates/withdraw.jinja2",
)
def confirm(context: MyRequestResource, request: PortalRequest) -> ViewResult:
    """Ask whether the request is really to be taken back."""
    review = own_request(context, request)
    if review.state not in UNDECIDED:
        request.flash("Cette demande a déjà reçu une réponse : elle ne peut plus être retirée.", "warning")
        return HTTPSeeOther(context.__parent__.path)
    return {"place": context, "review": review, "states": STATES}


@view_config(context=MyRequestResource, name="retirer", request_method="POST", permission="esea.adhesion.send")
def withdraw(context: MyRequestResource, request: PortalRequest) -> HTTPSeeOther:
    """Take the request back, unless a reviewer was faster."""
    review = own_request(context, request)
    if find(request, IReviews).withdraw(request.dbsession, review.id, state=ReviewState.WITHDRAWN):
        request.flash(f"Votre demande {review.reference} est retirée. Personne ne l'examinera.")
    else:
        request.flash("Cette demande a reçu une réponse entre-temps : elle n'a pas été retirée.", "warning")
    return HTTPSeeOther(context.__parent__.path)
