"""waitress, stricter about where a request ends: the server of the demo and of development.

RFC 9112, 6.1 and 6.3: a request with both ``Content-Length`` and ``Transfer-Encoding``, or an HTTP/1.0 request with
``Transfer-Encoding``, may be an attempt at request smuggling. waitress reads it by its chunks and keeps the connection
open; here it is a 400, after which the connection is closed. gunicorn and nginx do the same by themselves.
"""

from __future__ import annotations

from typing import Any

import waitress.server
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError


class StrictParser(HTTPRequestParser):
    """Accepts one statement of the body's length at most."""

    def parse_header(self, header_plus: bytes) -> None:
        """Parse the head of a request.

        :raises ParsingError: the length is ambiguous; the channel answers 400 and closes the connection.
        """
        super().parse_header(header_plus)
        # HTTP/1.1: waitress has taken the coding out of the headers. HTTP/1.0: it ignores the coding.
        if (self.chunked and "CONTENT_LENGTH" in self.headers) or "TRANSFER_ENCODING" in self.headers:
            raise ParsingError("Content-Length and Transfer-Encoding")


class StrictChannel(HTTPChannel):
    """A connection that reads its requests with :class:`StrictParser`."""

    parser_class = StrictParser


def create_server(application: Any, **adjustments: Any) -> Any:
    """Return a waitress server whose ``run()`` serves ``application``; ``adjustments`` are waitress's own."""
    listening: dict[int, Any] = {}
    server = waitress.server.create_server(application, map=listening, **adjustments)
    for each in listening.values():
        if isinstance(each, waitress.server.BaseWSGIServer):
            each.channel_class = StrictChannel
    return server


def serve(application: object, **adjustments: object) -> None:
    """Serve until interrupted."""
    server = create_server(application, **adjustments)
    server.print_listen("Serving on http://{}:{}")
    server.run()


def serve_paste(application: object, global_config: dict[str, str], **adjustments: object) -> int:
    """PasteDeploy's server runner: ``use = egg:host-app`` in the section ``[server:main]``."""
    serve(application, **adjustments)
    return 0
