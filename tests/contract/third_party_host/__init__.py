"""A third party's portal in forty lines: its own root, its own layout, and the full plugin beside a page of its own."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from zope.interface import implementer

from esea_auth_plugin.interfaces import IPortalRoot
from esea_auth_plugin.resources import portal_child


@implementer(IPortalRoot)
class Town:
    """The root of a town's site, which knows nothing of our resources but where plugins hang their places."""

    __name__ = ""
    __parent__ = None

    def __init__(self, request: Any) -> None:
        self.request = request

    def __getitem__(self, key: str) -> Any:
        return portal_child(self.request, self, key)


def home(context: Any, request: Any) -> Response:
    """The town's own page."""
    return Response("<h1>La ville de Saintes</h1>", charset="utf-8")


def configure(global_config: dict[str, str], settings: dict[str, Any]) -> Configurator:
    """Return the town's application."""
    config = Configurator(settings=settings, root_factory=Town)
    config.include("esea_auth_plugin")
    config.set_portal_layout("tests.contract.third_party_host:templates/layout.jinja2")
    config.add_view(home, context=Town, permission=NO_PERMISSION_REQUIRED)
    config.commit()
    return config
