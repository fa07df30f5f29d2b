"""`/services/SLUG/adhesion`: asks the support for a service; and « Mes demandes », where each request stands."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from ..errors import PortalError
from ..foundation.forms import Invalid, PortalForm
from ..foundation.reviews.history import STATES
from ..interfaces import IReviews, ReviewState
from ..pyramid_types import PortalRequest, TemplateValues, ViewResult
from ..services import find
from .asking import KIND, AccessStatus, Adhesions
from .forms import AdhesionSchema
from .resources import MyRequestsResource, ServiceResource

_TEMPLATES = "esea_auth_plugin:portal_services/templates"


@view_config(
    context=ServiceResource,
    name="adhesion",
    request_method="GET",
    permission="esea.adhesion.view",
    renderer=f"{_TEMPLATES}/adhesion.jinja2",
)
def adhesion(context: ServiceResource, request: PortalRequest) -> ViewResult:
    """Show the form, or where the request stands that was already sent."""
    if context.service.slug in request.identity.services:
        return HTTPSeeOther(context.path)
    status = _standing(context, request)
    if status.more_asked and status.review is not None:
        return HTTPSeeOther(f"/compte/demandes/{status.review.reference}/completer")
    form = None if status.waiting or _too_many(status) else _form(context, request)
    shown = form.render() if form is not None else None
    return _page(context, request, status, shown)


@view_config(
    context=ServiceResource,
    name="adhesion",
    request_method="POST",
    permission="esea.adhesion.send",
    renderer=f"{_TEMPLATES}/adhesion.jinja2",
)
def send_adhesion(context: ServiceResource, request: PortalRequest) -> ViewResult:
    """Send the request to the support."""
    if context.service.slug in request.identity.services:
        return HTTPSeeOther(context.path)
    form = _form(context, request)
    try:
        values = form.validate()
        try:
            with request.dbsession.begin_nested():
                review = Adhesions(request.registry).ask(
                    request.dbsession, request.identity, context.service, values["motif"]
                )
        except PortalError as refused:
            raise form.refuse(refused.message) from refused
    except Invalid as invalid:
        return _page(context, request, _standing(context, request), invalid.form_html)
    request.flash(f"Votre demande {review.reference} est transmise au support.")
    return HTTPSeeOther(f"{context.path}/adhesion")


@view_config(
    context=MyRequestsResource,
    request_method="GET",
    permission="esea.adhesion.view",
    renderer=f"{_TEMPLATES}/my_requests.jinja2",
)
def my_requests(context: MyRequestsResource, request: PortalRequest) -> TemplateValues:
    """The person's requests, youngest first: reference, state, dates, the reason of a refusal."""
    found = find(request, IReviews).of_author(request.dbsession, request.identity.subject)
    # What waits for the person comes first.
    found = sorted(found, key=lambda one: one.state is not ReviewState.MORE_ASKED)
    return {"place": context, "requests": found, "states": STATES, "access_kind": KIND}


def _form(context: ServiceResource, request: PortalRequest) -> PortalForm:
    return PortalForm(AdhesionSchema, request, submit=[("valider", "Valider")], cancel=("Annuler", "/services"))


def _standing(context: ServiceResource, request: PortalRequest) -> AccessStatus:
    return Adhesions(request.registry).status_of(request.dbsession, request.identity.subject, context.service)


def _too_many(status: AccessStatus) -> bool:
    return status.again_at is not None and not status.more_asked


def _page(context: ServiceResource, request: PortalRequest, status: AccessStatus, form: object) -> TemplateValues:
    return {
        "place": context,
        "service": context.service,
        "status": status,
        "too_many": _too_many(status),
        "refused_before": status.review is not None and status.review.state is ReviewState.REFUSED,
        "form": form,
        "states": STATES,
    }
