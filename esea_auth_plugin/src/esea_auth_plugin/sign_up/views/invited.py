"""« Ouvrir mon compte » after an invitation: the person alone chooses identifier and password."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...accounts.identity_nodes import name_nodes
from ...accounts.names import normalise_identifier
from ...foundation.database import IDatabase
from ...foundation.forms import Invalid, PortalForm, ruled_schema
from ...foundation.security import password_policy
from ...interfaces import IPasswords
from ...pyramid_types import PortalRequest, TemplateValues, ViewResult
from ...services import find
from ...settings import AuthSettings
from .. import limits
from ..confirmation import Found, TokenSpent, TokenStatus
from ..forms import PASSWORDS_AGREE, identifier_node, password_nodes, terms_node
from ..invitations import IdentifierTaken, Invitations
from ..resources import Invitation

_TEMPLATE = "esea_auth_plugin:sign_up/templates/invitation.jinja2"


def _form(request: PortalRequest) -> PortalForm:
    nodes = [*name_nodes(), identifier_node(), *password_nodes(), terms_node()]
    schema = ruled_schema(nodes, PASSWORDS_AGREE)
    return PortalForm(schema, request, submit=(("ouvrir", "Ouvrir mon compte"),))


def _found(context: Invitation) -> Found:
    request = context.request
    with find(request, IDatabase).reading() as session:
        return Invitations(request.registry).find(session, context.secret)


def _page(request: PortalRequest, found: Found, form_html: object) -> TemplateValues:
    live = found.status is TokenStatus.LIVE
    if not live:
        request.response.status_int = 404 if found.status is TokenStatus.UNKNOWN else 410
    kept_days = find(request, AuthSettings).refused_sign_up_days
    return {
        "status": str(found.status),
        "found": found,
        "form": form_html if live else None,
        "kept_days": kept_days,
    }


@view_config(context=Invitation, request_method="GET", permission=NO_PERMISSION_REQUIRED, renderer=_TEMPLATE)
def invitation_page(context: Invitation, request: PortalRequest) -> ViewResult:
    """Show the form while the invitation lives."""
    return _page(request, _found(context), _form(request).render())


@view_config(context=Invitation, request_method="POST", permission=NO_PERMISSION_REQUIRED, renderer=_TEMPLATE)
def invitation_accepted(context: Invitation, request: PortalRequest) -> ViewResult:
    """Open the account, once."""
    limits.from_here(request, limits.MAILED)
    found = _found(context)
    if found.status is not TokenStatus.LIVE or found.account is None:
        return _page(request, found, None)
    form = _form(request)
    limits.identifier_tried(request, found.account.subject)
    try:
        values = form.validate()
        identifier = normalise_identifier(values["identifier"])
        words = (values["first_name"], values["last_name"], found.account.email, identifier)
        assessment = password_policy.assess(values["password"], words)
        if not assessment.accepted:
            raise form.refuse({"password": " ".join(assessment.messages)})
        password_hash = find(request, IPasswords).hash(values["password"])
        Invitations(request.registry).accept(
            request.dbsession,
            context.secret or "",
            identifier=identifier,
            password_hash=password_hash,
            attributes={name: values[name] for name in ("civility", "last_name", "first_name")},
            terms_version=request.portal.terms_version,
        )
    except IdentifierTaken as taken:
        request.tm.doom()  # the invitation was consumed a statement earlier: that must not stay
        return _page(request, found, form.refuse({"identifier": taken.message}).form_html)
    except TokenSpent:
        request.tm.doom()
        return HTTPSeeOther(context.path)
    except Invalid as invalid:
        return _page(request, found, invalid.form_html)
    context.forget()
    request.flash("Votre compte est ouvert. Vous pouvez maintenant vous connecter.")
    return HTTPSeeOther("/connexion")
