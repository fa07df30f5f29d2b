"""Pages of the simulated reader: choose a card, and it is judged as the card host judges one."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from esea_auth_plugin.interfaces import ICardService
from esea_auth_plugin.pyramid_types import JsonObject, PortalRequest, TemplateValues, ViewResult
from esea_auth_plugin.services import find

from .cards import CARDS
from .reader import PATH, CardReaderResource, DemoCards

_FOLDER = "host_app:demo/templates"
_PLACE: JsonObject = {"context": CardReaderResource, "permission": NO_PERMISSION_REQUIRED}


@view_config(request_method="GET", renderer=f"{_FOLDER}/reader.jinja2", **_PLACE)
def choose(context: CardReaderResource, request: PortalRequest) -> TemplateValues:
    """Offer the fictional cards."""
    return {"cards": CARDS, "state": request.GET.get("state", ""), "path": PATH}


@view_config(request_method="POST", **_PLACE)
def insert(context: CardReaderResource, request: PortalRequest) -> ViewResult:
    """Read the chosen card: for the sign-in that asked, or for a test."""
    der = find(request, DemoCards).der(request.POST.get("carte", ""))
    answer = find(request, ICardService).insert(request, der, request.POST.get("state", ""))
    if answer.refusal is None:
        return HTTPSeeOther(answer.location)
    response = render_to_response(f"{_FOLDER}/reader_refused.jinja2", {"refusal": answer.refusal}, request=request)
    response.status_int = answer.refusal.status
    return response
