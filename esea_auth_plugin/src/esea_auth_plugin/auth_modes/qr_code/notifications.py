"""Tells the support that somebody was shown a code that was not theirs."""

from __future__ import annotations

from ...foundation.layout.browsers import browser_fr
from ...interfaces import IOutbox, PortalSettings
from ...pyramid_types import PortalRequest
from ...services import find
from .geolocation import Geolocation
from .service import Request

LETTER = "qr.reported"


def warn_support(request: PortalRequest, found: Request) -> None:
    """Write to the support's mailbox: what was asked, from where, when; in the report's own transaction."""
    values = {
        "service": found.service,
        "browser": browser_fr(found.agent),
        "place": find(request, Geolocation).place(found.address).name,
        "address": found.address,
        "at": found.created_at,
    }
    support = find(request, PortalSettings).contacts.support_email
    find(request, IOutbox).post(request.dbsession, LETTER, to=support, values=values)
