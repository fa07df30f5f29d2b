"""Turns the shipped configuration of nginx into one that runs on the loopback address of this machine."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path

#: Names that the shipped files mark « À CHANGER ».
_PORTAL, _CARD = "portail.exemple.fr", "cps.portail.exemple.fr"
#: Folders that the shipped files name, and ours below the place's own.
_FOLDERS = {"/etc/portail/": "", "/var/lib/portail/": "cps/", "/var/log/nginx/": "log/"}

_MAIN = """daemon off;
{user}pid {folder}/nginx.pid;
error_log {folder}/log/nginx.log warn;
worker_processes {workers};
events {{ worker_connections 512; }}
http {{
    default_type text/plain;
    client_body_temp_path {folder}/tmp/body;
    proxy_temp_path {folder}/tmp/proxy;
    fastcgi_temp_path {folder}/tmp/fastcgi;
    uwsgi_temp_path {folder}/tmp/uwsgi;
    scgi_temp_path {folder}/tmp/scgi;
    include {folder}/conf.d/*.conf;
}}
"""


@dataclass(frozen=True, slots=True)
class Location:
    """Where a proxy of this machine listens, and what lies behind it.

    :ivar folder: everything it reads and writes is below; no blank in it.
    :ivar upstream: ``host:port`` of the application.
    """

    folder: Path
    port: int
    upstream: str
    portal: str = "localhost"
    card: str = "cps.localhost"
    workers: int = 1

    @property
    def portal_url(self) -> str:
        """The portal's origin."""
        return f"https://{self.portal}:{self.port}"

    @property
    def card_url(self) -> str:
        """The card host's origin."""
        return f"https://{self.card}:{self.port}"

    @property
    def main(self) -> Path:
        """The file that nginx is started with."""
        return self.folder / "nginx.conf"


def render(shipped: Path, place: Location, secret: str) -> Path:
    """Write the configuration below the place's folder; return the file to start nginx with.

    :param shipped: the checkout's ``config/nginx``. :param secret: what proves to the application that nginx speaks.
    """
    for name in ("nginx", "conf.d", "tls", "cps/crl", "log", "tmp"):
        (place.folder / name).mkdir(parents=True, exist_ok=True)
    for name in ("portal.conf", "card.conf"):
        (place.folder / "conf.d" / name).write_text(adapted((shipped / name).read_text(encoding="utf-8"), place))
    for name in ("proxy.conf", "card-proxy.conf"):
        (place.folder / "nginx" / name).write_text(adapted((shipped / name).read_text(encoding="utf-8"), place))
    lock = place.folder / "nginx" / "secret.conf"
    lock.touch(mode=0o600)
    lock.write_text(f'proxy_set_header X-Portal-Proxy-Secret "{secret}";\n', encoding="ascii")
    user = "user root;\n" if os.geteuid() == 0 else ""
    place.main.write_text(_MAIN.format(folder=place.folder, user=user, workers=place.workers), encoding="utf-8")
    return place.main


def adapted(text: str, place: Location) -> str:
    """Return a shipped file with the place's names, ports and folders."""
    port = place.port
    v6 = f"listen [::1]:{port} " if has_ipv6() else f"listen 127.0.0.2:{port} "
    changes = {
        _CARD: place.card,
        _PORTAL: place.portal,
        "listen 443 ": f"listen 127.0.0.1:{port} ",
        "listen [::]:443 ": v6,
        # Port 80 belongs to nobody here: those servers listen where no browser goes.
        "listen 80": f"listen unix:{place.folder}/80.sock",
        "listen [::]:80": f"listen unix:{place.folder}/80v6.sock",
        "server 127.0.0.1:6543": f"server {place.upstream}",
        # Browsers name the port when it is not 443, and the portal knows itself by name and port.
        " $host;": f" $host:{port};",
        "https://" + place.portal + "$": f"{place.portal_url}$",
        "https://" + place.card + "$": f"{place.card_url}$",
        **{shipped: f"{place.folder}/{ours}" for shipped, ours in _FOLDERS.items()},
    }
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


def has_ipv6() -> bool:
    """Tell whether this machine has an IPv6 loopback address."""
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            return False
    return True
