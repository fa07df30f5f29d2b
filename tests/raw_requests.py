"""Calls the WSGI application with requests that no browser and no test client would send."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FORM = "application/x-www-form-urlencoded"


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
    if content_type is not None:
        variables["CONTENT_TYPE"] = content_type
    for name, value in (environ or {}).items():
        if value is None:
            variables.pop(name, None)
        else:
            variables[name] = value
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
