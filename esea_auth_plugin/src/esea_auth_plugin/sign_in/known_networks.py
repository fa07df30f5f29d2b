"""Networks that people have signed in from: a new one is told to them, since a thief is seldom in their hospital.

A network is an establishment's network when the settings name it, else the block of addresses that an operator hands
out (/16, or /32 with IPv6): telephones change theirs all day within it. No file of countries is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ..authentication.attempts.models import KnownNetworkRow
from ..foundation.throttling import Addresses
from ..interfaces import ISealer
from ..normalise.addresses import enclosing_network, parse_address, parse_network, within
from ..pyramid_types import PortalRequest
from ..services import current_time, find
from ..settings import AuthSettings

RETENTION = timedelta(days=365)
_IPV4_BITS, _IPV6_BITS = 16, 32


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a sign-in came from. ``first``: the account had never signed in; nobody needs an email about that."""

    known: bool
    first: bool = False


def place_of(request: PortalRequest) -> str:
    """Return the name of the place that a request comes from; every unreadable address is one place."""
    address = request.client_address
    named = find(request, Addresses).establishment(address)
    if named is not None:
        return f"establishment|{named}"
    found = parse_address(address)
    if found is None:
        return "unreadable"
    return f"network|{enclosing_network(found, ipv4_bits=_IPV4_BITS, ipv6_bits=_IPV6_BITS)}"


def is_shared_workstation(request: PortalRequest) -> bool:
    """Tell whether a request comes from a network of shared workstations, where each browser is new to most people."""
    networks = map(parse_network, find(request, AuthSettings).shared_workstation_networks)
    return within(parse_address(request.client_address), networks)


def remember(request: PortalRequest, session: Session, subject: str) -> Seen:
    """Note the place of a sign-in; tell whether the account knew it."""
    now = current_time(request)
    digests = find(request, ISealer).digests(f"{subject}|{place_of(request)}", purpose="sign_in.place")
    kept = session.execute(
        select(KnownNetworkRow.place, KnownNetworkRow.id).where(
            KnownNetworkRow.subject == subject, KnownNetworkRow.seen_at > now - RETENTION
        )
    )
    rows = {row.place: row.id for row in kept}
    row = next((rows[digest] for digest in digests if digest in rows), None)
    if row is not None:
        session.execute(update(KnownNetworkRow).where(KnownNetworkRow.id == row).values(seen_at=now))
        return Seen(known=True)
    # One that was last seen over a year ago is written anew.
    session.execute(
        delete(KnownNetworkRow).where(KnownNetworkRow.subject == subject, KnownNetworkRow.place.in_(digests))
    )
    session.add(KnownNetworkRow(subject=subject, place=digests[0], seen_at=now))
    session.flush()
    return Seen(known=False, first=not rows)
