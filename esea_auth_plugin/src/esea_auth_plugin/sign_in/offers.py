"""The service that a sign-in is for, and where the portal's modes stand for it today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ..authentication.attempts.browsers import browser_of
from ..authentication.contract import AuthMode
from ..authentication.registry import modes_of
from ..foundation.permissions.evaluation import PORTAL
from ..interfaces import ICatalogue, ModeStatus, PortalService
from ..pyramid_types import PortalRequest, current_identity
from ..services import current_time, find

_PARIS = ZoneInfo("Europe/Paris")
#: How long the page speaks of a mode that ended, and how long before its end it starts counting down.
_SAID = timedelta(days=180)
_COUNTED = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Offer:
    """A mode on the page of a service.

    :ivar days_left: whole days until its end, today not counted, ``None`` when it doesn't end soon.
    :ivar since: first day (Paris, noon in UTC) on which it opens nothing any more.
    """

    mode: AuthMode
    open: bool
    days_left: int | None = None
    last_day: datetime | None = None
    since: datetime | None = None


def service_named(request: PortalRequest, slug: str) -> PortalService | None:
    """Return the service, the portal itself for ``""``; ``None`` for an unknown slug."""
    return find(request, ICatalogue).get(slug or PORTAL)


def is_open(request: PortalRequest, service: PortalService, mode: AuthMode) -> bool:
    """Tell whether the service admits the mode at this moment; one that only restores access opens none of them."""
    if mode.restores:
        return True
    now = current_time(request)
    return find(request, ICatalogue).status_of(service, mode.name, now) is ModeStatus.OPEN


def offers_of(request: PortalRequest, service: PortalService) -> Sequence[Offer]:
    """Return the modes to show, in the catalogue's order; one that is not enabled here is hidden."""
    modes = modes_of(request)
    shown = [mode for admitted in service.modes if (mode := modes.get(admitted.mode)) is not None]
    here = [mode for mode in shown if not mode.known_browsers_only or _known(request)]
    return [offer for mode in here if (offer := _offer(request, service, mode)) is not None]


def _known(request: PortalRequest) -> bool:
    return current_identity(request) is not None or bool(browser_of(request).subjects)


def _offer(request: PortalRequest, service: PortalService, mode: AuthMode) -> Offer | None:
    catalogue = find(request, ICatalogue)
    now = current_time(request)
    status = catalogue.status_of(service, mode.name, now)
    end = catalogue.ends_at(service, mode.name)
    if status is ModeStatus.ENDED:
        return Offer(mode, open=False, since=end) if end is not None and now - end < _SAID else None
    if status is not ModeStatus.OPEN:
        return None
    if end is None or end - now > _COUNTED:
        return Offer(mode, open=True)
    last_day = end - timedelta(seconds=1)
    days = (last_day.astimezone(_PARIS).date() - now.astimezone(_PARIS).date()).days
    return Offer(mode, open=True, days_left=days, last_day=last_day.astimezone(UTC))
