"""Sends requests that no browser and no test client would send: to the WSGI application, or as bytes to a server."""

from __future__ import annotations

import io
import re
import socket
import ssl
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

FORM = "application/x-www-form-urlencoded"

#: A second request on the connection, which must not be answered.
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
HEAD = b"POST /connexion/otp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
#: Requests whose end is ambiguous (RFC 9112, 6.1 and 6.3), by name.
AMBIGUOUS = {
    "length and chunks": HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and length": HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "length zero and chunks": HEAD + b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "length and chunks of any case": HEAD + b"content-length: 5\r\ntransfer-encoding: ChUnKeD\r\n\r\n0\r\n\r\n",
    "two lengths": HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\na=123",
    "one length twice": HEAD + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\na=123",
    "a list of lengths": HEAD + b"Content-Length: 5, 5\r\n\r\na=123",
    "a signed length": HEAD + b"Content-Length: +5\r\n\r\na=123",
    "a length in hexadecimal": HEAD + b"Content-Length: 0x5\r\n\r\na=123",
    "a length of Latin-1": HEAD + b"Content-Length: \xb2\r\n\r\na=",
    "chunks in HTTP/1.0": HEAD.replace(b"1.1", b"1.0")
    + b"Connection: keep-alive\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "an unknown coding": HEAD + b"Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\na=123",
    "chunks of chunks": HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "a chunk of a wrong size": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\na\r\n0\r\n\r\n",
    "a folded header": HEAD + b"Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "a blank before the colon": HEAD + b"Content-Length: 5\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "a bare carriage return": HEAD + b"Content-Length: 5\rTransfer-Encoding: chunked\r\n\r\na=123",
}


@dataclass(frozen=True)
class RawAnswer:
    """Status, headers by lower-case name, and text of an answer."""

    status: int
    headers: Mapping[str, str]
    text: str


def call(
    application: Any,
    method: str = "GET",
    path: str = "/",
    query: str = "",
    *,
    body: bytes = b"",
    content_type: str | None = None,
    environ: Mapping[str, Any] | None = None,
) -> RawAnswer:
    """Send one request; ``path``, ``query`` and header values are the bytes of the wire as Latin-1, as PEP 3333 says.

    :param environ: WSGI variables that are added, or that replace the usual ones; ``None`` removes one.
    """
    variables = _variables(method, path, query, body)
    if content_type is not None:
        variables["CONTENT_TYPE"] = content_type
    variables.update({name: value for name, value in (environ or {}).items() if value is not None})
    for name in [name for name, value in (environ or {}).items() if value is None]:
        variables.pop(name, None)
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], error: Any = None) -> None:
        started[:] = [status, headers]

    chunks = application(variables, start_response)
    try:
        content = b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    status, headers = started
    return RawAnswer(
        int(status.split()[0]), {name.lower(): value for name, value in headers}, content.decode("utf-8", "replace")
    )


def _variables(method: str, path: str, query: str, body: bytes) -> dict[str, Any]:
    variables: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "HTTP_ACCEPT": "text/html",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if body or method == "POST":
        variables["CONTENT_LENGTH"] = str(len(body))
    return variables


def exchange(port: int, data: bytes, *, context: ssl.SSLContext | None = None, name: str = "localhost") -> bytes:
    """Send bytes to a server of this machine; return everything that it answers until it closes the connection.

    :raises TimeoutError: it keeps the connection open.
    """
    with ExitStack() as stack:
        connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
        if context is not None:
            connection = stack.enter_context(context.wrap_socket(connection, server_hostname=name))
        connection.settimeout(60)
        connection.sendall(data)
        chunks = []
        while chunk := connection.recv(65_536):
            chunks.append(chunk)
        return b"".join(chunks)


def statuses(answer: bytes) -> list[int]:
    """Return the status of each answer of a connection."""
    return [int(found[1]) for found in re.finditer(rb"HTTP/1\.[01] ([0-9]{3}) ", answer)]
