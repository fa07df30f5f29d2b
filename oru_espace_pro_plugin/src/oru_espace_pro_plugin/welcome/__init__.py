"""The two faces of ``/espace-pro``: what it is, for everybody; the welcome page, for who is admitted."""

from __future__ import annotations

from typing import Any

from esea_auth_plugin.interfaces import NavItem


def includeme(config: Any) -> None:
    """Add the pages and the entry of the navigation."""
    config.add_nav_item(NavItem("Espace Pro", "/espace-pro", order=30))
    config.scan(".views")
