"""`/services/SLUG/adhesion`: asks the support for a service; and « Mes demandes », where each request stands."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from ..errors import PortalError
from ..foundation.forms import Invalid, PortalForm
from ..foundation.reviews.history import STATES, last_question
from ..interfaces import IReviews, ReviewState
from ..pyramid_types import PortalRequest, TemplateValues, ViewResult
from ..services import find
from .asking import KIND, Adhesions, Standing
from .forms import AdhesionSchema
from .resources import MyRequestsPlace, ServicePlace

_TEMPLATES = "esea_auth_plugin:portal_services/templates"


@view_config(
    context=ServicePlace,
    name="adhesion",
    request_method="GET",
    permission="esea.adhesion.view",
    renderer=f"{_TEMPLATES}/adhesion.jinja2",
)
def adhesion(place: ServicePlace, request: PortalRequest) -> ViewResult:
    """Show the form, or where the request stands that was already sent."""
    if place.service.slug in request.identity.services:
        return HTTPSeeOther(place.path)
    standing = _standing(place, request)
    form = None if standing.waiting or _too_many(standing) else _form(place, request)
    shown = form.render({"motif": standing.motive} if standing.more_asked else None) if form is not None else None
    return _page(place, request, standing, shown)


@view_config(
    context=ServicePlace,
    name="adhesion",
    request_method="POST",
    permission="esea.adhesion.send",
    renderer=f"{_TEMPLATES}/adhesion.jinja2",
)
def send_adhesion(place: ServicePlace, request: PortalRequest) -> ViewResult:
    """Send the request to the support."""
    if place.service.slug in request.identity.services:
        return HTTPSeeOther(place.path)
    form = _form(place, request)
    try:
        values = form.validate()
        try:
            with request.dbsession.begin_nested():
                review = Adhesions(request.registry).ask(
                    request.dbsession, request.identity, place.service, values["motif"]
                )
        except PortalError as refused:
            raise form.refuse(refused.message) from refused
    except Invalid as invalid:
        return _page(place, request, _standing(place, request), invalid.form_html)
    request.flash(f"Votre demande {review.reference} est transmise au support.")
    return HTTPSeeOther(f"{place.path}/adhesion")


@view_config(
    context=MyRequestsPlace,
    request_method="GET",
    permission="esea.adhesion.view",
    renderer=f"{_TEMPLATES}/my_requests.jinja2",
)
def my_requests(place: MyRequestsPlace, request: PortalRequest) -> TemplateValues:
    """The person's requests, youngest first: reference, state, dates, the reason of a refusal."""
    found = find(request, IReviews).of_author(request.dbsession, request.identity.subject)
    return {"place": place, "requests": found, "states": STATES, "access_kind": KIND}


def _form(place: ServicePlace, request: PortalRequest) -> PortalForm:
    return PortalForm(AdhesionSchema, request, submit=[("valider", "Valider")], cancel=("Annuler", "/services"))


def _standing(place: ServicePlace, request: PortalRequest) -> Standing:
    return Adhesions(request.registry).standing(request.dbsession, request.identity.subject, place.service)


def _too_many(standing: Standing) -> bool:
    return standing.again_at is not None and not standing.more_asked


def _page(place: ServicePlace, request: PortalRequest, standing: Standing, form: Any) -> TemplateValues:
    question = ""
    if standing.more_asked and standing.review is not None:
        question = last_question(request, request.dbsession, standing.review.id)
    return {
        "place": place,
        "service": place.service,
        "standing": standing,
        "too_many": _too_many(standing),
        "refused_before": standing.review is not None and standing.review.state is ReviewState.REFUSED,
        "question": question,
        "form": form,
        "states": STATES,
    }
