"""Pages beside the sign-in: the official button's image, the end of PSC's session, and PSC's own sign-outs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.path import AssetResolver
from pyramid.response import FileResponse, Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...errors import PortalError, TooManyAttempts
from ...interfaces import IAuditTrail, IThrottle, Limit, PortalSettings
from ...pyramid_types import PortalRequest, ViewResult, current_identity
from ...services import current_time, find
from . import ended_sessions as ended
from .discovery import PscDown
from .resources import AfterResource, ButtonResource, EndSessionResource
from .service import END_SESSION_PATH, Psc
from .sessions import PscSessions
from .settings import origin_of

ROUTE = "psc.backchannel_logout"
PATH = "/connexion/psc/deconnexion-distante"
#: Names of the modes whose sessions rest on PSC.
MODES = frozenset({"pro_sante_connect", "ecps"})
_TOLD = Limit("psc.backchannel_logout", 120, timedelta(minutes=1))
_IMAGES = {".svg": "image/svg+xml", ".png": "image/png"}


@view_config(context=ButtonResource, request_method="GET", permission=NO_PERMISSION_REQUIRED)
def button(context: ButtonResource, request: PortalRequest) -> ViewResult:
    """Serve the official artwork from where the operator keeps it: it may be neither redrawn nor shipped."""
    wanted = find(request, Psc).settings.button_image
    kind = _IMAGES.get(Path(wanted).suffix.lower())
    path = Path(AssetResolver(None).resolve(wanted).abspath()) if wanted and kind else None
    if path is None or not path.is_file():
        raise HTTPNotFound
    return FileResponse(str(path), request=request, content_type=kind, cache_max_age=3600)


@view_config(
    context=EndSessionResource,
    request_method="GET",
    renderer="esea_auth_plugin:auth_modes/pro_sante_connect/templates/end_session.jinja2",
    # Its ticket, good for two minutes, stands in for the session that has just ended.
    permission=NO_PERMISSION_REQUIRED,
)
def end_session_url(context: EndSessionResource, request: PortalRequest) -> ViewResult:
    """Show the form that ends PSC's session, sent by itself where scripts run."""
    psc = find(request, Psc)
    ticket = request.GET.get("ticket", "")[:128]
    hint = find(request, PscSessions).hint(request.dbsession, ticket, current_time(request)) if ticket else None
    end_session = psc.client.discovery.known().get("end_session_endpoint")
    if hint is None or not end_session:
        return HTTPSeeOther("/")
    request.content_policy.allow_form_target(origin_of(end_session))
    request.response.cache_control.no_store = True
    return {
        "end_session": end_session,
        "hint": hint,
        "client_id": psc.settings.client_id,
        "back": find(request, PortalSettings).absolute(END_SESSION_PATH),
    }


@view_config(context=AfterResource, request_method="GET", permission=NO_PERMISSION_REQUIRED)
def after(context: AfterResource, request: PortalRequest) -> ViewResult:
    """PSC sent the browser back after a sign-out, with or without a state: nothing in it is acted upon."""
    if current_identity(request) is None:
        request.flash("Vos sessions sont fermées, ici et chez Pro Santé Connect.", "info")
    return HTTPSeeOther("/")


@view_config(route_name=ROUTE, request_method="POST", require_csrf=False, permission=NO_PERMISSION_REQUIRED)
def ended_there(request: PortalRequest) -> Response:
    """Take a logout_token: PSC ended a session, so ours that rests on it ends now (OpenID Back-Channel Logout)."""
    psc = find(request, Psc)
    if not psc.settings.backchannel_logout:
        raise HTTPNotFound
    try:
        find(request, IThrottle).reserve((_TOLD, request.client_address))
        told = psc.client.tokens.logout_token(request.POST.get("logout_token"), at=current_time(request))
    except TooManyAttempts as error:
        return Response(status=429, headers={"Retry-After": str(error.retry_after)}, cache_control="no-store")
    except PscDown:
        return Response(status=503, cache_control="no-store")
    except PortalError as error:
        find(request, IAuditTrail).record(
            request.dbsession, "psc.logout_refused", outcome="refused", details={"code": error.code}
        )
        return Response(status=400, json_body={"error": "invalid_request"}, cache_control="no-store")
    issuer = psc.client.discovery.issuer
    ended.remember(request.registry, told, issuer, current_time(request))
    closed = find(request, PscSessions).ended_there(request.dbsession, told, issuer, MODES)
    if closed is None:
        return Response(status=400, json_body={"error": "invalid_request"}, cache_control="no-store")
    return Response(status=200, cache_control="no-store")
