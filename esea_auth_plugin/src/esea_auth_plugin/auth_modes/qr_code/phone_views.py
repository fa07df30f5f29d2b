"""The telephone's pages for a sign-in: what a workstation asks, the number, the signature, refusal and report.

A GET writes nothing, whoever scans what. Nobody is signed in on the telephone, before or after.
"""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...interfaces import IAuditTrail, IPasskeys, KeyVerified
from ...pyramid_types import PortalRequest, TemplateValues, ViewResult
from ...services import find
from . import codes, enrol_phone, phone
from . import notifications as telling
from .resources import QrApprove, QrCodeResource, QrRefuse, QrReport, QrResource
from .service import (
    APPROVED,
    ENROLMENT,
    OTHER,
    PAIRED,
    REFUSED,
    SIGN_IN,
    UNCONFIRMED,
    WAITING,
    WRONG,
    QrRequests,
    Request,
)

_TYPE = "esea_auth_plugin:auth_modes/qr_code/templates/type.jinja2"
_NO_CODE = "Ce code n’a pas la bonne forme : deux ou trois groupes de quatre caractères, comme 7K3M-Q2XF."
_NOT_SIGNED = "Votre clé d’accès n’a pas été reconnue. Réessayez, ou refusez."


def purpose(found: Request, number: str) -> str:
    """Return what the passkey signs: this very request, and the number that its person typed."""
    return f"qr.approve|{found.id}|{number}"


@view_config(context=QrResource, request_method="GET", renderer=_TYPE, permission=NO_PERMISSION_REQUIRED)
def ask_code(context: QrResource, request: PortalRequest) -> TemplateValues:
    """Ask for the code, where a camera can't read it."""
    return {"problem": "", "typed": ""}


@view_config(context=QrResource, request_method="POST", renderer=_TYPE, permission=NO_PERMISSION_REQUIRED)
def take_code(context: QrResource, request: PortalRequest) -> ViewResult:
    """Go to what the code names; whether it names anything is said there, as if it had been read."""
    phone.count(request)
    typed = str(request.POST.get("code", ""))
    code = codes.read(typed)
    if code is None:
        request.form_failed = True
        return {"problem": _NO_CODE, "typed": typed[:40]}
    return HTTPSeeOther(f"/qr/{code}")


@view_config(context=QrCodeResource, request_method="GET", permission=NO_PERMISSION_REQUIRED)
def show(context: QrCodeResource, request: PortalRequest) -> ViewResult:
    """Show what the workstation asks."""
    found = phone.named(context, request, None, WAITING, PAIRED)
    if found is None:
        return phone.rendered(request, phone.DONE, phone.gone(request))
    if found.kind == ENROLMENT:
        return phone.rendered(request, phone.ADD, enrol_phone.offered(context, request, found))
    return phone.rendered(request, phone.PAGE, phone.asked(context, request, found))


@view_config(context=QrCodeResource, request_method="POST", permission=NO_PERMISSION_REQUIRED)
def take_number(context: QrCodeResource, request: PortalRequest) -> ViewResult:
    """Take the number: an enrolment is paired by it; a sign-in asks for a signature over it, and compares it then."""
    phone.count(request)
    found = phone.named(context, request, None, WAITING, PAIRED)
    if found is None:
        return phone.rendered(request, phone.DONE, phone.gone(request))
    number = codes.read_number(str(request.POST.get("number", "")))
    if found.kind == ENROLMENT:
        return phone.rendered(request, *enrol_phone.paired(context, request, found, number))
    page = phone.asked(context, request, found)
    if number is None:
        request.form_failed = True
        return phone.rendered(request, phone.PAGE, {**page, "problem": phone.EMPTY})
    if page["barred"]:
        return phone.rendered(request, phone.PAGE, page)
    return _signing(context, request, found, number)


