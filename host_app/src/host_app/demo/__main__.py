"""``python -m host_app.demo``: migrates, seeds the fictional people, and serves the demo on this machine only."""

from __future__ import annotations

import argparse
import logging
import re
import socket
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from pyramid.paster import get_appsettings, setup_logging

from esea_auth_plugin.auth_modes.pro_sante_connect.settings import PscSettings
from esea_auth_plugin.errors import ConfigurationError
from esea_auth_plugin.foundation import migrations
from esea_auth_plugin.foundation.jobs.worker import Worker
from esea_auth_plugin.foundation.security.clock import SystemClock
from esea_auth_plugin.foundation.security.keyring import create_key_file
from esea_auth_plugin.foundation.security.tokens import new_token
from esea_auth_plugin.private_files import owner_only
from esea_auth_plugin.pyramid_types import JsonObject, Registry
from esea_auth_plugin.services import find
from host_app import configure
from host_app.server import serve

from .first_day import first_day
from .psc import Sandbox, issuer_of, wallet_of
from .seed import seed


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m host_app.demo", description=__doc__)
    parser.add_argument("--config", default="config/demo.ini", help="ini file of the demo")
    parser.add_argument("--port", type=int, default=6543)
    given = parser.parse_args(arguments)
    setup_logging(given.config)
    with owner_only():
        return _serve(given.config, given.port)


def _serve(config: str, port: int) -> int:
    try:
        registry, application = build(config, port)
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    logging.getLogger(__name__).info("the demo is at http://localhost:%d", port)
    sandbox = _sandbox(registry, port)
    worker = Worker(registry).start()
    try:
        serve(at_localhost(application, port), listen=_listen(port), threads=8, ident=None)
    finally:
        worker.stop()
        if sandbox is not None:
            sandbox.stop()
    return 0


def build(config_file: str, port: int, more: Mapping[str, str] | None = None) -> tuple[Any, Any]:
    """Return registry and application of the demo, its database migrated and its people there.

    :param more: settings that take the place of the file's own.
    """
    settings = get_appsettings(config_file)
    settings["portal.url"] = f"http://localhost:{port}"
    settings.update(more or {})
    _make_folder(settings)
    if "esea_auth.psc.issuer" in settings:  # one port further, whichever it is
        settings["esea_auth.psc.issuer"] = issuer_of(port + 1)
        settings["esea_auth.psc.form_origins"] = wallet_of(port + 1).removesuffix("/psc")
    settings.setdefault("esea_auth.services_first_day", first_day(settings["portal.database_url"]))
    with migrations.unchecked():
        config = configure({"__file__": config_file}, settings)
    migrations.upgrade(config.registry)
    application = config.make_wsgi_app()
    seed(config.registry)
    return config.registry, application


def _sandbox(registry: Registry, port: int) -> Sandbox | None:
    """Start the demo's own Pro Santé Connect, if the demo uses it."""
    settings = find(registry, PscSettings)
    if settings.issuer != issuer_of(port + 1):
        return None
    found = Sandbox(f"http://localhost:{port}", settings.client_secret, port + 1).start()
    logging.getLogger(__name__).info("its Pro Santé Connect: %s/pannes, %s/telephone", found.wallet, found.wallet)
    return found


def at_localhost(application: Any, port: int) -> Callable[[JsonObject, Any], Iterable[bytes]]:
    """Send browsers from 127.0.0.1 to localhost: they refuse passkeys on an address without name."""

    def redirecting(environ: JsonObject, start_response: Any) -> Iterable[bytes]:
        if environ.get("HTTP_HOST", "").split(":")[0] == "127.0.0.1" and environ["REQUEST_METHOD"] in {"GET", "HEAD"}:
            path = environ.get("PATH_INFO", "/").encode("latin-1").decode("ascii", "replace").split("?")[0]
            plain = "/" + "".join(sign for sign in path.lstrip("/") if sign.isalnum() or sign in "/-_.")
            query = environ.get("QUERY_STRING", "")
            asked = f"?{query}" if re.fullmatch(r"[!-~]+", query) else ""
            start_response(
                "302 Found", [("Location", f"http://localhost:{port}{plain}{asked}"), ("Content-Length", "0")]
            )
            return []
        found: Iterable[bytes] = application(environ, start_response)
        return found

    return redirecting


def _make_folder(settings: dict[str, str]) -> None:
    database = Path(settings["portal.database_url"].removeprefix("sqlite:///"))
    database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    database.parent.chmod(0o700)
    keys = Path(settings["portal.secret_keys"].removeprefix("file:"))
    if not keys.exists():
        create_key_file(keys, SystemClock().now())
    secret = Path(settings.get("esea_auth.psc.client_secret", "").removeprefix("file:"))
    if secret.name and not secret.exists():
        secret.write_text(new_token(256), encoding="ascii")
        secret.chmod(0o600)


def _listen(port: int) -> str:
    listen = f"127.0.0.1:{port}"
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            return listen  # a machine without IPv6
    return f"{listen} [::1]:{port}"


if __name__ == "__main__":
    sys.exit(main())
