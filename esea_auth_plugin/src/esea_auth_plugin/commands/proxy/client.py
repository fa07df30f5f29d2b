"""HTTP client of the probe: single requests to a proxy, as a browser or an attacker would send them."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

#: Seconds to wait for a connection, and for each read.
_TIMEOUT = 10.0
#: Upper limit of what is read of a response, in bytes.
_MAX_BYTES = 262_144
_VARIABLE_PARTS = re.compile(r"[A-Za-z0-9_\-+/=]{16,}|\d+")


@dataclass(frozen=True, slots=True)
class Response:
    """A response; ``status`` 0 means that the server refused the handshake or closed the connection.

    :ivar session: TLS session, for an attempt to resume it. :ivar reused: whether the given session was resumed.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    session: ssl.SSLSession | None = None
    reused: bool = False

    @property
    def comparable(self) -> tuple[int, str]:
        """Status and text without the parts that differ between two equal pages (tokens, numbers)."""
        return self.status, _VARIABLE_PARTS.sub("", self.text)


@dataclass(frozen=True, slots=True)
class ProxyClient:
    """Address of a proxy, and how to connect to it.

    :ivar connect: ``host:port`` to connect to, ``""`` for host and port of the URL.
    :ivar authority: PEM file of an additional authority for the server's certificate.
    :ivar alpn: HTTP versions to offer in the handshake (RFC 7301).
    """

    connect: str = ""
    authority: Path | None = None
    alpn: tuple[str, ...] = ("http/1.1",)

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        card: tuple[Path, Path] | None = None,
        server_name: str = "",
        session: ssl.SSLSession | None = None,
        context: ssl.SSLContext | None = None,
    ) -> Response:
        """Send one GET over a new connection and return the response.

        :param card: files of the client certificate and its key. :param server_name: name in the handshake (SNI), the
            host of the URL by default. :param session: TLS session of an earlier response, with its ``context``.
        :raises OSError: the connection fails, or the server's certificate is not valid.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        tls = context or self.context()
        if card is not None:
            tls.load_cert_chain(*card)
        with self._connection(url) as plain:
            if parts.scheme == "http":
                return _send(plain, parts.netloc, _path(url), headers or {})
            with tls.wrap_socket(plain, server_hostname=server_name or host, session=session) as secured:
                try:
                    found = _send(secured, parts.netloc, _path(url), headers or {})
                except (ssl.SSLError, ConnectionError, http.client.HTTPException):
                    return Response(0)  # TLS 1.3 reports a refused client certificate after the handshake
                return Response(found.status, found.headers, found.text, secured.session, bool(secured.session_reused))

    def negotiated_protocol(self, url: str) -> str:
        """Return the HTTP version that the server chose in the handshake, ``""`` if it chose none."""
        parts = urlsplit(url)
        with (
            self._connection(url) as plain,
            self.context().wrap_socket(plain, server_hostname=parts.hostname) as secured,
        ):
            return secured.selected_alpn_protocol() or ""

    def _connection(self, url: str) -> socket.socket:
        parts = urlsplit(url)
        name, _, port = (self.connect or f"{parts.hostname}:{parts.port or 443}").rpartition(":")
        return socket.create_connection((name.strip("[]"), int(port)), timeout=_TIMEOUT)

    def context(self, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
        """Return a context that verifies the server and offers ``version`` only, by default TLS 1.2 and 1.3."""
        found = ssl.create_default_context()
        if self.authority is not None:
            found.load_verify_locations(self.authority)
        if version is not None:
            found.minimum_version = found.maximum_version = version
        found.set_alpn_protocols(list(self.alpn))
        return found


def get_plain(address: str, host: str, path: str, headers: Mapping[str, str]) -> Response:
    """Send one GET without TLS to ``address`` (``host:port``) and return the response."""
    return ProxyClient(connect=address).get(f"http://{host}{path}", headers=headers)


def _path(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _send(connected: socket.socket, host: str, path: str, headers: Mapping[str, str]) -> Response:
    # Not HTTPConnection: it closes the socket, and with it the TLS session that the next request resumes.
    sent = {"Host": host, "Accept": "text/html", "User-Agent": "esea-admin doctor", **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    connected.sendall(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1"))
    found = http.client.HTTPResponse(connected, method="GET")
    found.begin()
    text = found.read(_MAX_BYTES).decode("utf-8", "replace")
    return Response(found.status, {name.lower(): value for name, value in found.getheaders()}, text)
