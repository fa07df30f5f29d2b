"""The root of the portal's tree. Plugins hang their places under it with ``config.add_portal_child``."""

from __future__ import annotations

from typing import Any

from esea_auth_plugin.resources import PortalRoot


def root_factory(request: Any) -> PortalRoot:
    """Return the root that this request's host name serves."""
    return PortalRoot(request)
