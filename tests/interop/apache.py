"""A real Apache with the shipped configuration under other names, ports and folders."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from esea_auth_plugin.testing.processes import Helper, listens
from host_app.demo.tls import Location

_MODULES = Path("/usr/lib/apache2/modules")
_NEEDED = ("mpm_event", "authz_core", "headers", "macro", "ssl", "proxy", "proxy_http", "http2", "setenvif", "alias")


def program() -> str | None:
    """Return Apache's path, ``None`` where it is missing."""
    return shutil.which("apache2", path="/usr/sbin:/usr/bin")


def render_apache(shipped: Path, place: Location, secret: str) -> Path:
    """Write the configuration beside the place's certificates and lists; return the file to start Apache with."""
    folder = place.folder
    for name in ("apache", "apache-log"):
        (folder / name).mkdir(exist_ok=True)
    changes = {
        "cps.portail.exemple.fr": place.card,
        "portail.exemple.fr": place.portal,
        "*:443": f"127.0.0.1:{place.port}",
        "*:80": "127.0.0.1:1",
        "127.0.0.1:6543": place.upstream,
        "/etc/portail/": f"{folder}/",
        "/var/lib/portail/": f"{folder}/cps/",
    }
    for path in shipped.glob("*.conf"):
        text = path.read_text(encoding="utf-8")
        for old, new in changes.items():
            text = text.replace(old, new)
        (folder / "apache" / path.name).write_text(text, encoding="utf-8")
    lock = folder / "apache" / "secret.conf"
    lock.touch(mode=0o600)
    lock.write_text(f'RequestHeader set X-Portal-Proxy-Secret "{secret}"\n', encoding="ascii")
    loads = "".join(f"LoadModule {name}_module {_MODULES}/mod_{name}.so\n" for name in _NEEDED)
    user = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
    main = folder / "apache2.conf"
    main.write_text(
        f"ServerRoot {folder}\nServerName localhost\nPidFile {folder}/apache.pid\n{user}{loads}"
        f"Define APACHE_LOG_DIR {folder}/apache-log\nErrorLog {folder}/apache-log/error.log\nLogLevel crit\n"
        f"Listen 127.0.0.1:{place.port}\nInclude {folder}/apache/portal.conf\nInclude {folder}/apache/card.conf\n",
        encoding="utf-8",
    )
    return main


def running(main: Path, port: int) -> Helper:
    """``with running(main, port): …`` runs Apache."""
    return Helper([str(program()), "-DFOREGROUND", "-f", main], ready=listens(port))