@view_config(context=QrApprove, request_method="POST", permission=NO_PERMISSION_REQUIRED)
def approve(context: QrApprove, request: PortalRequest) -> ViewResult:
    """Approve: the signature is judged, then number, person, time and state, in one update."""
    phone.count(request)
    place = context.__parent__
    found = phone.named(place, request, SIGN_IN, WAITING)
    number = codes.read_number(str(request.POST.get("number", "")))
    if found is None or number is None:
        return phone.rendered(request, phone.DONE, phone.gone(request))
    page = phone.asked(place, request, found)
    if page["barred"]:
        return phone.rendered(request, phone.PAGE, page)
    key = find(request, IPasskeys).verify(
        request.dbsession,
        values={name: str(request.POST.get(name, "")) for name in ("credential", "challenge")},
        browser=request.browser_digest,
        subject=None,
        purpose=purpose(found, number),
        at=phone.now_of(request),
    )
    if key is None:
        return _signing(place, request, found, number, problem=_NOT_SIGNED)
    state = find(request, QrRequests).approve(request.dbsession, found, number, key, phone.now_of(request))
    _note(request, found, state, key)
    if state not in {APPROVED, WRONG, OTHER, UNCONFIRMED}:
        return phone.rendered(request, phone.DONE, phone.gone(request))
    return phone.rendered(request, phone.DONE, phone.done(state, service=found.service))


@view_config(context=QrRefuse, request_method="POST", permission=NO_PERMISSION_REQUIRED)
def refuse(context: QrRefuse, request: PortalRequest) -> ViewResult:
    """Refuse: the workstation is told, and « Ce n’est pas moi » is offered."""
    phone.count(request)
    place = context.__parent__
    found = phone.named(place, request, None, WAITING, PAIRED)
    if found is None or not find(request, QrRequests).refuse(request.dbsession, found, phone.now_of(request)):
        return phone.rendered(request, phone.DONE, phone.gone(request))
    _note(request, found, REFUSED, None)
    page = phone.done(REFUSED, code=place.code if found.kind == SIGN_IN else "", service=found.service)
    return phone.rendered(request, phone.DONE, page)


@view_config(context=QrReport, request_method="POST", permission=NO_PERMISSION_REQUIRED)
def report(context: QrReport, request: PortalRequest) -> ViewResult:
    """« Ce n’est pas moi »: warn the support, shut the mode for who asked."""
    phone.count(request, phone.REPORTS)
    requests = find(request, QrRequests)
    found = requests.by_code(request.dbsession, context.__parent__.code)
    if found is None or found.kind != SIGN_IN or not requests.report(request.dbsession, found, phone.now_of(request)):
        return phone.rendered(request, phone.DONE, phone.gone(request))
    telling.warn_support(request, found)
    find(request, IAuditTrail).record(
        request.dbsession,
        "qr.reported",
        target=found.subject,
        details={"request": found.id},
        personal={"address": request.client_address, "asked_from": found.address},
    )
    return phone.rendered(request, phone.DONE, phone.done("reported", service=found.service))


def _signing(context: object, request: PortalRequest, found: Request, number: str, problem: str = "") -> ViewResult:
    # Any key of the portal may be shown: a list of the person's own would tell it to whoever read the code.
    offer = find(request, IPasskeys).request_options(
        request.dbsession, browser=request.browser_digest, subject=None, purpose=purpose(found, number)
    )
    page = {**phone.asked(context, request, found), "offer": offer, "number": number, "script": phone.SCRIPT}
    return phone.rendered(request, phone.SIGN, {**page, "problem": problem})


_RECORDED = {
    APPROVED: "qr.approved",
    WRONG: "qr.wrong_number",
    OTHER: "qr.refused",
    REFUSED: "qr.refused",
    UNCONFIRMED: "qr.unconfirmed",
}


def _note(request: PortalRequest, found: Request, state: str, key: KeyVerified | None) -> None:
    if state not in _RECORDED:
        return
    actor = key.subject if key else None
    find(request, IAuditTrail).record(
        request.dbsession,
        _RECORDED[state],
        outcome="success" if state == APPROVED else "refused",
        actor=actor,
        target=found.subject or actor,
        details={"request": found.id, "kind": found.kind, "state": state},
        personal={"address": request.client_address, "asked_from": found.address},
    )
