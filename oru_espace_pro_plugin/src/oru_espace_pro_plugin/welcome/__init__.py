"""The two faces of ``/espace-pro``: what it is, for everybody; the welcome page, for who is admitted."""

from __future__ import annotations

from esea_auth_plugin.interfaces import NavItem
from esea_auth_plugin.pyramid_types import Configurator


def includeme(config: Configurator) -> None:
    """Add the pages and the entry of the navigation."""
    config.add_nav_item(NavItem("Espace Pro", "/espace-pro", order=30))
    config.scan(".views")
