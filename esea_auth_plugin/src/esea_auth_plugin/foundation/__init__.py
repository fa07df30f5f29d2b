"""The foundation: ``config.include('esea_auth_plugin.foundation')``.

Database, sessions, web safety, throttle, mail, audit, jobs, reviews, forms and layout, without accounts or any
sign-in: for plugins such as the Espace Pro when it runs as a site of its own.
"""

from __future__ import annotations

from ..pyramid_types import Configurator

#: In this order: each package may use the directives of those before it.
PACKAGES = (
    "esea_auth_plugin.directives",
    "esea_auth_plugin.settings",
    ".database",
    ".revocation",
    ".migrations",
    ".security",
    ".http_client",
    ".web",
    ".jobs",
    ".single_use",
    ".audit",
    ".throttling",
    ".mail",
    ".sessions",
    ".mailed_link",
    ".permissions.evaluation",
    ".layout",
    "esea_auth_plugin.site_files",
    ".forms",
    ".reviews",
)


def includeme(config: Configurator) -> None:
    """Include every package of the foundation."""
    for package in PACKAGES:
        config.include(package, route_prefix=None)
