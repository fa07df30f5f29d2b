"""« Retrouver l'accès à mon compte » and the request to the support: the same pages and the same work for everyone."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...authentication.registry import modes_of
from ...foundation.database import IDatabase
from ...foundation.forms import Invalid, PortalForm
from ...interfaces import AccountState, AccountView, IAccounts
from ...pyramid_types import PortalRequest, ViewResult
from ...services import find
from .. import limits
from ..resources import ForgottenResource
from . import kind
from .forms import LostEverythingSchema

_TEMPLATES = "esea_auth_plugin:recovery/lost_authenticators/templates"
_PAGE = f"{_TEMPLATES}/ask.jinja2"


def _form(request: PortalRequest) -> PortalForm:
    submit = (("envoyer", "Envoyer ma demande au support"),)
    return PortalForm(LostEverythingSchema(), request, submit=submit, cancel=("Retour", "/connexion/oubli/dispositif"))


@view_config(
    context=ForgottenResource,
    name="dispositif",
    request_method="GET",
    renderer=f"{_TEMPLATES}/device.jinja2",
    permission=NO_PERMISSION_REQUIRED,
)
def lost_device(context: ForgottenResource, request: PortalRequest) -> ViewResult:
    """Show the ways back in without the device: another device, a printed code, the support."""
    modes = modes_of(request).all()
    return {"restoring": [mode for mode in modes if mode.restores]}


@view_config(
    context=ForgottenResource, name="tout", request_method="GET", renderer=_PAGE, permission=NO_PERMISSION_REQUIRED
)
def ask(context: ForgottenResource, request: PortalRequest) -> ViewResult:
    """Ask who it is and where the support may call; nothing of the account is shown."""
    return {"form": _form(request).render(), "review": None}


@view_config(
    context=ForgottenResource, name="tout", request_method="POST", renderer=_PAGE, permission=NO_PERMISSION_REQUIRED
)
def asked(context: ForgottenResource, request: PortalRequest) -> ViewResult:
    """Open a request to the support, whether the account exists or not."""
    try:
        values = _form(request).validate()
    except Invalid as invalid:
        return {"form": invalid.form_html, "review": None}
    if values["website"]:
        return HTTPSeeOther("/connexion/oubli/envoye")
    account = _active(request, values["login"])
    limits.everything_lost(request, values["login"], account.subject if account else None)
    return {"form": "", "review": kind.open_request(request.registry, request.dbsession, account, values)}


def _active(request: PortalRequest, login: str) -> AccountView | None:
    with find(request, IDatabase).reading() as session:
        account = find(request, IAccounts).by_login(session, login)
    return account if account is not None and account.state is AccountState.ACTIVE else None
