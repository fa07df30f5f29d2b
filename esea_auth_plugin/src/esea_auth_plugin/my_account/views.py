"""« Gérer mon compte »: every entry of the menu with its sentence, for who does not know what it holds."""

from __future__ import annotations

from typing import Any

from pyramid.view import view_config

from .resources import IHubPlace


@view_config(
    context=IHubPlace,
    request_method="GET",
    permission="esea.account.view",
    renderer="esea_auth_plugin:my_account/templates/hub.jinja2",
)
def hub(context: Any, request: Any) -> dict[str, Any]:
    """Show the parts of the menu."""
    parts = ((group, [entry for entry in entries if entry.text]) for group, entries in request.account_menu)
    return {"parts": [(group, entries) for group, entries in parts if entries]}
