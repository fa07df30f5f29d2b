"""The mailed link of a device that waits: a GET shows it, a POST confirms or removes it. Nobody is signed in by it."""

from __future__ import annotations

from datetime import timedelta

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ....foundation.database import retrying
from ....foundation.throttling import Addresses
from ....interfaces import IThrottle, Limit
from ....pyramid_types import PortalRequest, TemplateValues, ViewResult, current_identity
from ....services import find
from .resources import REFUSE_VIEW, ConfirmResource
from .service import Pending, PendingDevices

HOME = "/compte/dispositifs"
USES = Limit("devices.confirm.address", 60, timedelta(hours=1))
_PAGE = "esea_auth_plugin:authentication/credentials/pending/templates/confirm.jinja2"


@view_config(context=ConfirmResource, request_method="GET", renderer=_PAGE, permission=NO_PERMISSION_REQUIRED)
def show(context: ConfirmResource, request: PortalRequest) -> ViewResult:
    """Show which device waits, and since when."""
    return _page(context, _live(context))


@view_config(context=ConfirmResource, request_method="POST", renderer=_PAGE, permission=NO_PERMISSION_REQUIRED)
def confirm(context: ConfirmResource, request: PortalRequest) -> ViewResult:
    """Let the device be used, unless the account owns something stronger than its mailbox by now."""
    pending = _used(context)
    if pending is None:
        return _page(context, None)
    session, service = request.dbsession, find(request, PendingDevices)
    if not service.mail_may_confirm(session, pending.account.subject):
        return _page(context, pending)
    if not service.confirm(session, pending.account.subject, pending.mode.name, pending.device.reference):
        return _page(context, None)
    context.forget()
    request.flash(f"« {pending.device.label} » est confirmé : vous pouvez vous connecter avec lui.")
    return HTTPSeeOther("/connexion" if current_identity(request) is None else HOME)


@view_config(context=ConfirmResource, name=REFUSE_VIEW, request_method="POST", permission=NO_PERMISSION_REQUIRED)
def refuse(context: ConfirmResource, request: PortalRequest) -> ViewResult:
    """Remove the device: it is not this account's person who added it."""
    pending = _used(context)
    if pending is not None:
        retrying(request, lambda session: find(request, PendingDevices).refuse(session, pending))
        request.flash(
            "Le dispositif est retiré. Quelqu’un connaît votre mot de passe et lit peut-être vos courriels : changez "
            "votre mot de passe et prévenez l’assistance.",
            "warning",
        )
    context.forget()
    return HTTPSeeOther("/connexion/oubli/mot-de-passe")


def _live(context: ConfirmResource) -> Pending | None:
    return find(context.request, PendingDevices).live(context.request.dbsession, context.secret)


def _used(context: ConfirmResource) -> Pending | None:
    request = context.request
    use = find(request, Addresses).use(USES, request.client_address)
    find(request, IThrottle).reserve(use)
    return _live(context)


def _page(context: ConfirmResource, pending: Pending | None) -> TemplateValues:
    request = context.request
    context.gone_unless(pending)
    enough = pending is not None and find(request, PendingDevices).mail_may_confirm(
        request.dbsession, pending.account.subject
    )
    return {"pending": pending, "enough": enough}
