"""Renders one form's widgets in the application's Jinja2 environment; deform's global renderer is not touched."""

from __future__ import annotations

from markupsafe import Markup
from pyramid_jinja2 import IJinja2Environment

from ...pyramid_types import PortalRequest
from .messages import translate

_FOLDER = "esea_auth_plugin:foundation/forms/templates/"


class FormRenderer:
    """What deform calls with a widget's template name and values."""

    def __init__(self, request: PortalRequest) -> None:
        self._request = request
        self._environment = request.registry.getUtility(IJinja2Environment, name=".jinja2")

    def __call__(self, template: str, **values: object) -> Markup:
        """Return the HTML. A name with ``:`` is an asset of another package, others are files of ours."""
        asset = template if ":" in template else f"{_FOLDER}{template}.jinja2"
        return Markup(self._environment.get_template(asset).render(values))  # noqa: S704 - autoescaped

    def translate(self, message: object) -> object:
        """Return a message as this portal says it."""
        return translate(self._request, message)
