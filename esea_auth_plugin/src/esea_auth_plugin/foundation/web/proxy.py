"""The address a request comes from. The only file that reads a proxy's header.

``X-Forwarded-For`` counts only when the peer is a configured proxy; then its last entry that is no proxy of ours is
the client. An entry that can't be parsed makes the proxy itself the client: limits then bite too early, never too
late (authentik CVE-2024-47070: an unparsable header made a policy pass).
"""

from __future__ import annotations

from ...normalise.addresses import parse_address, parse_network, within
from ...pyramid_types import PortalRequest
from ...services import find
from ...settings import FoundationSettings


def client_address(request: PortalRequest) -> str:
    """Return the client's IP address as text (``0.0.0.0`` when the server tells none)."""
    peer = str(request.environ.get("REMOTE_ADDR", "")) or "0.0.0.0"  # noqa: S104 - a value to show, nothing binds
    trusted = find(request, FoundationSettings).trusted_proxies
    return resolve(peer, request.environ.get("HTTP_X_FORWARDED_FOR", ""), trusted)


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
