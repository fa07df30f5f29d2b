"""« Modifier mon adresse électronique »: the new address, then the code that came there."""

from __future__ import annotations

from datetime import timedelta

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from ...accounts.address_changes import AddressContestable
from ...accounts.role_mailboxes import WARNING as SHARED
from ...accounts.role_mailboxes import is_role_mailbox
from ...errors import TooManyAttempts
from ...foundation.database import IDatabase
from ...foundation.forms import Invalid, PortalForm
from ...interfaces import AccountView, IAccounts, IThrottle, Limit
from ...normalise.emails import normalise_email
from ...pyramid_types import JsonObject, PortalRequest, TemplateValues, ViewResult
from ...services import find
from ...settings import AuthSettings
from .forms import AddressSchema, CodeSchema
from .resources import EmailResource
from .service import Change, EmailChanges, Verdict

_TEMPLATES = "esea_auth_plugin:my_account/email_change/templates"
_PAGE = f"{_TEMPLATES}/change.jinja2"
HOME = "/compte/courriel"
#: Nobody floods a mailbox from an account, nor from several.
OF_PERSON = Limit("email_change.person", 5, timedelta(hours=1))
OF_ADDRESS = Limit("email_change.address", 3, timedelta(hours=1))


def _view(name: str, method: str, permission: str) -> JsonObject:
    return {
        "context": EmailResource,
        "name": name,
        "request_method": method,
        "permission": permission,
        "renderer": _PAGE,
        "top_level": True,
    }


@view_config(**_view("", "GET", "esea.account.view"))
def show(context: EmailResource, request: PortalRequest) -> TemplateValues:
    """Ask for the new address, or say until when the former one may object."""
    return _page(request, form=_address_form(request).render())


@view_config(**_view("", "POST", "esea.account.change"))
def ask(context: EmailResource, request: PortalRequest) -> ViewResult:
    """Mail a code to the new address."""
    form, account = _address_form(request), _account(request)
    try:
        email = form.validate()["email"]
        if normalise_email(email) == normalise_email(account.email) and account.email_doubted_at is None:
            raise form.refuse({"email": "C’est déjà l’adresse de votre compte."})
        find(request, IThrottle).reserve((OF_PERSON, account.subject), (OF_ADDRESS, normalise_email(email)))
    except Invalid as invalid:
        return _page(request, form=invalid.form_html)
    except TooManyAttempts as error:
        request.response.status = 429
        return _page(request, form=form.refuse(error.message).form_html)
    changes = find(request, EmailChanges)
    if changes.contestable(request.dbsession, account.subject) is not None:
        return HTTPSeeOther(HOME)
    changes.ask(request.dbsession, account, email)
    if is_role_mailbox(find(request, AuthSettings), email):
        request.flash(f"{SHARED} Rien n’est changé tant que vous n’avez pas saisi le code.", "warning")
    return HTTPSeeOther(f"{HOME}/code")


@view_config(**_view("code", "GET", "esea.account.view"))
def show_code(context: EmailResource, request: PortalRequest) -> ViewResult:
    """Ask for the code."""
    change = find(request, EmailChanges).pending(request.dbsession, request.identity.subject)
    if change is None:
        return HTTPSeeOther(HOME)
    return _page(request, form=_code_form(request).render(), waiting=change)


@view_config(**_view("code", "POST", "esea.account.change"))
def confirm(context: EmailResource, request: PortalRequest) -> ViewResult:
    """Change the address if the code is right."""
    form, account, changes = _code_form(request), _account(request), find(request, EmailChanges)
    with find(request, IDatabase).reading() as session:
        change = changes.pending(session, account.subject)
    if change is None:
        request.flash("Le code a expiré. Demandez-en un autre.", "warning")
        return HTTPSeeOther(HOME)
    try:
        verdict = changes.judge(request.dbsession, account.subject, form.validate()["code"])
        if verdict is Verdict.WRONG:
            raise form.refuse({"code": "Ce code n’est pas le bon. Recopiez les six chiffres du courriel reçu."})
    except Invalid as invalid:
        return _page(request, form=invalid.form_html, waiting=change)
    if verdict is Verdict.OVER:
        request.flash("Cinq essais ont été faits, ou le code a expiré. Demandez-en un autre.", "warning")
        return HTTPSeeOther(HOME)
    try:
        made = changes.make(request.dbsession, account)
    except AddressContestable as waits:
        request.flash(waits.message, "warning")
        return HTTPSeeOther(HOME)
    if not made:
        request.flash("Cette adresse appartient déjà à un autre compte. Contactez l’assistance.", "warning")
        return HTTPSeeOther(HOME)
    request.flash(_done(change, account))
    return HTTPSeeOther("/compte/profil")


def _done(change: Change, account: AccountView) -> str:
    if change.confirms_again:
        return f"Votre adresse {change.new} est de nouveau vérifiée."
    told = " L’ancienne a été prévenue." if account.email_doubted_at is None else ""
    return f"Votre adresse est maintenant {change.new}.{told}"


def _address_form(request: PortalRequest) -> PortalForm:
    return PortalForm(
        AddressSchema(), request, submit=(("envoyer", "Recevoir un code"),), cancel=("Annuler", "/compte/profil")
    )


def _code_form(request: PortalRequest) -> PortalForm:
    return PortalForm(
        CodeSchema(), request, submit=(("valider", "Confirmer"),), cancel=("Recommencer", HOME), action=f"{HOME}/code"
    )


def _account(request: PortalRequest) -> AccountView:
    with find(request, IDatabase).reading() as session:
        account = find(request, IAccounts).by_subject(session, request.identity.subject)
    if account is None:
        raise LookupError("a signed-in person without account")
    return account


def _page(request: PortalRequest, *, form: object, waiting: Change | None = None) -> TemplateValues:
    with find(request, IDatabase).reading() as session:
        change = find(request, EmailChanges).contestable(session, request.identity.subject)
    return {"form": form, "waiting": waiting, "email": request.identity.email, "contestable": change}
