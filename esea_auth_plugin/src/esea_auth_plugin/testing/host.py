"""The smallest host of the full plugin, for projects that bring no application of their own to the fixtures."""

from __future__ import annotations

from pyramid.config import Configurator

from esea_auth_plugin.resources import PortalRoot, host_root

from ..pyramid_types import JsonObject


def configure(global_config: dict[str, str], settings: JsonObject) -> Configurator:
    """Return a committed configuration that includes the full plugin and nothing else."""
    config = Configurator(
        settings={"__file__": global_config.get("__file__", ""), **settings},
        root_factory=lambda request: host_root(request) or PortalRoot(request),
    )
    config.include("esea_auth_plugin")
    config.commit()
    return config
