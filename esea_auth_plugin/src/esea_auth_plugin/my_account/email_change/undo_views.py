"""The link that the former address receives: a GET shows, a POST puts the address back; nobody is signed in by it."""

from __future__ import annotations

from datetime import timedelta

from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...errors import PortalError
from ...foundation.throttling import Addresses
from ...interfaces import IThrottle, Limit
from ...pyramid_types import PortalRequest, TemplateValues
from ...services import find
from .resources import UndoResource
from .service import EmailChanges

LINK = Limit("email_change.link.address", 60, timedelta(hours=1))
_PAGE = "esea_auth_plugin:my_account/email_change/templates/undo.jinja2"


@view_config(context=UndoResource, request_method="GET", renderer=_PAGE, permission=NO_PERMISSION_REQUIRED)
def show(context: UndoResource, request: PortalRequest) -> TemplateValues:
    """Show what will be done. The new address is not shown: this link may be read by anybody."""
    change = find(request, EmailChanges).undoable(request.dbsession, context.secret)
    context.gone_unless(change)
    return {"change": change, "done": False, "problem": ""}


@view_config(context=UndoResource, request_method="POST", renderer=_PAGE, permission=NO_PERMISSION_REQUIRED)
def undo(context: UndoResource, request: PortalRequest) -> TemplateValues:
    """Put the former address back."""
    find(request, IThrottle).reserve(find(request, Addresses).use(LINK, request.client_address))
    try:
        with request.dbsession.begin_nested():
            find(request, EmailChanges).undo(request.dbsession, context.secret, address=request.client_address)
    except PortalError as error:
        request.response.status = 410
        return {"change": None, "done": False, "problem": error.message}
    context.forget()
    return {"change": None, "done": True, "problem": ""}
