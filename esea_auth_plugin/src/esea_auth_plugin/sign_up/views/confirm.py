"""« Confirmer mon compte » : the token in the flow's cookie, and the password chosen at the sign-up or a new one.

Who doesn't know the password sets a new one, which replaces the first: nobody can plant a password under another's
e-mail. Nothing happens on a GET.

The token proves the mailbox. With the password of the sign-up that is what password and mailed code prove: the person
is signed in. A password that the mailbox alone has just set proves nothing more than the mailbox: the sign-in follows.
"""

from __future__ import annotations

import colander
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...foundation.database import IDatabase
from ...foundation.forms import Invalid, PasswordNode, PortalForm, ruled_schema
from ...foundation.security import password_policy
from ...interfaces import Factor, IAuditTrail, IPasswords, IProvenSignIns
from ...pyramid_types import PortalRequest, TemplateValues, ViewResult
from ...services import find
from .. import limits
from ..confirmation import Confirmations, Found, TokenSpent, TokenStatus
from ..forms import PASSWORDS_AGREE, password_nodes
from ..resources import Confirmation

_TEMPLATES = "esea_auth_plugin:sign_up/templates"
_SIGN_IN = "/connexion"
_NEW = "nouveau-mot-de-passe"
_OPENED = "Votre compte est ouvert et vous êtes connecté(e)."
_DONE = "Votre compte est confirmé. Vous pouvez maintenant vous connecter."


class _PasswordSchema(colander.MappingSchema):
    password = PasswordNode(title="Mot de passe", help="Celui que vous avez choisi lors de votre inscription.")


def _password_form(request: PortalRequest) -> PortalForm:
    return PortalForm(_PasswordSchema(), request, submit=(("confirmer", "Confirmer mon compte"),))


def _new_form(request: PortalRequest) -> PortalForm:
    schema = ruled_schema(password_nodes(), PASSWORDS_AGREE)
    return PortalForm(schema, request, submit=(("confirmer", "Choisir ce mot de passe et confirmer mon compte"),))


def _found(context: Confirmation) -> Found:
    """Judge the token that this browser brought."""
    request = context.request
    with find(request, IDatabase).reading() as session:
        return Confirmations(request.registry).find(session, context.secret)


def page(request: PortalRequest, found: Found, form_html: object, *, new: bool = False) -> TemplateValues:
    """Return the page: a form while the token lives, else which of the ways it ended."""
    if found.status is not TokenStatus.LIVE:
        request.response.status_int = 404 if found.status is TokenStatus.UNKNOWN else 410
    live = found.status is TokenStatus.LIVE
    return {"status": str(found.status), "found": found, "form": form_html if live else None, "new": new}


@view_config(
    context=Confirmation,
    request_method="GET",
    permission=NO_PERMISSION_REQUIRED,
    renderer=f"{_TEMPLATES}/confirmation.jinja2",
)
def confirmation_page(context: Confirmation, request: PortalRequest) -> ViewResult:
    """Ask for the password chosen at the sign-up."""
    return page(request, _found(context), _password_form(request).render())


@view_config(
    context=Confirmation,
    request_method="POST",
    permission=NO_PERMISSION_REQUIRED,
    renderer=f"{_TEMPLATES}/confirmation.jinja2",
)
def confirmed(context: Confirmation, request: PortalRequest) -> ViewResult:
    """Confirm with the password chosen at the sign-up."""
    found = _found(context)
    if found.status is not TokenStatus.LIVE or found.account is None:
        return page(request, found, None)
    form = _password_form(request)
    counted = limits.password_tried(request, found.account.subject)
    try:
        values = form.validate()
        if not find(request, IPasswords).check(found.account.subject, values["password"]):
            _tell_refusal(request, found.account.subject)
            raise form.refuse({"password": "Ce n’est pas le mot de passe choisi à l’inscription."})
    except Invalid as invalid:
        return page(request, found, invalid.form_html)
    counted.give_back()
    return _finish(context, request, None)


@view_config(
    context=Confirmation,
    name=_NEW,
    request_method="GET",
    permission=NO_PERMISSION_REQUIRED,
    renderer=f"{_TEMPLATES}/confirmation.jinja2",
)
def new_password_page(context: Confirmation, request: PortalRequest) -> ViewResult:
    """Choose a new password, for who doesn't know the first."""
    return page(request, _found(context), _new_form(request).render(), new=True)


@view_config(
    context=Confirmation,
    name=_NEW,
    request_method="POST",
    permission=NO_PERMISSION_REQUIRED,
    renderer=f"{_TEMPLATES}/confirmation.jinja2",
)
def confirmed_with_new_password(context: Confirmation, request: PortalRequest) -> ViewResult:
    """Confirm with a new password, which replaces the one of the sign-up."""
    limits.from_here(request, limits.MAILED)
    found = _found(context)
    if found.status is not TokenStatus.LIVE or found.account is None:
        return page(request, found, None, new=True)
    form = _new_form(request)
    account = found.account
    try:
        values = form.validate()
        words = (account.first_name, account.last_name, account.email, account.identifier)
        assessment = password_policy.assess(values["password"], words)
        if not assessment.accepted:
            raise form.refuse({"password": " ".join(assessment.messages)})
    except Invalid as invalid:
        return page(request, found, invalid.form_html, new=True)
    return _finish(context, request, find(request, IPasswords).hash(values["password"]))


def _finish(context: Confirmation, request: PortalRequest, new_hash: str | None) -> ViewResult:
    token = context.secret or ""
    try:
        account = Confirmations(request.registry).confirm(request.dbsession, token, new_hash=new_hash)
    except TokenSpent:
        # Another try was quicker: nothing of this one may stay, and the page says how the token ended.
        request.tm.doom()
        return HTTPSeeOther(context.path)
    context.forget()
    address = _SIGN_IN if new_hash is not None else _sign_in(request, account.subject)
    request.flash(_DONE if address == _SIGN_IN else _OPENED)
    return HTTPSeeOther(address)


def _sign_in(request: PortalRequest, subject: str) -> str:
    proven = {"password": Factor.PASSWORD, "mail_code": Factor.MAILBOX}
    return find(request, IProvenSignIns).sign_in(request, request.dbsession, subject, proven)


def _tell_refusal(request: PortalRequest, subject: str) -> None:
    trail = find(request, IAuditTrail)
    address = request.client_address
    request.defer_write(
        lambda session: trail.record(
            session, "sign_up.confirmation_refused", outcome="refused", target=subject, personal={"address": address}
        )
    )
