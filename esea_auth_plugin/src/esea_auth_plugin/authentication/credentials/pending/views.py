"""The mailed link of a device that waits: a GET shows it, a POST confirms or removes it. Nobody is signed in by it."""

from __future__ import annotations

from datetime import timedelta

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ....foundation.database import retrying
from ....foundation.throttling import Addresses
from ....foundation.web.cookies import drop_cookie, read_link_cookie, set_cookie
from ....interfaces import IThrottle, Limit
from ....pyramid_types import PortalRequest, TemplateValues, ViewResult, current_identity
from ....services import find
from .resources import REFUSE_VIEW, ConfirmResource, ConfirmToken
from .service import Pending, PendingDevices

COOKIE = "confirmation-dispositif"
HOME = "/compte/dispositifs"
USES = Limit("devices.confirm.address", 60, timedelta(hours=1))
_PAGE = "esea_auth_plugin:authentication/credentials/pending/templates/confirm.jinja2"
_MAX_TOKEN_LENGTH = 128


@view_config(context=ConfirmToken, request_method="GET", permission=NO_PERMISSION_REQUIRED)
def take_token(context: ConfirmToken, request: PortalRequest) -> ViewResult:
    """Move the token into a cookie; mail scanners that follow the link confirm nothing."""
    token = context.__name__ if len(context.__name__) <= _MAX_TOKEN_LENGTH else "-"
    set_cookie(request, COOKIE, token, max_age=timedelta(minutes=30))
    return HTTPSeeOther(f"{HOME}/confirmation")


@view_config(context=ConfirmResource, request_method="GET", renderer=_PAGE, permission=NO_PERMISSION_REQUIRED)
def show(context: ConfirmResource, request: PortalRequest) -> ViewResult:
    """Show which device waits, and since when."""
    return _page(request, _live(request))


@view_config(context=ConfirmResource, request_method="POST", renderer=_PAGE, permission=NO_PERMISSION_REQUIRED)
def confirm(context: ConfirmResource, request: PortalRequest) -> ViewResult:
    """Let the device be used, unless the account owns something stronger than its mailbox by now."""
    pending = _used(request)
    if pending is None:
        return _page(request, None)
    session, service = request.dbsession, find(request, PendingDevices)
    if not service.mail_may_confirm(session, pending.account.subject):
        return _page(request, pending)
    if not service.confirm(session, pending.account.subject, pending.mode.name, pending.device.reference):
        return _page(request, None)
    drop_cookie(request, COOKIE)
    request.flash(f"« {pending.device.label} » est confirmé : vous pouvez vous connecter avec lui.")
    return HTTPSeeOther("/connexion" if current_identity(request) is None else HOME)


@view_config(context=ConfirmResource, name=REFUSE_VIEW, request_method="POST", permission=NO_PERMISSION_REQUIRED)
def refuse(context: ConfirmResource, request: PortalRequest) -> ViewResult:
    """Remove the device: it is not this account's person who added it."""
    pending = _used(request)
    if pending is not None:
        retrying(request, lambda session: find(request, PendingDevices).refuse(session, pending))
        request.flash(
            "Le dispositif est retiré. Quelqu’un connaît votre mot de passe et lit peut-être vos courriels : changez "
            "votre mot de passe et prévenez l’assistance.",
            "warning",
        )
    drop_cookie(request, COOKIE)
    return HTTPSeeOther("/connexion/oubli/mot-de-passe")


def _live(request: PortalRequest) -> Pending | None:
    return find(request, PendingDevices).live(request.dbsession, read_link_cookie(request, COOKIE))


def _used(request: PortalRequest) -> Pending | None:
    use = find(request, Addresses).use(USES, request.client_address)
    find(request, IThrottle).reserve(use)
    return _live(request)


def _page(request: PortalRequest, pending: Pending | None) -> TemplateValues:
    if pending is None:
        request.response.status = 410
    enough = pending is not None and find(request, PendingDevices).mail_may_confirm(
        request.dbsession, pending.account.subject
    )
    return {"pending": pending, "enough": enough}
