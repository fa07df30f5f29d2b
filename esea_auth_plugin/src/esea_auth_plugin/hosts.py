"""Which host names the portal answers to: that of ``portal.url`` and those of ``portal.hosts``."""

from __future__ import annotations

import re

from .pyramid_types import PortalRequest
from .settings import FoundationSettings

#: Name of the root that every host serves unless ``portal.hosts`` says otherwise.
PORTAL_ROOT = "portal"
_PORT = re.compile(r":[0-9]+$")


def known_hosts(settings: FoundationSettings) -> frozenset[str]:
    """Return the ``Host`` values that are answered, with and without the default port."""
    scheme, _, own = settings.url.partition("://")
    names = {own, *settings.hosts}
    default = ":443" if scheme == "https" else ":80"
    return frozenset(names | {name + default for name in names if not _PORT.search(name)})


def is_known(request: PortalRequest, known: frozenset[str]) -> bool:
    """Tell whether the request's one ``Host`` is ours. ``X-Forwarded-Host`` is never read."""
    return str(request.environ.get("HTTP_HOST", "")).lower() in known


def root_name(request: PortalRequest, settings: FoundationSettings) -> str:
    """Return the name of the root that this host serves: ``portal`` unless ``portal.hosts`` says otherwise."""
    host = str(request.environ.get("HTTP_HOST", "")).lower()
    for name, root in settings.hosts.items():
        if host in {name, f"{name}:443", f"{name}:80"}:
            return root
    return PORTAL_ROOT
