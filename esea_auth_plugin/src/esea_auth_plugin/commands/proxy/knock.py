"""One request to a proxy, as a browser or as somebody who means harm would send it."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

#: Seconds to wait for any answer.
_PATIENCE = 10.0
#: Most that is read of an answer, in bytes.
_ENOUGH = 262_144
_TOKENS = re.compile(r"[A-Za-z0-9_\-+/=]{16,}|\d+")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; ``status`` 0: the handshake or the connection was refused.

    :ivar session: TLS session, to try whether it serves again. :ivar reused: whether the one that was given did.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    session: ssl.SSLSession | None = None
    reused: bool = False

    @property
    def gist(self) -> tuple[int, str]:
        """Status and text without what differs from answer to answer (tokens, numbers)."""
        return self.status, _TOKENS.sub("", self.text)


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where a proxy is reached.

    :ivar connect: ``host:port`` to connect to instead of what the address says, ``""`` for that.
    :ivar authority: PEM file of a further authority that may have signed the server's certificate.
    :ivar offers: versions of HTTP to offer in the handshake.
    """

    connect: str = ""
    authority: Path | None = None
    offers: tuple[str, ...] = ("http/1.1",)

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        card: tuple[Path, Path] | None = None,
        handshake_as: str = "",
        most: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
        session: ssl.SSLSession | None = None,
        context: ssl.SSLContext | None = None,
    ) -> Answer:
        """Return the answer to one GET over a connection of its own.

        :param card: certificate and key files to show. :param handshake_as: name in the handshake, the address's own
            by default. :param session: of a former answer, with the context that made it.
        :raises OSError: nobody answers there, or the server's own certificate does not pass.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        ours = context or self.context(most)
        if card is not None:
            ours.load_cert_chain(*card)
        where = self.connect or f"{host}:{parts.port or 443}"
        name, _, port = where.rpartition(":")
        with socket.create_connection((name.strip("[]"), int(port)), timeout=_PATIENCE) as plain:
            if parts.scheme == "http":
                return _asked(plain, parts.netloc, _path(url), headers or {})
            with ours.wrap_socket(plain, server_hostname=handshake_as or host, session=session) as secured:
                try:
                    found = _asked(secured, parts.netloc, _path(url), headers or {})
                except (ssl.SSLError, ConnectionError, http.client.HTTPException):
                    return Answer(0)  # TLS 1.3 refuses a client's certificate after the handshake
                return Answer(found.status, found.headers, found.text, secured.session, bool(secured.session_reused))

    def agreed(self, url: str) -> str:
        """Return the version of HTTP that the server chose in the handshake, ``""`` if it chose none."""
        parts = urlsplit(url)
        name, _, port = (self.connect or f"{parts.hostname}:{parts.port or 443}").rpartition(":")
        with (
            socket.create_connection((name.strip("[]"), int(port)), timeout=_PATIENCE) as plain,
            self.context().wrap_socket(plain, server_hostname=parts.hostname) as secured,
        ):
            return secured.selected_alpn_protocol() or ""

    def context(self, most: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLContext:
        """Return a context that checks the server, speaking TLS up to ``most``."""
        found = ssl.create_default_context()
        if self.authority is not None:
            found.load_verify_locations(self.authority)
        found.maximum_version = most
        found.set_alpn_protocols(list(self.offers))
        return found


def plainly(where: str, host: str, path: str, headers: Mapping[str, str]) -> Answer:
    """Return the answer of a server that speaks HTTP without TLS at ``where``."""
    return Proxy(connect=where).get(f"http://{host}{path}", headers=headers)


def _path(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _asked(connected: socket.socket, host: str, path: str, headers: Mapping[str, str]) -> Answer:
    # Not by HTTPConnection, which closes the socket, and with it the TLS session that is tried again.
    sent = {"Host": host, "Accept": "text/html", "User-Agent": "esea-admin doctor", **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    connected.sendall(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1"))
    found = http.client.HTTPResponse(connected, method="GET")
    found.begin()
    text = found.read(_ENOUGH).decode("utf-8", "replace")
    return Answer(found.status, {name.lower(): value for name, value in found.getheaders()}, text)
