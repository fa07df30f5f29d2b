"""Pages of ``/espace-pro``."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from esea_auth_plugin.interfaces import IPermissionEvaluator, Refusal
from esea_auth_plugin.pyramid_types import PortalRequest, ViewResult, current_identity
from esea_auth_plugin.resources import Resource
from esea_auth_plugin.services import find

from ..establishments.figures import figures
from ..interfaces import IDirectory, IEspacePro, IRegistrations
from ..registration.kind import REVIEW
from ..settings import OruSettings
from ..space.door import INSIDE

_TEMPLATES = "oru_espace_pro_plugin:welcome/templates"


@view_config(context=IEspacePro, name="", request_method="GET", permission=NO_PERMISSION_REQUIRED)
def espace_pro(context: Resource, request: PortalRequest) -> ViewResult:
    """Public for who is not in; the welcome page for who is. Whoever may register is led there."""
    if current_identity(request) is None:
        return _public(request, Refusal.SIGN_IN)
    refusal = find(request, IPermissionEvaluator).judge(request.identity, INSIDE)
    if refusal is not None:
        return _public(request, refusal)
    if not find(request, IRegistrations).is_admitted(request.dbsession, request.identity):
        return HTTPSeeOther("/espace-pro/inscription")
    return _inside(request)


def _public(request: PortalRequest, refusal: Refusal) -> Response:
    steps = None
    if current_identity(request) is not None:
        steps = find(request, IRegistrations).steps(request.dbsession, request.identity)
    value = {
        "steps": steps,
        "must_sign_in": refusal in {Refusal.SIGN_IN, Refusal.STEP_UP, Refusal.STALE},
        "official": find(request, OruSettings).official_figures,
        **_reviewer(request),
    }
    return render_to_response(f"{_TEMPLATES}/public.jinja2", value, request=request)


def _inside(request: PortalRequest) -> Response:
    directory = find(request, IDirectory)
    everything = directory.everything(request.dbsession)
    value = {
        "figures": figures(find(request, OruSettings).official_figures, everything),
        "count": len(everything),
        "latest": directory.latest_import(request.dbsession),
        **_reviewer(request),
    }
    return render_to_response(f"{_TEMPLATES}/inside.jinja2", value, request=request)


def _reviewer(request: PortalRequest) -> dict[str, bool]:
    """Tell whether to show the way to the ORU team's review board."""
    identity = current_identity(request)
    judge = find(request, IPermissionEvaluator)
    return {"may_review": identity is not None and judge.judge(identity, REVIEW) is None}
