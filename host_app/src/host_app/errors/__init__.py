"""Error pages of this portal: the plugin's views, our template."""

from __future__ import annotations

from esea_auth_plugin.pyramid_types import Configurator


def includeme(config: Configurator) -> None:
    """Put our template in the place of the plugin's."""
    config.override_asset(
        to_override="esea_auth_plugin:foundation/layout/templates/error.jinja2",
        override_with="host_app:errors/templates/error.jinja2",
    )
