"""The card host's own pages. It reads, judges, and hands over; it never changes a sign-in, and knows no account."""

from __future__ import annotations

from datetime import timedelta

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...foundation.database import write_on_get
from ...foundation.throttling import Addresses
from ...interfaces import CardRefusal, IThrottle, Limit
from ...pyramid_types import JsonObject, PortalRequest, ViewResult
from ...services import find
from . import diagnosis
from .diagnosis import Examined
from .reader import DIAGNOSE, READ
from .refusals import REFUSALS
from .resources import CardHostRoot
from .service import CardService
from .transport import from_proxy

_TEMPLATES = "esea_auth_plugin:auth_modes/cps_card/templates"
_PUBLIC: JsonObject = {
    "context": CardHostRoot,
    "request_method": "GET",
    "permission": NO_PERMISSION_REQUIRED,
}
READS_PER_ADDRESS = Limit("cps_card.read", 60, timedelta(minutes=10))


@view_config(**_PUBLIC)
def welcome(context: CardHostRoot, request: PortalRequest) -> ViewResult:
    """Say what this host is for; nginx's own refusals (495, 496) at any address are explained here too."""
    if not from_proxy(request.environ, context.settings):
        return _refused(request, "card.proxy")
    return render_to_response(f"{_TEMPLATES}/host_welcome.jinja2", {}, request=request)


@view_config(name=READ, **_PUBLIC)
def read(context: CardHostRoot, request: PortalRequest) -> ViewResult:
    """Read the card for the sign-in that asked, and send the browser back to it with a ticket."""
    board = find(request, CardService)
    _count(request)
    # Judged before any transaction: it may ask an OCSP responder.
    examined = board.received(request.environ)
    write_on_get(request)
    answer = board.answer(request, examined, request.GET.get("state", ""))
    return _told(request, answer.refusal) if answer.refusal is not None else _sent(answer.location)


@view_config(name=DIAGNOSE, **_PUBLIC)
def diagnose(context: CardHostRoot, request: PortalRequest) -> ViewResult:
    """Try the card, and send the browser back to the portal's page that tells what was found."""
    board = find(request, CardService)
    _count(request)
    examined = board.received(request.environ)
    if examined.code == "card.proxy":
        return _refused(request, examined.code)
    write_on_get(request)
    return _sent(board.hand_over_diagnosis(request.dbsession, diagnosis.to_json(examined)))


def _count(request: PortalRequest) -> None:
    find(request, IThrottle).reserve(find(request, Addresses).use(READS_PER_ADDRESS, request.client_address))


def _sent(address: str) -> HTTPSeeOther:
    """Redirect with a ticket in the address: it goes in no Referer, and the portal redirects again at once."""
    return HTTPSeeOther(address, headers={"Referrer-Policy": "no-referrer"})


def _refused(request: PortalRequest, code: str) -> ViewResult:
    write_on_get(request)
    find(request, CardService).refused(request.dbsession, Examined(None, code), address=request.client_address)
    return _told(request, REFUSALS[code])


def _told(request: PortalRequest, refusal: CardRefusal) -> ViewResult:
    response = render_to_response(f"{_TEMPLATES}/host_refused.jinja2", {"refusal": refusal}, request=request)
    response.status_int = refusal.status
    return response
