"""The demo behind a real nginx on this machine: TLS, a card host of its own, fictional cards (``make serve-tls``).

The proxy's configuration is the one that is shipped in ``config/nginx``, with other names, ports and folders: what
works here works on a real server, and the tests drive the same.
"""

from __future__ import annotations

from .lists import give_lists
from .nginx import Nginx, NginxMissing
from .rendering import Location, render
from .server_certificates import write_server_certificates
from .settings import card_settings, proxy_secret

__all__ = [
    "Location",
    "Nginx",
    "NginxMissing",
    "card_settings",
    "give_lists",
    "proxy_secret",
    "render",
    "write_server_certificates",
]
