"""``/``: what the portal is for, and how to get in."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from typing import Any

from pyramid.path import AssetResolver
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from esea_auth_plugin.interfaces import ICatalogue, IPortalRoot
from esea_auth_plugin.services import find, offers


@cache
def _news() -> dict[str, Any]:
    with AssetResolver().resolve("host_app:home/news.json").stream() as stream:
        found: dict[str, Any] = json.load(stream)
    for item in found["items"]:
        item["date"] = date.fromisoformat(item["date"])
    return found


@view_config(
    context=IPortalRoot,
    request_method="GET",
    permission=NO_PERMISSION_REQUIRED,
    renderer="host_app:home/templates/home.jinja2",
)
def home(context: Any, request: Any) -> dict[str, Any]:
    """Show the services of the catalogue and the news."""
    services = find(request, ICatalogue).all() if offers(request, ICatalogue) else ()
    return {"services": services, **_news()}
