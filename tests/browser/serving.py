"""Serves the portal under test on a free port of this machine, as waitress does in the demo, its worker beside it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable
from typing import Any

from esea_auth_plugin.testing.processes import DEADLINE
from host_app.server import create_server

#: Milliseconds that a browser waits for what a test expects: a busy machine takes its time.
PATIENCE = 60_000


class Door:
    """One server a worker; each test puts its own application behind it."""

    def __init__(self) -> None:
        self.application: Any = None
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._server: Any = create_server(
            self._serve, sockets=[self._socket], threads=8, ident=None, clear_untrusted_proxy_headers=False
        )
        self._thread = threading.Thread(target=self._server.run, name="portal-server", daemon=True)

    @property
    def url(self) -> str:
        """The origin that browsers use: a name, since browsers refuse passkeys on an address."""
        return f"http://localhost:{self.port}"

    def open(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def close(self) -> None:
        """Stop answering, and wait for the threads."""
        self._server.task_dispatcher.shutdown()
        self._server.trigger.pull_trigger(self._server.close)
        self._thread.join(DEADLINE)

    def _serve(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        found: Iterable[bytes] = self.application(environ, start_response)
        return found
