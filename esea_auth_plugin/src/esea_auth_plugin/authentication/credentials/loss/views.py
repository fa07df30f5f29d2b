"""The page « Signaler une perte » of a device: what would prove enough, then one button that suspends it."""

from __future__ import annotations

from urllib.parse import urlencode

from pyramid.httpexceptions import HTTPForbidden, HTTPSeeOther
from pyramid.view import view_config

from ....foundation.database import retrying
from ....foundation.web.problems import wants_json
from ....interfaces import Level, Refusal
from ....pyramid_types import PortalRequest, TemplateValues, ViewResult
from ....services import find
from ...access.maximum_level import reach_of
from ...access.refused import Refused
from ...access.top_level import fresh_proofs, wanted_level
from ...contract import AuthMode, Credential
from ...registry import modes_of
from ..resources import DeviceResource
from ..suspension import SuspendedFactors
from ..usable import usable_of
from ..views import HOME, credential_of
from .service import DELAY, REMOVES, REPORTS, LostDevices

_PAGE = "esea_auth_plugin:authentication/credentials/loss/templates/lost.jinja2"
_NAME = "perdu"


@view_config(context=DeviceResource, name=_NAME, request_method="GET", permission="esea.devices.view", renderer=_PAGE)
def lost(context: DeviceResource, request: PortalRequest) -> TemplateValues:
    """Say what a report does, and which proofs it takes."""
    device = credential_of(context, request)
    session, subject = request.dbsession, request.identity.subject
    fresh, wanted = fresh_proofs(request, request.identity), wanted_level(request, subject)
    reported = find(request, LostDevices).get(session, subject, context.mode.name, device.reference)
    return {
        "mode": context.mode,
        "device": device,
        "reported": reported,
        "may_report": bool(fresh.proofs) and fresh.level >= min(REPORTS, wanted),
        "at_top": fresh.level >= wanted,
        "why_not": find(request, LostDevices).why_not_removed(
            session, subject, context.mode, proven=fresh.level, wanted=wanted
        ),
        "stronger": _others(request, context, device, min(REMOVES, wanted)),
        "reporting": _others(request, context, device, min(REPORTS, wanted)),
        "query": "?" + urlencode({"retour": _address(context, device), "recent": "1"}),
        "restoring": [each for each in modes_of(request).all() if each.restores and each.usable_by(session, subject)],
        "hours": int(DELAY.total_seconds()) // 3600,
    }


@view_config(context=DeviceResource, name=_NAME, request_method="POST", permission="esea.devices.change")
def reported(context: DeviceResource, request: PortalRequest) -> ViewResult:
    """Suspend the device, and plan its removal if the fresh proofs allow it."""
    device = credential_of(context, request)
    identity, subject = request.identity, request.identity.subject
    fresh, wanted = fresh_proofs(request, identity), wanted_level(request, subject)
    if not fresh.proofs or fresh.level < min(REPORTS, wanted):
        if wants_json(request):
            raise HTTPForbidden(result=Refused(Refusal.STALE, "esea.devices.change"))
        return HTTPSeeOther(_address(context, device))  # the page of the modes would offer the lost device itself
    report = find(request, LostDevices).report
    found = retrying(
        request,
        lambda session: report(
            session, subject, context.mode, device, proofs=fresh.proofs, proven=fresh.level, wanted=wanted
        ),
    )
    request.flash(f"« {device.label} » est bloqué : il n’ouvre plus rien.")
    return HTTPSeeOther(_address(context, device) if found.removal_at is None else f"{HOME}/{_path(context, device)}")


@view_config(context=DeviceResource, name="garder", request_method="POST", permission="esea.devices.change")
def kept(context: DeviceResource, request: PortalRequest) -> ViewResult:
    """Plan no removal any more. No fresh proof is asked: it gives nothing back."""
    device = credential_of(context, request)
    subject = request.identity.subject
    if find(request, LostDevices).keep(request.dbsession, subject, context.mode.name, device.reference):
        request.flash("Le retrait est annulé. Le dispositif reste bloqué tant que vous ne l’avez pas débloqué.")
    return HTTPSeeOther(f"{HOME}/{_path(context, device)}")


@view_config(
    context=DeviceResource, name="retrouve", request_method="POST", permission="esea.devices.change", top_level=True
)
def found(context: DeviceResource, request: PortalRequest) -> ViewResult:
    """Accept a device again that was found; another one proved the top level, as what is suspended proves nothing."""
    device = credential_of(context, request)
    subject, mode = request.identity.subject, context.mode.name
    if find(request, SuspendedFactors).lift(request.dbsession, subject, mode, device.reference, by=subject):
        find(request, LostDevices).found_again(request.dbsession, subject, mode, device.reference)
        request.flash(f"« {device.label} » est débloqué.")
    return HTTPSeeOther(f"{HOME}/{_path(context, device)}")


def _others(request: PortalRequest, context: DeviceResource, device: Credential, level: Level) -> list[AuthMode]:
    """Return the modes that prove this level with something else than the device; own ones before other sites'."""
    usable = usable_of(request.registry, request.dbsession, request.identity.subject, without=device.reference)
    return [mode for mode in usable.modes if reach_of(mode) >= level and not mode.restores]


def _path(context: DeviceResource, device: Credential) -> str:
    return f"{context.mode.segment}/{device.reference}"


def _address(context: DeviceResource, device: Credential) -> str:
    return f"{HOME}/{_path(context, device)}/{_NAME}"
