"""The public texts are for everybody, robots too; every other page is for one person at one moment."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPFound
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from esea_auth_plugin.foundation.layout.static_files import folders
from esea_auth_plugin.pyramid_types import PortalRequest

from ..texts.library import NAMES

_PUBLIC = ("/$", *(f"/{name}$" for name in NAMES), "/static/")


@view_config(route_name="robots", request_method="GET", permission=NO_PERMISSION_REQUIRED)
def robots(request: PortalRequest) -> Response:
    """Name what robots may read (RFC 9309); no other address is listed, since the file is public."""
    lines = ["User-agent: *", *(f"Allow: {path}" for path in _PUBLIC), "Disallow: /", ""]
    return Response("\n".join(lines), content_type="text/plain", charset="utf-8", cache_control="public, max-age=86400")


@view_config(route_name="favicon", request_method="GET", permission=NO_PERMISSION_REQUIRED)
def favicon(request: PortalRequest) -> HTTPFound:
    """Lead to the icon that pages name; browsers ask for this one beside error pages and texts."""
    found = HTTPFound(folders(request).path("host_app:static/icon.svg"))
    found.headers["Cache-Control"] = "public, max-age=86400"
    return found
