"""Shows a text of the portal."""

from __future__ import annotations

from pyramid.renderers import render_to_response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from esea_auth_plugin.pyramid_types import PortalRequest, ViewResult
from esea_auth_plugin.services import find, offers
from esea_auth_plugin.settings import AuthSettings, FoundationSettings, ReviewSettings

from .library import load
from .resources import IText, Text


@view_config(context=IText, request_method="GET", permission=NO_PERMISSION_REQUIRED)
def text(place: Text, request: PortalRequest) -> ViewResult:
    """Render the words of this version; names and versions come from the closed list of ``texts.json``."""
    values = {
        "text": place.facts,
        "version": place.version,
        "in_force": place.facts.versions[place.version],
        "operator": load().operator,
        "settings": find(request, FoundationSettings),
        "review_settings": find(request, ReviewSettings),
        "auth_settings": find(request, AuthSettings) if offers(request, AuthSettings) else None,
    }
    return render_to_response(
        f"host_app:texts/templates/{place.facts.name}/{place.version}.jinja2", values, request=request
    )
