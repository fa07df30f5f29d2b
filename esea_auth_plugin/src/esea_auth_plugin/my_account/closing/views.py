"""« Fermer mon compte »: what it means, a box to tick, and the end."""

from __future__ import annotations

import colander
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from ...foundation.database import retrying
from ...foundation.forms import Button, CheckNode, Invalid, PortalForm
from ...foundation.layout.filters import date_fr
from ...interfaces import IAccounts, IClosings
from ...pyramid_types import PortalRequest, TemplateValues, ViewResult
from ...services import find
from ...settings import FoundationSettings
from .resources import CloseResource

_PAGE = "esea_auth_plugin:my_account/closing/templates/close.jinja2"


def _ticked(node: colander.SchemaNode, value: bool) -> None:
    if not value:
        raise colander.Invalid(node, "Cochez cette case pour fermer votre compte.")


class CloseSchema(colander.MappingSchema):
    """A consent that can't be given by mistake."""

    sure = CheckNode(title="Je veux fermer mon compte et perdre mes accès dès maintenant", validator=_ticked)


@view_config(
    context=CloseResource, request_method="GET", permission="esea.account.view", renderer=_PAGE, top_level=True
)
def show(context: CloseResource, request: PortalRequest) -> TemplateValues:
    """Say what closing means."""
    return _page(request, _form(request).render())


@view_config(
    context=CloseResource, request_method="POST", permission="esea.account.change", renderer=_PAGE, top_level=True
)
def close(context: CloseResource, request: PortalRequest) -> ViewResult:
    """Close the account; this browser is signed out by it like every other."""
    try:
        _form(request).validate()
    except Invalid as invalid:
        return _page(request, invalid.form_html)
    account = find(request, IAccounts).by_subject(request.dbsession, request.identity.subject)
    closings, address = find(request, IClosings), request.client_address
    closing = account and retrying(request, lambda session: closings.close(session, account, address=address))
    if closing:
        request.flash(
            f"Votre compte est fermé. Vos données seront effacées le {date_fr(closing.erase_at)} ; d’ici là, "
            "l’assistance peut le rouvrir."
        )
    return HTTPSeeOther("/")


def _form(request: PortalRequest) -> PortalForm:
    submit = (Button("fermer", "Fermer mon compte", "danger"),)
    return PortalForm(CloseSchema(), request, submit=submit, cancel=("Garder mon compte", "/compte"))


def _page(request: PortalRequest, form_html: object) -> TemplateValues:
    return {"form": form_html, "days": find(request, FoundationSettings).audit_retention_days}
