"""``crl refresh`` and ``crl show``: the revocation lists of the cards' authorities."""

from __future__ import annotations

import argparse

from ..auth_modes.cps_card.refreshing import refresh
from ..auth_modes.cps_card.settings import CardSettings
from ..auth_modes.cps_card.trust import Trust
from ..pyramid_types import Registry
from ..services import current_time, find, offers
from .loading import Commands, NotUsable, registry_of


def register(commands: Commands) -> None:
    """Declare the commands."""
    acts = commands.add_parser("crl", help="revocation lists of the cards").add_subparsers(metavar="ACT", required=True)
    fetch = acts.add_parser("refresh", help="fetch the lists, prove them, put them in place")
    fetch.set_defaults(run=refreshed)
    acts.add_parser("show", help="tell the age of each list").set_defaults(run=show)


def refreshed(given: argparse.Namespace) -> int:
    """Fetch every list; status 1 if one of them could not be replaced."""
    registry = _registry(given)
    if not find(registry, CardSettings).crl_urls:
        raise NotUsable("esea_auth.cps_card.crl_urls names no list to fetch")
    found = refresh(registry)
    for one in found:
        state = one.problem or ("new" if one.changed else "as before")
        print(f"{one.url}: {one.authority + ', ' if one.authority else ''}{state}")
    return 1 if any(one.problem for one in found) else 0


def show(given: argparse.Namespace) -> int:
    """Tell where each list stands; status 1 if one is missing or too old."""
    registry = _registry(given)
    trust, now = find(registry, Trust), current_time(registry)
    worst = 0
    for status in trust.statuses():
        age = status.age(now)
        stale = trust.stale(status, now)
        told = "missing" if age is None else f"{age.total_seconds() / 3600:.0f} h old{', too old' if stale else ''}"
        print(f"{status.authority}: {told}")
        worst |= int(stale)
    return worst


def _registry(given: argparse.Namespace) -> Registry:
    registry = registry_of(given.config)
    if not offers(registry, Trust):
        raise NotUsable("esea_auth.modes does not enable cps_card: there are no lists")
    return registry
