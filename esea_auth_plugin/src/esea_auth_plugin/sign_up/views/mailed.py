"""The mailed link that opens the filled form again: to complete the sign-up, or to make a new one after a refusal."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...foundation.database import IDatabase
from ...pyramid_types import PortalRequest, ViewResult
from ...services import find
from .. import limits
from ..drafts import Drafts
from ..flow import PATHS, remember
from ..resources import Resumption
from ..resumption import open_again, resumable

_TEMPLATES = "esea_auth_plugin:sign_up/templates"


@view_config(
    context=Resumption,
    request_method="GET",
    permission=NO_PERMISSION_REQUIRED,
    renderer=f"{_TEMPLATES}/resume.jinja2",
)
def resumption_page(context: Resumption, request: PortalRequest) -> ViewResult:
    """« Compléter ma demande » or « Faire une nouvelle demande »; nothing typed is shown before the button."""
    with find(request, IDatabase).reading() as session:
        found = resumable(request, session, context.secret)
    context.gone_unless(found)
    return {"found": found}


@view_config(context=Resumption, request_method="POST", permission=NO_PERMISSION_REQUIRED)
def resumed(context: Resumption, request: PortalRequest) -> ViewResult:
    """Make a draft of the filled form, in this browser."""
    limits.from_here(request, limits.MAILED)
    session = request.dbsession
    found = resumable(request, session, context.secret)
    if found is None:
        return HTTPSeeOther(context.path)
    answers, done, completes = open_again(request, session, found)
    _, secret = Drafts(request.registry).start(session, answers, done=done, completes=completes)
    remember(request, secret)
    return HTTPSeeOther(PATHS[1])
