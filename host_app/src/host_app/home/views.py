"""``/``: what the portal is for, and how to get in."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from zoneinfo import ZoneInfo

from pyramid.path import AssetResolver
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from esea_auth_plugin.interfaces import ICatalogue, IPortalRoot
from esea_auth_plugin.pyramid_types import JsonObject, PortalRequest, TemplateValues
from esea_auth_plugin.resources import Resource
from esea_auth_plugin.services import current_time, find, offers
from esea_auth_plugin.settings import AuthSettings


@cache
def news() -> JsonObject:
    """Return the news and the dates to remember, written in ``news.json``."""
    with AssetResolver().resolve("host_app:home/news.json").stream() as stream:
        found: JsonObject = json.load(stream)
    for item in found["items"]:
        item["date"] = date.fromisoformat(item["date"])
    return found


@view_config(
    context=IPortalRoot,
    request_method="GET",
    permission=NO_PERMISSION_REQUIRED,
    renderer="host_app:home/templates/home.jinja2",
)
def home(context: Resource, request: PortalRequest) -> TemplateValues:
    """Show the services of the catalogue, the way to an account, the dates and the news."""
    services = find(request, ICatalogue).all() if offers(request, ICatalogue) else ()
    today = current_time(request).astimezone(ZoneInfo("Europe/Paris")).date()
    return {
        "services": services,
        "opening_soon": {one.slug for one in services if one.opens_on is not None and one.opens_on > today},
        "token_days": find(request, AuthSettings).confirmation_token_days if offers(request, AuthSettings) else None,
        **news(),
    }
