"""`/services` and the opening of one: grant, level and modes are checked at every opening, not only at sign-in."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPForbidden, HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ..foundation.reviews.history import STATES
from ..interfaces import IAuditTrail, ICatalogue, IPermissionEvaluator, PortalService, Refusal
from ..pyramid_types import PortalRequest, TemplateValues, ViewResult, current_identity
from ..services import current_time, find
from ..settings import FoundationSettings
from .asking import Adhesions
from .loading import permission_of
from .resources import ServiceResource, ServicesResource

_TEMPLATES = "esea_auth_plugin:portal_services/templates"


@view_config(
    context=ServicesResource,
    request_method="GET",
    permission=NO_PERMISSION_REQUIRED,
    renderer=f"{_TEMPLATES}/services.jinja2",
)
def services(context: ServicesResource, request: PortalRequest) -> TemplateValues:
    """One's own services first, then what else the portal offers."""
    held = request.identity.services if current_identity(request) is not None else frozenset()
    catalogue = find(request, ICatalogue)
    return {
        "place": context,
        "mine": [service for service in catalogue.all() if service.slug in held],
        "others": [service for service in catalogue.all() if service.slug not in held],
        "asked": {one.topic: one for one in reversed(request.own_requests) if one.topic},
        "opens_later": {service.slug for service in catalogue.all() if not_open_yet(request, service)},
    }


@view_config(context=ServiceResource, request_method="GET", permission=NO_PERMISSION_REQUIRED)
def open_service(context: ServiceResource, request: PortalRequest) -> ViewResult:
    """Open the service, or say what is missing. The door's permission is the service's own, judged here."""
    service = context.service
    if not_open_yet(request, service):
        return render_to_response(f"{_TEMPLATES}/not_yet.jinja2", {"place": context, "service": service}, request)
    permission = permission_of(service)
    refusal = find(request, IPermissionEvaluator).judge(request.identity, permission)
    if refusal is Refusal.NO_GRANT:
        _record(request, service, "refused", refusal.value)
        return _refused(context, request)
    if refusal is not None:
        # The page of refusals leads to the sign-in, for this service, and back here.
        raise HTTPForbidden(result=request.has_permission(permission))
    _record(request, service, "success", "")
    if service.resource is not None:
        return HTTPSeeOther(service.resource)
    if find(request, FoundationSettings).demo:
        return render_to_response(f"{_TEMPLATES}/elsewhere.jinja2", {"place": context, "service": service}, request)
    return HTTPSeeOther(str(service.address))


def not_open_yet(request: PortalRequest, service: PortalService) -> bool:
    """Tell whether the service's opening day is still to come."""
    opening = find(request, ICatalogue).opens_at(service)
    return opening is not None and current_time(request) < opening


def _refused(context: ServiceResource, request: PortalRequest) -> ViewResult:
    status = Adhesions(request.registry).status_of(request.dbsession, request.identity.subject, context.service)
    values = {"place": context, "service": context.service, "status": status, "states": STATES}
    response = render_to_response(f"{_TEMPLATES}/refused.jinja2", values, request)
    response.status = 403
    return response


def _record(request: PortalRequest, service: PortalService, outcome: str, why: str) -> None:
    """Write who opened what; the page is a GET, whose own transaction only reads."""
    audit, subject = find(request, IAuditTrail), request.identity.subject
    details = {"service": service.slug, "why": why}
    request.defer_write(
        lambda session: audit.record(session, "service.opened", outcome=outcome, actor=subject, details=details)
    )
