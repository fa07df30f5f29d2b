"""Bytes on the wire whose end is ambiguous (RFC 9112, 6.3): refused, and the connection is closed after them.

Here the server of ``make serve``; ``tests/interop/test_production.py`` sends the same to gunicorn and nginx as shipped.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from tests.raw_requests import AMBIGUOUS, SMUGGLED, exchange, statuses

from esea_auth_plugin.testing.portal import Portal
from host_app.server import create_server

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def port(portal: Portal) -> Iterator[int]:
    """The portal, served as ``make serve`` does, at a port of this machine."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = create_server(portal.wsgi, sockets=[listener], threads=2, ident=None)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield int(listener.getsockname()[1])
    server.task_dispatcher.shutdown()
    server.trigger.pull_trigger(server.close)
    thread.join(10)


@pytest.mark.parametrize("request_of", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
def test_an_ambiguous_request_is_refused_and_the_connection_closed(port: int, request_of: bytes) -> None:
    answer = exchange(port, request_of + SMUGGLED)
    # The smuggled request would be answered by a 404.
    assert statuses(answer) and set(statuses(answer)) <= {400, 501}, answer
    assert b"Traceback" not in answer


def test_plain_requests_share_a_connection(port: int) -> None:
    page = b"GET /connexion HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = page.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert statuses(exchange(port, page + last)) == [200, 200]


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"GET http://pirate.exemple/connexion HTTP/1.1", 200),
        (b"GET //pirate.exemple/connexion HTTP/1.1", 404),
        (b"GET /connexion%00 HTTP/1.1", 400),
        (b"GET /%2e%2e/connexion HTTP/1.1", 400),
        (b"GET /%ff HTTP/1.1", 400),
        (b"GET /connexion?q=%ff HTTP/1.1", 400),
        (b"GET /\xff HTTP/1.1", 400),
        (b"OPTIONS * HTTP/1.1", 404),
    ],
)
def test_a_strange_request_line_builds_no_address(port: int, line: bytes, status: int) -> None:
    answer = exchange(port, line + b"\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert statuses(answer) == [status], answer[:400]
    assert b"pirate" not in answer
