"""« Ce n'était pas moi »: a GET shows what will be stopped, a POST stops it; nobody is signed in by either."""

from __future__ import annotations

from datetime import timedelta

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...foundation.database import retrying
from ...foundation.security.tokens import mailed_token
from ...foundation.throttling import Addresses
from ...foundation.web.cookies import drop_cookie, read_link_cookie, set_cookie
from ...interfaces import IThrottle, Limit
from ...pyramid_types import PortalRequest, TemplateValues
from ...services import find
from .kinds import KINDS
from .resources import ContestResource, ContestToken
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


def _page(request: PortalRequest, notice: Notice | None, *, done: bool) -> TemplateValues:
    if notice is None:
        request.response.status = 410
    return {
        "notice": notice,
        "kind": KINDS.get(notice.kind) if notice else None,
        "effects": effects(request.registry, notice.freezes) if notice else [],
        "done": done,
    }
