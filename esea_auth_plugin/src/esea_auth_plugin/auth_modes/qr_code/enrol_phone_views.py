"""`/qr/CODE/cle`: the key that a paired telephone made. It is kept sealed; the workstation's person adds it, or not."""

from __future__ import annotations

from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...foundation.security import tokens
from ...pyramid_types import PortalRequest, ViewResult
from ...services import find
from . import enrol_phone, phone
from .resources import QrKey
from .service import ENROLMENT, PAIRED, QrRequests

#: A credential is some two thousand characters (threat-model.md row 30).
_MAX_CREDENTIAL_LENGTH = 16_000


@view_config(context=QrKey, request_method="POST", permission=NO_PERMISSION_REQUIRED)
def take_key(context: QrKey, request: PortalRequest) -> ViewResult:
    """Keep what the telephone made until it is confirmed; signs nobody in."""
    phone.count(request)
    found = phone.named(context.__parent__, request, ENROLMENT, PAIRED)
    given = {name: str(request.POST.get(name, "")) for name in ("credential", "challenge")}
    if found is None or any(len(value) > _MAX_CREDENTIAL_LENGTH for value in given.values()):
        return phone.rendered(request, phone.DONE, phone.gone(request))
    if not given["credential"]:
        return phone.rendered(request, *enrol_phone.again(context.__parent__, request, found))
    check = tokens.new_pairing_number()
    answer = {**given, "check": check, "agent": (request.user_agent or "")[:300], "address": request.client_address}
    browser, at = request.browser_digest, phone.now_of(request)
    if not find(request, QrRequests).keep_answer(request.dbsession, found, browser, answer, at):
        return phone.rendered(request, phone.DONE, phone.gone(request))
    return phone.rendered(request, phone.DONE, phone.done("made", check=check))
