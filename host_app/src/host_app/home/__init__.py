"""The home page: the way in, the services, the news."""

from __future__ import annotations

from esea_auth_plugin.pyramid_types import Configurator


def includeme(config: Configurator) -> None:
    """Scan the page."""
    config.scan(f"{__name__}.views")
