"""Which host names the portal answers to: that of ``portal.url`` and those of ``portal.hosts``."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from ..settings import FoundationSettings

#: Name of the root that every host serves unless ``portal.hosts`` says otherwise.
PORTAL_ROOT = "portal"


def known_hosts(settings: FoundationSettings) -> frozenset[str]:
    """Return the ``Host`` values that are answered, with and without the default port."""
    parts = urlsplit(settings.url)
    names = {parts.netloc.lower(), *(name.lower() for name in settings.hosts)}
    default = ":443" if parts.scheme == "https" else ":80"
    return frozenset(names | {name + default for name in names if ":" not in name})


def is_known(request: Any, known: frozenset[str]) -> bool:
    """Tell whether the request's one ``Host`` is ours. ``X-Forwarded-Host`` is never read."""
    return str(request.environ.get("HTTP_HOST", "")).lower() in known


def root_name(request: Any, settings: FoundationSettings) -> str:
    """Return the name of the root that this host serves: ``portal`` unless ``portal.hosts`` says otherwise."""
    host = str(request.environ.get("HTTP_HOST", "")).lower()
    for name, root in settings.hosts.items():
        if host in {name.lower(), f"{name.lower()}:443", f"{name.lower()}:80"}:
            return root
    return PORTAL_ROOT
