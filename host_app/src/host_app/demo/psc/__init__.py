"""A Pro Santé Connect of the demo's own, with fictional professionals: a server beside the portal, here only.

It speaks the protocol, so that the portal has no special case for it. It is no provider for real people: it asks for
no proof at all.
"""

from __future__ import annotations

import socket
import threading
from typing import Any

from pyramid.config import Configurator

from host_app.server import create_server

from .state import Memory

CLIENT_ID = "portail-demo"
_ROUTES = {
    "discovery": "/psc/.well-known/wallet-openid-configuration",
    "certs": "/psc/certs",
    "token": "/psc/token",
    "userinfo": "/psc/userinfo",
    "ciba": "/psc/ciba",
    "auth": "/psc/auth",
    "phone": "/psc/telephone",
    "faults": "/psc/pannes",
    "logout": "/psc/logout",
}


class Sandbox:
    """The running server. Its issuer is an address, its pages stand at a name: two hosts, as PSC has."""

    def __init__(self, portal_url: str, client_secret: str, port: int = 0) -> None:
        self._socket = socket.create_server(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        self.issuer = issuer_of(self.port)
        self.wallet = wallet_of(self.port)
        self.memory = Memory(self.issuer, CLIENT_ID, client_secret)
        application = _application(self.memory, self.wallet, portal_url)
        self._server: Any = create_server(application, sockets=[self._socket], threads=8, ident=None)
        self._thread = threading.Thread(target=self._server.run, name="demo-psc", daemon=True)

    def start(self) -> Sandbox:
        """Begin to answer."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering."""
        self._server.task_dispatcher.shutdown()
        self._server.trigger.pull_trigger(self._server.close)
        self._thread.join(10)


def issuer_of(port: int) -> str:
    """Return the issuer of a sandbox at this port."""
    return f"http://127.0.0.1:{port}/psc"


def wallet_of(port: int) -> str:
    """Return where its pages stand."""
    return f"http://localhost:{port}/psc"


def _application(memory: Memory, wallet: str, portal_url: str) -> Any:
    config = Configurator(settings={"wallet": wallet})
    config.include("pyramid_jinja2")
    config.add_request_method(lambda request: memory, "memory", property=True)
    config.registry["redirect_uris"] = frozenset({f"{portal_url}/connexion/psc/retour"})
    config.registry["post_logout_uris"] = frozenset({f"{portal_url}/connexion/psc/fin"})
    for name, pattern in _ROUTES.items():
        config.add_route(name, pattern)
    config.add_static_view("psc/static", "host_app:demo/psc/static")
    config.scan(f"{__name__}.endpoints")
    config.scan(f"{__name__}.pages")
    return config.make_wsgi_app()
