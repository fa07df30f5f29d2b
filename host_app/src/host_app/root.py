"""The root of the portal's tree. Plugins hang their places under it with ``config.add_portal_child``."""

from __future__ import annotations

from typing import Any

from esea_auth_plugin.pyramid_types import PortalRequest
from esea_auth_plugin.resources import PortalRoot, host_root


def root_factory(request: PortalRequest) -> Any:
    """Return the root that this request's host name serves."""
    return host_root(request) or PortalRoot(request)
