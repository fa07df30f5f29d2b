"""For those who run the portal: ``/healthz`` and ``/metrics``."""

from __future__ import annotations

from esea_auth_plugin.pyramid_types import Configurator


def includeme(config: Configurator) -> None:
    """Declare the two fixed addresses."""
    config.add_route("healthz", "/healthz")
    config.add_route("metrics", "/metrics")
    config.scan(f"{__name__}.views")
