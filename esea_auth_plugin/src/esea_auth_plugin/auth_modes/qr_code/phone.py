"""What the pages of the telephone share: limits, what the code names, what is shown of who asks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pyramid.renderers import render_to_response

from ...foundation.layout.browsers import browser_fr
from ...foundation.throttling import Addresses
from ...interfaces import IThrottle, Limit
from ...pyramid_types import PortalRequest, Response, TemplateValues
from ...services import current_time, find
from .geolocation import Geolocation
from .service import QrRequests, Request
from .settings import QrSettings

#: Everything that a telephone sends. Codes can't be guessed in their time anyway: 40 bits against 90 seconds.
ACTS = Limit("qr.phone", 60, timedelta(minutes=10))
#: Emails to the support from one address.
REPORTS = Limit("qr.report", 5, timedelta(hours=1))

PAGE = "esea_auth_plugin:auth_modes/qr_code/templates/request.jinja2"
SIGN = "esea_auth_plugin:auth_modes/qr_code/templates/sign.jinja2"
DONE = "esea_auth_plugin:auth_modes/qr_code/templates/done.jinja2"
ADD = "esea_auth_plugin:auth_modes/qr_code/templates/phone.jinja2"
MAKE = "esea_auth_plugin:auth_modes/qr_code/templates/make.jinja2"
SCRIPT = "esea_auth_plugin:static/passkey.js"
EMPTY = "Saisissez le nombre à deux chiffres que montre l’écran du poste."


def count(request: PortalRequest, *more: Limit) -> None:
    """Count an act of this address, before the request's transaction.

    :raises TooManyAttempts: there were too many.
    """
    addresses = find(request, Addresses)
    uses = [addresses.use(limit, request.client_address) for limit in (ACTS, *more)]
    find(request, IThrottle).reserve(*uses)


def now_of(request: PortalRequest) -> datetime:
    """Return the present moment."""
    return current_time(request)


def named(context: Any, request: PortalRequest, kind: str | None = None, *states: str) -> Request | None:
    """Return the live request that the address names, of this kind and in one of these states."""
    found = find(request, QrRequests).by_code(request.dbsession, context.code)
    if found is None or found.ends_at <= now_of(request) or kind not in {None, found.kind}:
        return None
    return found if found.state in states else None


def gone(request: PortalRequest) -> TemplateValues:
    """Return the page for a code that names nothing any more; it never says why: used, over, or never there."""
    request.response.status = 410
    return done("gone")


def done(outcome: str, **values: object) -> dict[str, object]:
    """Return what the last page of the telephone needs."""
    return {"outcome": outcome, "code": "", "service": "", **values}


def asked(context: Any, request: PortalRequest, found: Request) -> TemplateValues:
    """Return what the telephone shows of who asks: it is all that tells a relayed code from one's own workstation."""
    places = find(request, Geolocation)
    place = places.place(found.address)
    same = places.same_network(found.address, request.client_address)
    return {
        "code": context.code,
        "found": found,
        "browser": browser_fr(found.agent),
        "place": place,
        "same_network": same,
        "barred": not same and find(request, QrSettings).other_network == "refuse",
        "problem": "",
    }


def rendered(request: PortalRequest, template: str, values: TemplateValues) -> Response:
    """Return the page with the response's status and headers as they were set."""
    return render_to_response(template, values, request=request, response=request.response)
