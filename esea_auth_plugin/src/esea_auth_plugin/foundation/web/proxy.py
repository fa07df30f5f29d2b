"""The address a request comes from, and its reference. The only file that reads a proxy's header.

``X-Forwarded-For`` counts only when the peer is a configured proxy; then its last entry that is no proxy of ours is
the client. An entry that can't be parsed makes the proxy itself the client: limits then bite too early, never too
late (authentik CVE-2024-47070: an unparsable header made a policy pass).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping

from ...normalise.addresses import parse_address, parse_network, within
from ...pyramid_types import PortalRequest
from ...services import find
from ...settings import FoundationSettings

#: nginx's ``$request_id`` has 32 hexadecimal digits, Apache's ``UNIQUE_ID`` 27 characters of an alphabet with @ and -.
_REQUEST_ID = re.compile(r"[A-Za-z0-9@_-]{16,64}")


def client_address(request: PortalRequest) -> str:
    """Return the client's IP address as text (``0.0.0.0`` when the server tells none)."""
    peer = str(request.environ.get("REMOTE_ADDR", "")) or "0.0.0.0"  # noqa: S104 - a value to show, nothing binds
    trusted = find(request, FoundationSettings).trusted_proxies
    return resolve(peer, request.environ.get("HTTP_X_FORWARDED_FOR", ""), trusted)


def request_id(environ: Mapping[str, object], trusted: tuple[str, ...]) -> str:
    """Return the reference of a request: the one that our proxy logged it by, else a new one.

    Anybody may send the header: it counts from a configured proxy only, and in the form that proxies give it. Another
    one would let a visitor write into the logs, or have their requests taken for somebody else's.
    """
    given = str(environ.get("HTTP_X_REQUEST_ID", ""))
    peer = parse_address(str(environ.get("REMOTE_ADDR", "")))
    from_proxy = peer is not None and within(peer, [parse_network(network) for network in trusted])
    return given if from_proxy and _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def resolve(peer: str, forwarded: str, trusted: tuple[str, ...]) -> str:
    """Return the client's address, given the peer's, the header and the networks of our proxies."""
    networks = [parse_network(network) for network in trusted]
    nearest = parse_address(peer)
    if nearest is None:
        return "0.0.0.0"  # noqa: S104 - a value to show, nothing binds
    if not within(nearest, networks):
        return str(nearest)
    for entry in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        address = parse_address(entry)
        if address is None:
            return str(nearest)
        if not within(address, networks):
            return str(address)
    return str(nearest)
