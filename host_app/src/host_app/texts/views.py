"""Shows a text of the portal."""

from __future__ import annotations

from typing import Any

from pyramid.renderers import render_to_response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from .resources import IText


@view_config(context=IText, request_method="GET", permission=NO_PERMISSION_REQUIRED)
def text(context: Any, request: Any) -> Any:
    """Render the template of the place's name; the names come from the closed list in the package."""
    return render_to_response(f"host_app:texts/templates/{context.__name__}.jinja2", {}, request=request)
