"""What the owner of a device that waits does from « Mes dispositifs »: confirm it, or have the email again."""

from __future__ import annotations

from datetime import timedelta

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.view import view_config

from ....accounts.mail_code_barring import why_barred
from ....errors import TooManyAttempts
from ....interfaces import IAccounts, IThrottle, Limit
from ....pyramid_types import PortalRequest, ViewResult
from ....services import current_time, find
from ..resources import DeviceResource
from .service import PendingDevices

HOME = "/compte/dispositifs"
#: One email a minute and five an hour for all the devices of a person: nobody floods a mailbox from a session.
A_MINUTE = Limit("devices.confirm.again.minute", 1, timedelta(minutes=1))
AN_HOUR = Limit("devices.confirm.again.hour", 5, timedelta(hours=1))
_AGAIN = (
    "Si ce dispositif attend sa confirmation, un nouveau courriel part à l’adresse de votre compte. Le lien précédent "
    "n’est plus valable, et le délai de 24 heures court toujours depuis l’ajout."
)
_TOO_OFTEN = (
    "Un courriel vient de partir, ou plusieurs en une heure. Regardez votre boîte mail, puis réessayez plus tard."
)
_HERE = "Votre compte a un moyen plus sûr que votre boîte mail : confirmez ce dispositif sur sa page, par « Gérer »."


@view_config(
    context=DeviceResource, name="confirmer", request_method="POST", permission="esea.devices.change", top_level=True
)
def confirm_signed_in(context: DeviceResource, request: PortalRequest) -> ViewResult:
    """Confirm a device from a session at the account's top level, once that is more than the mailbox."""
    session, subject, service = request.dbsession, request.identity.subject, find(request, PendingDevices)
    if service.mail_may_confirm(session, subject):
        request.flash("Ouvrez le lien reçu par courriel pour confirmer ce dispositif.", "warning")
        return HTTPSeeOther(HOME)
    if not service.confirm(session, subject, context.mode.name, context.__name__):
        raise HTTPNotFound
    request.flash("Ce dispositif est confirmé : vous pouvez vous connecter avec lui.")
    return HTTPSeeOther(HOME)


@view_config(context=DeviceResource, name="renvoyer", request_method="POST", permission="esea.devices.change")
def send_again(context: DeviceResource, request: PortalRequest) -> ViewResult:
    """Mail the link again to the account's own address; the same words whatever became of the device.

    No fresh proof is asked: the email goes where the first one went, and what confirms is still the link in it.
    """
    subject = request.identity.subject
    try:
        find(request, IThrottle).reserve((A_MINUTE, subject), (AN_HOUR, subject))
    except TooManyAttempts:
        request.flash(_TOO_OFTEN, "warning")
        return HTTPSeeOther(HOME)
    session, service = request.dbsession, find(request, PendingDevices)
    account = find(request, IAccounts).by_subject(session, subject)
    if not service.mail_may_confirm(session, subject):
        request.flash(_HERE, "warning")
        return HTTPSeeOther(HOME)
    barred = why_barred(account, current_time(request))
    if barred:  # a mailbox that is not believed, or that has just replaced the password, confirms nothing
        request.flash(barred, "warning")
        return HTTPSeeOther(HOME)
    held = context.mode.credentials(session, subject)
    device = next((each for each in held if each.reference == context.__name__), None)
    if account is not None and device is not None:
        service.send_again(session, account, context.mode, device)
    request.flash(_AGAIN)
    return HTTPSeeOther(HOME)
