"""« Mes dispositifs d'authentification forte »: the list, one device, its name, its end."""

from __future__ import annotations

import colander
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.view import view_config

from ...foundation.database import lock_accounts, retrying
from ...foundation.forms import Invalid, PortalForm, TextNode
from ...interfaces import IPendingDevices, ISessions
from ...pyramid_types import PortalRequest, TemplateValues, ViewResult
from ...services import find
from ..contract import AuthMode, Capability, Credential
from ..registry import modes_of
from .first_link.service import FirstLinks
from .loss.service import LostDevices
from .pending.service import PendingDevices
from .resources import DeviceResource, DevicesResource
from .revoking import LastAuthenticator, Revoking
from .suspension import LOST, SuspendedFactors

_TEMPLATES = "esea_auth_plugin:authentication/credentials/templates"
HOME = "/compte/dispositifs"


class NameSchema(colander.MappingSchema):
    """What a device is called."""

    label = TextNode(title="Nom du dispositif", max_length=60, autocomplete="off")


@view_config(
    context=DevicesResource, request_method="GET", permission="esea.devices.view", renderer=f"{_TEMPLATES}/list.jinja2"
)
def device_list(context: DevicesResource, request: PortalRequest) -> TemplateValues:
    """List every credential of the person, and what they may add."""
    subject, session = request.identity.subject, request.dbsession
    enrolling = [mode for mode in modes_of(request).all() if Capability.ENROLS in mode.capabilities]
    held = [(mode, tuple(mode.credentials(session, subject))) for mode in enrolling]
    addable = [mode for mode in enrolling if mode.enrolment.title]
    pending = find(request, IPendingDevices).of(session, subject)
    frozen = find(request, SuspendedFactors).of(session, subject)
    # « Ajouter … » may end at another host at once: the card host, say.
    for target in (target for mode in addable for target in mode.form_targets):
        request.content_policy.allow_form_target(target)
    return {
        "held": [(mode, credential) for mode, credentials in held for credential in credentials],
        "frozen": {(one.mode, one.reference) for one in frozen},
        "contested": [one for one in frozen if one.reason != LOST],
        "first_link": find(request, FirstLinks).page_for(session, subject, find(request, ISessions).current(request)),
        "pending": pending,
        "by_mail": bool(pending) and find(request, PendingDevices).mail_may_confirm(session, subject),
        "addable": addable,
        "companions": [
            (mode.devices_companion, mode.devices_values(session, subject))
            for mode in enrolling
            if mode.devices_companion
        ],
    }


@view_config(
    context=DeviceResource, request_method="GET", permission="esea.devices.view", renderer=f"{_TEMPLATES}/device.jinja2"
)
def device_page(context: DeviceResource, request: PortalRequest) -> TemplateValues:
    """Show one device."""
    credential = credential_of(context, request)
    return _page(context, request, credential, _form(request, context).render({"label": credential.label}))


@view_config(
    context=DeviceResource, name="renommer", request_method="POST", permission="esea.devices.change", top_level=True,
    renderer=f"{_TEMPLATES}/device.jinja2",
)  # fmt: skip
def renamed(context: DeviceResource, request: PortalRequest) -> ViewResult:
    """Call a device by another name."""
    credential = credential_of(context, request)
    try:
        label = _form(request, context).validate()["label"]
    except Invalid as invalid:
        return _page(context, request, credential, invalid.form_html)
    lock_accounts(request, request.dbsession, request.identity.subject)
    if not context.mode.rename(request.dbsession, request.identity.subject, credential.reference, label):
        raise HTTPNotFound
    request.flash(f"Ce dispositif s’appelle maintenant « {label} ».")
    return HTTPSeeOther(HOME)


@view_config(
    context=DeviceResource, name="retirer", request_method="POST", permission="esea.devices.change", top_level=True
)
def revoked(context: DeviceResource, request: PortalRequest) -> ViewResult:
    """End a device: it opens nothing any more, and the sessions that it opened end in the same transaction."""
    credential = credential_of(context, request)
    try:
        retrying(request, lambda session: find(request, Revoking).by_owner(request, context.mode, credential))
    except LastAuthenticator as error:
        request.flash(error.message, "warning")
        return HTTPSeeOther(f"{HOME}/{context.mode.segment}/{credential.reference}")
    request.flash(f"« {credential.label} » est retiré : il n’ouvre plus rien.")
    return HTTPSeeOther(HOME)


def credential_of(context: DeviceResource, request: PortalRequest) -> Credential:
    """Return the person's own credential at this address.

    :raises HTTPNotFound: it is gone, or somebody else's.
    """
    mode: AuthMode = context.mode
    for credential in mode.credentials(request.dbsession, request.identity.subject):
        if credential.reference == context.__name__:
            return credential
    raise HTTPNotFound


def _form(request: PortalRequest, context: DeviceResource) -> PortalForm:
    action = f"{HOME}/{context.mode.segment}/{context.__name__}/renommer"
    return PortalForm(NameSchema(), request, submit=(("enregistrer", "Renommer"),), action=action)


def _page(context: DeviceResource, request: PortalRequest, credential: Credential, form_html: object) -> TemplateValues:
    session, subject = request.dbsession, request.identity.subject
    waits = credential.reference in find(request, IPendingDevices).of(session, subject).get(context.mode.name, ())
    by_mail = waits and find(request, PendingDevices).mail_may_confirm(session, subject)
    return {
        "mode": context.mode,
        "device": credential,
        "form": form_html,
        "pending": waits,
        "by_mail": by_mail,
        "lost": find(request, LostDevices).get(session, subject, context.mode.name, credential.reference),
    }
