"""The one client by which the portal asks other hosts: https, no redirect, no private address, bounded time and size.

Server-side request forgery (threat-model.md row 16) stops here: the address is resolved once, judged, and connected to
as it was judged, so that a name that changes its mind between the two (DNS rebinding) gains nothing. The budget
covers name, connection, TLS and every byte: a host that drips one byte a second takes no worker hostage.
Never call it with a transaction open.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpcore

from ..errors import PortalError
from ..interfaces import ClientCertificate, Fetched, IOutbound
from ..normalise.addresses import IPNetwork, parse_address, parse_network, within
from ..normalise.special_networks import is_globally_reachable
from ..pyramid_types import Configurator, Registry
from ..services import find
from ..settings import FoundationSettings
from .database import refuse_open_transaction

BUDGET = timedelta(seconds=2)
MAX_BYTES = 512 * 1024

#: The system's resolver knows no time limit; these threads keep a slow one away from the request's own.
_RESOLVERS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="outbound-names")


class OutboundFailed(PortalError):
    """The other host gave no usable answer; the message names no address, ``code`` says what went wrong."""

    code = "outbound.failed"
    status = 503


class Outbound:
    """See :class:`~esea_auth_plugin.interfaces.IOutbound`."""

    def __init__(self, registry: Registry) -> None:
        settings = find(registry, FoundationSettings)
        self._plain_allowed = settings.env in {"development", "test"}
        self._private = tuple(parse_network(network) for network in settings.outbound_private_networks)

    def fetch(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        budget: timedelta = BUDGET,
        most_bytes: int = MAX_BYTES,
        certificate: ClientCertificate | None = None,
        signed_content: bool = False,
    ) -> Fetched:
        """See the interface."""
        refuse_open_transaction("asking another host")
        parts = urlsplit(url)
        schemes = {"https", "http"} if self._plain_allowed or signed_content else {"https"}
        if parts.scheme not in schemes or not parts.hostname or parts.username is not None:
            raise _failed("outbound.address")
        deadline = time.monotonic() + budget.total_seconds()
        backend = _GuardedBackend(deadline, self._private)
        try:
            with httpcore.ConnectionPool(
                ssl_context=_tls(certificate), network_backend=backend, retries=0, http2=False
            ) as pool:
                return _exchange(pool, method, url, headers or {}, body, most_bytes)
        except (httpcore.TimeoutException, TimeoutError) as error:
            raise _failed("outbound.timeout") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError) as error:
            raise _failed("outbound.unreachable") from error


def _exchange(
    pool: httpcore.ConnectionPool, method: str, url: str, headers: Mapping[str, str], body: bytes, most_bytes: int
) -> Fetched:
    given = {"User-Agent": "portail-sante", "Accept-Encoding": "identity", **headers}
    with pool.stream(method, url, headers=list(given.items()), content=body or None) as response:
        found = bytearray()
        for chunk in response.iter_stream():
            found += chunk
            if len(found) > most_bytes:
                raise _failed("outbound.too_large")
        named = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        return Fetched(response.status, named, bytes(found))


class _GuardedStream(httpcore.NetworkStream):
    """A connection whose every act ends at the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline))
        return _GuardedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _GuardedBackend(httpcore.NetworkBackend):
    """Connects to a judged address only. TLS still checks the certificate against the host's name."""

    def __init__(self, deadline: float, private: tuple[IPNetwork, ...]) -> None:
        self._deadline = deadline
        self._private = private
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = _resolved(host, port, self._deadline)
        # All of them: a name with one good and one private address is a trap, not a choice.
        if not addresses or not all(self._may_reach(address) for address in addresses):
            raise _failed("outbound.private_address")
        for place, address in enumerate(addresses):
            try:
                stream = self._inner.connect_tcp(address, port, _left(self._deadline), local_address, socket_options)
            except httpcore.ConnectError:
                if place == len(addresses) - 1:
                    raise
            else:
                return _GuardedStream(stream, self._deadline)
        raise _failed("outbound.unreachable")

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        raise _failed("outbound.address")

    def _may_reach(self, text: str) -> bool:
        address = parse_address(text)
        return address is not None and (is_globally_reachable(address) or within(address, self._private))


def _resolved(host: str, port: int, deadline: float) -> list[str]:
    """Return the addresses of a name, those of IPv4 first (many servers have IPv6 without a way out)."""
    asked = _RESOLVERS.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        found = asked.result(timeout=_left(deadline))
    except FutureTimeout:
        asked.cancel()
        raise
    ordered = sorted(found, key=lambda each: each[0] != socket.AF_INET)
    return list(dict.fromkeys(str(each[4][0]).partition("%")[0] for each in ordered))


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left


def _tls(certificate: ClientCertificate | None) -> ssl.SSLContext:
    if certificate is None:
        return _context("", "", ())
    files = [certificate.certificate, certificate.key or certificate.certificate]
    return _context(certificate.certificate, certificate.key, tuple(Path(file).stat().st_mtime_ns for file in files))


@lru_cache(maxsize=8)
def _context(certificate: str, key: str, written: tuple[int, ...]) -> ssl.SSLContext:
    """Return a context, made once: loading the system's authorities takes longer than a whole call.

    :param written: when the files were: one that is renewed in place is shown from then on, without a restart.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate:
        context.load_cert_chain(certificate, key or None)
    return context


def _failed(code: str) -> OutboundFailed:
    return OutboundFailed("Le service extérieur n'a pas répondu comme prévu. Réessayez dans un moment.", code=code)


def includeme(config: Configurator) -> None:
    """Publish the client."""
    config.add_service(IOutbound, Outbound)
