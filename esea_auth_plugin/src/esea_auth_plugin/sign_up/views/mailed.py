"""What mailed links open. A GET moves the token into the flow's cookie and redirects to an address without it.

So no token stays in a history, a referrer or a proxy's log, and a mail scanner that follows the link uses nothing up.
"""

from __future__ import annotations

from datetime import timedelta

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...foundation.database import IDatabase
from ...foundation.security.tokens import mailed_token
from ...foundation.web.cookies import set_cookie
from ...pyramid_types import PortalRequest, ViewResult
from ...resources import Resource
from ...services import find
from .. import limits
from ..drafts import Drafts
from ..flow import PATHS, remember
from ..resources import Confirmation, Invitation, MailedToken, Resumption
from ..resumption import RESUMPTION_COOKIE, open_again, resumable

_TEMPLATES = "esea_auth_plugin:sign_up/templates"

CONFIRMATION_COOKIE, INVITATION_COOKIE = "confirmation", "invitation"
_COOKIES: dict[type[Resource], str] = {
    Confirmation: CONFIRMATION_COOKIE,
    Invitation: INVITATION_COOKIE,
    Resumption: RESUMPTION_COOKIE,
}
#: Time to fill the page; the token itself ends when it ends.
FLOW = timedelta(minutes=30)


@view_config(context=MailedToken, request_method="GET", permission=NO_PERMISSION_REQUIRED)
def token_received(context: MailedToken, request: PortalRequest) -> ViewResult:
    """Take the token out of the address. Nothing is judged and nothing is written here."""
    place = context.__parent__
    cookie = _COOKIES[type(place)]
    set_cookie(request, cookie, mailed_token(context.__name__), max_age=FLOW)
    return HTTPSeeOther(place.path)


@view_config(
    context=Resumption,
    request_method="GET",
    permission=NO_PERMISSION_REQUIRED,
    renderer=f"{_TEMPLATES}/resume.jinja2",
)
def resumption_page(context: Resumption, request: PortalRequest) -> ViewResult:
    """« Compléter ma demande » or « Faire une nouvelle demande »; nothing typed is shown before the button."""
    with find(request, IDatabase).reading() as session:
        found = resumable(request, session)
    if found is None:
        request.response.status_int = 410
    return {"found": found}


@view_config(context=Resumption, request_method="POST", permission=NO_PERMISSION_REQUIRED)
def resumed(context: Resumption, request: PortalRequest) -> ViewResult:
    """Make a draft of the filled form, in this browser."""
    limits.from_here(request, limits.MAILED)
    session = request.dbsession
    found = resumable(request, session)
    if found is None:
        return HTTPSeeOther(context.path)
    answers, done, completes = open_again(request, session, found)
    _, secret = Drafts(request.registry).start(session, answers, done=done, completes=completes)
    remember(request, secret)
    return HTTPSeeOther(PATHS[1])
