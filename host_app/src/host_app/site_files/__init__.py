"""``/robots.txt`` and ``/favicon.ico``, which robots and browsers ask every site for."""

from __future__ import annotations

from esea_auth_plugin.pyramid_types import Configurator


def includeme(config: Configurator) -> None:
    """Declare the two fixed addresses."""
    config.add_route("robots", "/robots.txt")
    config.add_route("favicon", "/favicon.ico")
    config.scan(f"{__name__}.views")
