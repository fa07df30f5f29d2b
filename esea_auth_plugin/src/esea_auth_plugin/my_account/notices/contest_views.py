"""« Ce n'était pas moi »: a GET shows what will be stopped, a POST stops it; nobody is signed in by either."""

from __future__ import annotations

from datetime import timedelta

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...authentication.credentials.usable import usable_of
from ...authentication.registry import modes_of
from ...foundation.database import retrying
from ...foundation.security.tokens import mailed_token
from ...foundation.throttling import Addresses
from ...foundation.web.cookies import drop_cookie, read_link_cookie, set_cookie
from ...interfaces import Factor, IThrottle, Limit
from ...pyramid_types import PortalRequest, TemplateValues, ViewResult
from ...services import find
from .kinds import KINDS
from .resources import SESSIONS_VIEW, ContestResource, ContestToken
from .service import Notice, Notices, effects

COOKIE = "signalement"
LINK = Limit("notices.link.address", 60, timedelta(hours=1))
_PAGE = "esea_auth_plugin:my_account/notices/templates/contest.jinja2"


@view_config(context=ContestToken, request_method="GET", permission=NO_PERMISSION_REQUIRED)
def take_token(context: ContestToken, request: PortalRequest) -> HTTPSeeOther:
    """Move the token into a cookie; mail scanners that follow the link use nothing up."""
    set_cookie(request, COOKIE, mailed_token(context.__name__), max_age=timedelta(minutes=30))
    return HTTPSeeOther("/signalement")


@view_config(context=ContestResource, request_method="GET", renderer=_PAGE, permission=NO_PERMISSION_REQUIRED)
def show(context: ContestResource, request: PortalRequest) -> TemplateValues:
    """Show what was told and what will be stopped."""
    notice = find(request, Notices).live(request.dbsession, read_link_cookie(request, COOKIE))
    return _page(request, notice, done=False)


@view_config(context=ContestResource, request_method="POST", renderer=_PAGE, permission=NO_PERMISSION_REQUIRED)
def contest(context: ContestResource, request: PortalRequest) -> TemplateValues:
    """Stop it."""
    find(request, IThrottle).reserve(find(request, Addresses).use(LINK, request.client_address))
    token = read_link_cookie(request, COOKIE)
    notices, address = find(request, Notices), request.client_address
    notice = retrying(request, lambda session: notices.contest(session, token, address=address))
    drop_cookie(request, COOKIE)
    return _page(request, notice, done=notice is not None)


@view_config(
    context=ContestResource,
    name=SESSIONS_VIEW,
    request_method="POST",
    renderer=_PAGE,
    permission=NO_PERMISSION_REQUIRED,
)
def end_sessions(context: ContestResource, request: PortalRequest) -> ViewResult:
    """End the sessions and block nothing; the link stays usable, or a thief could spend it so."""
    find(request, IThrottle).reserve(find(request, Addresses).use(LINK, request.client_address))
    token, address = read_link_cookie(request, COOKIE), request.client_address
    notices = find(request, Notices)
    notice = retrying(request, lambda session: notices.end_sessions(session, token, address=address))
    if notice is None:
        return _page(request, None, done=False)
    request.flash("Toutes les sessions sont fermées. Connectez-vous, puis changez aussitôt votre mot de passe.")
    return HTTPSeeOther("/connexion?retour=/compte/mot-de-passe")


def _page(request: PortalRequest, notice: Notice | None, *, done: bool) -> TemplateValues:
    if notice is None:
        request.response.status = 410
    usable, proving = [], []
    if notice is not None:
        held = usable_of(request.registry, request.dbsession, notice.subject, stopped=notice.freezes).modes
        usable = [mode for mode in held if not mode.restores]
        proving = [mode for mode in modes_of(request).all() if Factor.HEALTH_CREDENTIAL in mode.factors]
    return {
        "remaining": usable,
        "proving": proving,
        "notice": notice,
        "kind": KINDS.get(notice.kind) if notice else None,
        "effects": effects(request.registry, notice.freezes) if notice else [],
        "done": done,
    }
