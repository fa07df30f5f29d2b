"""An example regional portal: both plugins, a home page, error pages, health, and a demo.

Read it as an integrator would: this file is all the wiring there is.
"""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.exceptions import ConfigurationExecutionError

from esea_auth_plugin.errors import ConfigurationError
from esea_auth_plugin.pyramid_types import JsonObject


def main(global_config: dict[str, str], **settings: object) -> Any:
    """PasteDeploy's application factory: ``use = egg:host-app`` in an ini file."""
    return configure(global_config, settings).make_wsgi_app()


def configure(global_config: dict[str, str], settings: JsonObject) -> Configurator:
    """Return the committed configuration; the command line and the tests use it without serving."""
    settings = {"__file__": global_config.get("__file__", ""), **settings}
    config = Configurator(settings=settings, root_factory="host_app.root.root_factory")
    config.include("host_app.plugins")  # the plugins that portal.plugins names
    config.include("host_app.layout")  # what this portal changes of their look
    config.include("host_app.home")
    config.include("host_app.texts")
    config.include("host_app.errors")
    config.include("host_app.health")
    config.include("host_app.site_files")
    if settings.get("portal.demo") == "true":
        config.include("host_app.demo")
    try:
        config.commit()
    except ConfigurationExecutionError as error:
        # Pyramid wraps what an action raises: the operator needs the problems, not its stack.
        if isinstance(error.evalue, ConfigurationError):
            raise error.evalue from None
        raise
    return config
