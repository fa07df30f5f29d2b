"""Notes which browser and which network address a request came from, and where people sign in from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from ...authentication.attempts.browsers import browser_of
from ...events import RequestOpened, SignedIn
from ...foundation.database import IDatabase, request_of
from ...foundation.throttling import Addresses
from ...foundation.throttling.addresses import address_key
from ...interfaces import ISealer
from ...normalise.addresses import parse_address
from ...normalise.special_networks import is_globally_reachable
from ...pyramid_types import Registry
from ...services import current_time, find
from .models import RecentAddressRow, RequestOriginRow

#: How long an address says something of a person: home connections change theirs.
RECENT = timedelta(days=30)
PURPOSE = "conflicts.address"


def note_origin(registry: Registry, event: RequestOpened) -> None:
    """Keep who the browser of a new request is known to, and its address, until the decision."""
    request = request_of(event.session)
    if request is None:
        return
    known, addresses = sorted(browser_of(request).subjects), _digests(registry, request.client_address)
    if known or addresses:
        event.session.add(
            RequestOriginRow(request_id=event.request_id, known_to=known, address=addresses[0] if addresses else "")
        )


def note_address(registry: Registry, event: SignedIn) -> None:
    """Keep the address of a sign-in for a month."""
    addresses = _digests(registry, event.address)
    if not addresses:
        return
    now, session = current_time(registry), event.session
    seen = (
        update(RecentAddressRow)
        .where(RecentAddressRow.subject == event.subject, RecentAddressRow.address.in_(addresses))
        .values(seen_at=now)
        .returning(RecentAddressRow.id)
        .execution_options(synchronize_session=False)
    )
    if session.scalars(seen).first() is None:
        session.add(RecentAddressRow(subject=event.subject, address=addresses[0], seen_at=now))
        session.flush()


def forget_origin(session: Session, request_id: str) -> None:
    """Delete where a request came from, once it has ended."""
    session.execute(delete(RequestOriginRow).where(RequestOriginRow.request_id == request_id))


def _digests(registry: Registry, address: str) -> Sequence[str]:
    """Return the keyed hashes of an address; none for one that tells nothing of a person.

    Everybody in a hospital has its address, and a private one is the proxy's or another network's.
    """
    if not address or find(registry, Addresses).establishment(address) is not None:
        return ()
    found = parse_address(address)
    if found is None or not is_globally_reachable(found):
        return ()
    return find(registry, ISealer).digests(address_key(address), purpose=PURPOSE)


def prune(registry: Registry) -> None:
    """Job: forget addresses that were last seen over a month ago."""
    before = current_time(registry) - RECENT
    with find(registry, IDatabase).writing() as session:
        session.execute(delete(RecentAddressRow).where(RecentAddressRow.seen_at < before))
