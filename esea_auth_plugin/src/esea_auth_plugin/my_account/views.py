"""« Gérer mon compte »: every entry of the menu with its sentence, for who does not know what it holds."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPFound, HTTPNotFound
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ..authentication.registry import modes_of
from ..pyramid_types import PortalRequest, TemplateValues
from .resources import HubResource

CHANGE_PASSWORD_ROUTE = "esea.change_password"  # noqa: S105 - the name of a route


@view_config(
    context=HubResource,
    request_method="GET",
    permission="esea.account.view",
    renderer="esea_auth_plugin:my_account/templates/hub.jinja2",
)
def hub(context: HubResource, request: PortalRequest) -> TemplateValues:
    """Show the parts of the menu."""
    parts = ((group, [entry for entry in entries if entry.text]) for group, entries in request.account_menu)
    return {"parts": [(group, entries) for group, entries in parts if entries]}


@view_config(route_name=CHANGE_PASSWORD_ROUTE, request_method="GET", permission=NO_PERMISSION_REQUIRED)
def change_password(request: PortalRequest) -> HTTPFound:
    """Lead password managers to the page that changes the password (W3C, well-known URL for changing passwords)."""
    if modes_of(request).get("password") is None and modes_of(request).get("mail_code") is None:
        raise HTTPNotFound
    return HTTPFound("/compte/mot-de-passe")
