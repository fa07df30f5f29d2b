"""« Ce n'était pas moi »: a GET shows what will be stopped, a POST stops it; nobody is signed in by either."""

from __future__ import annotations

from datetime import timedelta

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...authentication.credentials.usable import usable_of
from ...authentication.registry import modes_of
from ...foundation.database import retrying
from ...foundation.throttling import Addresses
from ...interfaces import Factor, IThrottle, Limit
from ...pyramid_types import PortalRequest, TemplateValues, ViewResult
from ...services import find
from .kinds import KINDS
from .resources import SESSIONS_VIEW, ContestResource
from .service import Notice, Notices, effects

LINK = Limit("notices.link.address", 60, timedelta(hours=1))
_PAGE = "esea_auth_plugin:my_account/notices/templates/contest.jinja2"


@view_config(context=ContestResource, request_method="GET", renderer=_PAGE, permission=NO_PERMISSION_REQUIRED)
def show(context: ContestResource, request: PortalRequest) -> TemplateValues:
    """Show what was told and what will be stopped."""
    notice = find(request, Notices).live(request.dbsession, context.secret)
    return _page(context, notice, done=False)


@view_config(context=ContestResource, request_method="POST", renderer=_PAGE, permission=NO_PERMISSION_REQUIRED)
def contest(context: ContestResource, request: PortalRequest) -> TemplateValues:
    """Stop it."""
    find(request, IThrottle).reserve(find(request, Addresses).use(LINK, request.client_address))
    token = context.secret
    notices, address = find(request, Notices), request.client_address
    notice = retrying(request, lambda session: notices.contest(session, token, address=address))
    context.forget()
    return _page(context, notice, done=notice is not None)


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
    token, address = context.secret, request.client_address
    notices = find(request, Notices)
    notice = retrying(request, lambda session: notices.end_sessions(session, token, address=address))
    if notice is None:
        return _page(context, None, done=False)
    request.flash("Toutes les sessions sont fermées. Connectez-vous, puis changez aussitôt votre mot de passe.")
    return HTTPSeeOther("/connexion?retour=/compte/mot-de-passe")


def _page(context: ContestResource, notice: Notice | None, *, done: bool) -> TemplateValues:
    context.gone_unless(notice)
    request = context.request
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
        "effects": effects(context.request.registry, notice.freezes) if notice else [],
        "done": done,
    }
