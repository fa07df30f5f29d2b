"""Asks a registry since when a domain is registered (RDAP, RFC 9082 and 9083).

The DNS can't tell a domain that its holder kept from one that somebody else bought the day after it lapsed: both take
mail. Its registration can: it began anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ...errors import PortalError
from ...interfaces import IOutbound
from ...pyramid_types import Registry
from ...services import find

BUDGET = timedelta(seconds=5)
MAX_BYTES = 256 * 1024
#: Asked for the domain itself, then for each one above: a mailbox may lie below what was registered.
_MAX_QUESTIONS = 4
#: When a registration began, or began again (RFC 9083, section 10.2.3).
_BEGINNINGS = frozenset({"registration", "reregistration"})
#: The holder did not pay: it will be sold again unless they still do (RFC 8056, section 2).
_LEAVING = frozenset({"redemption period", "pending delete"})


@dataclass(frozen=True, slots=True)
class Registration:
    """What a registry says.

    :ivar began_at: ``None`` when it keeps that to itself. :ivar leaving: the domain is being given up.
    """

    began_at: datetime | None = None
    leaving: bool = False


def registration_of(registry: Registry, registries: Mapping[str, str], domain: str) -> Registration | None:
    """Ask the registry of the domain's ending; ``None`` when none is known or it does not say. Never raises."""
    base = registries.get(domain.rpartition(".")[2])
    if base is None:
        return None
    name = domain
    for _ in range(_MAX_QUESTIONS):
        if "." not in name:
            return None
        try:
            answer = find(registry, IOutbound).fetch(
                "GET",
                f"{base}domain/{name}",
                headers={"Accept": "application/rdap+json"},
                budget=BUDGET,
                most_bytes=MAX_BYTES,
            )
        except PortalError:
            return None
        if answer.status != 404:
            return read_registration(answer.body, name) if answer.status == 200 else None
        name = name.partition(".")[2]
    return None


def read_registration(body: bytes, name: str) -> Registration | None:
    """Read the answer about ``name``; ``None`` for anything else. Never raises, whatever it is given."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.get("objectClassName") != "domain":
        return None
    if str(found.get("ldhName", "")).rstrip(".").lower() != name.lower():
        return None
    moments = [moment for event in _list(found.get("events")) if (moment := _beginning(event)) is not None]
    words = {str(word).lower() for word in _list(found.get("status"))}
    return Registration(max(moments, default=None), bool(words & _LEAVING))


def _beginning(event: object) -> datetime | None:
    if not isinstance(event, dict) or str(event.get("eventAction", "")).lower() not in _BEGINNINGS:
        return None
    try:
        moment = datetime.fromisoformat(str(event.get("eventDate", "")))
        # A date without its zone is in UTC (RFC 3339 leaves none out, registries sometimes do).
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
