"""The foundation: ``config.include('esea_auth_plugin.foundation')``.

Database, sessions, web safety, throttle, mail, audit, jobs, reviews, forms and layout, without accounts or any
sign-in: for plugins such as the Espace Pro when it runs as a site of its own.
"""

from __future__ import annotations

from typing import Any

#: In this order: each room may use the directives of those before it.
ROOMS = (
    ".directives",
    ".settings",
    ".database",
    ".migrations",
    ".security",
    ".outbound",
    ".web",
    ".jobs",
    ".audit",
    ".throttle",
    ".mail",
    ".session",
    ".access.judge",
    ".layout",
    ".site_files",
    ".forms",
    ".reviews",
)


def includeme(config: Any) -> None:
    """Include every room of the foundation."""
    for room in ROOMS:
        config.include(room, route_prefix=None)
