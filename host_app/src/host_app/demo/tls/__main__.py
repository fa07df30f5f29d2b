"""``python -m host_app.demo.tls``: the demo behind a real nginx, with TLS and a card host, on this machine only."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from pyramid.paster import get_appsettings, setup_logging

from esea_auth_plugin.errors import ConfigurationError, Problem
from esea_auth_plugin.foundation.jobs.worker import Worker
from esea_auth_plugin.foundation.security.clock import SystemClock
from esea_auth_plugin.private_files import owner_only
from host_app.demo.__main__ import build
from host_app.demo.cards import PIN, ensure, renew_lists
from host_app.server import create_server

from .lists import give_lists
from .nginx import Nginx, NginxMissing
from .rendering import Location, render
from .server_certificates import write_server_certificates
from .settings import card_settings, proxy_secret

_HELP = """
    the portal      {portal}
    the card host   {card}

The two hosts' certificates are signed by a throw-away authority: import it as an authority for web sites, or
accept the browser's warning once for each host.
    {authority}

Fictional cards, whose PIN is {pin}; import one as a personal certificate:
    {cards}/medecin.p12 … (what each is: {portal}/demo)
    Firefox     Paramètres > Vie privée et sécurité > Afficher les certificats > Vos certificats > Importer
    Chromium    chrome://certificate-manager > Vos certificats > Importer, or
                pk12util -d sql:$HOME/.pki/nssdb -i {cards}/medecin.p12 -W {pin}
    curl        curl --cacert {authority} --cert-type P12 --cert {cards}/medecin.p12:{pin} {card}/
A browser keeps the card it was given until it is restarted. Stop with Ctrl-C.
"""


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m host_app.demo.tls", description=__doc__)
    parser.add_argument("--config", default="config/demo.ini", help="ini file of the demo")
    parser.add_argument("--folder", default="var/demo-tls", type=Path, help="where everything is written")
    parser.add_argument("--port", type=int, default=8443, help="of nginx; the application takes the next but one")
    given = parser.parse_args(arguments)
    setup_logging(given.config)
    try:
        with owner_only():
            return _serve(given.config, given.folder.resolve(), given.port)
    except (ConfigurationError, NginxMissing) as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _serve(config: str, folder: Path, port: int) -> int:
    modes = _modes(config)
    place = Location(folder, port, f"127.0.0.1:{port + 2}")
    secret = proxy_secret(folder)
    render(Path(config).parent / "nginx", place, secret)
    now = SystemClock().now()
    authority = write_server_certificates(folder / "tls", place.portal, place.card, now)
    ensure(folder / "cartes", now)
    renew_lists(folder / "cartes", now)
    give_lists(place, folder / "cartes")
    own = {"esea_auth.modes": modes, "esea_auth.psc.client_secret": f"file:{folder / 'secret-psc'}"}
    registry, application = build(config, port, {**card_settings(place), **own})
    worker = Worker(registry).start()
    # Whoever stops us by a signal gets the same orderly end as by Ctrl-C, which a shell's background job ignores.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.default_int_handler)
    try:
        with Nginx(place.main, port):
            cards = folder / "cartes" / "cartes"
            # Listening before anybody is told where to go: nginx would answer « 502 » meanwhile.
            server = create_server(
                application, listen=place.upstream, threads=8, ident=None, clear_untrusted_proxy_headers=False
            )
            sys.stdout.write(
                _HELP.format(portal=place.portal_url, card=place.card_url, authority=authority, cards=cards, pin=PIN)
            )
            sys.stdout.flush()
            server.run()
    finally:
        worker.stop()
    return 0


def _modes(config: str) -> str:
    """Return the modes of the demo that work here; refuse a portal that people use."""
    settings = get_appsettings(config)
    if settings.get("portal.env") != "development":
        cure = "these keys and cards are everybody's: use config/demo.ini"
        raise ConfigurationError([Problem("portal.env", config, "is not development", cure)])
    modes = settings.get("esea_auth.modes", "").split()
    # The demo's own Pro Santé Connect speaks to http://localhost: it stays with `make serve`.
    return " ".join(mode for mode in modes if mode not in {"pro_sante_connect", "ecps"})


if __name__ == "__main__":
    sys.exit(main())
