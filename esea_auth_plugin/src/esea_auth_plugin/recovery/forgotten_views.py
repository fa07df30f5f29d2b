"""« Mot de passe oublié », « Identifiant oublié », « Je n’ai plus accès à ma boîte mail »: one page for everyone."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ..foundation.database import IDatabase
from ..foundation.forms import Invalid, PortalForm
from ..interfaces import AccountState, AccountView, IAccounts, IAuditTrail, IOutbox
from ..pyramid_types import JsonObject, PortalRequest, ViewResult
from ..services import find
from . import limits, lost_mailbox
from .forms import EmailSchema, LoginSchema, LostMailboxSchema
from .resets import NOWHERE, Resets
from .resources import ForgottenResource

_TEMPLATES = "esea_auth_plugin:recovery/templates"
_FORM = f"{_TEMPLATES}/form.jinja2"
_DONE = f"{_TEMPLATES}/asked.jinja2"

_PASSWORD = {
    "title": "Mot de passe oublié",
    "lede": "Saisissez votre identifiant ou votre email : un lien pour choisir un nouveau mot de passe partira vers "
    "l'adresse confirmée de votre compte.",
}
_IDENTIFIER = {
    "title": "Identifiant oublié",
    "lede": "Saisissez l'email de votre compte : votre identifiant y sera envoyé.",
}
_MAILBOX = {
    "title": "Je n'ai plus accès à ma boîte mail",
    "lede": "Le support vérifie votre identité par téléphone, puis envoie un lien à votre nouvelle adresse.",
}


def _form(request: PortalRequest, schema: type, title: str) -> PortalForm:
    return PortalForm(schema(), request, submit=(("envoyer", title),), cancel=("Retour à la connexion", "/connexion"))


def _login_form(request: PortalRequest) -> PortalForm:
    return _form(request, LoginSchema, "Recevoir un lien")


def _email_form(request: PortalRequest) -> PortalForm:
    return _form(request, EmailSchema, "Recevoir mon identifiant")


def _mailbox_form(request: PortalRequest) -> PortalForm:
    return _form(request, LostMailboxSchema, "Envoyer ma demande au support")


def _public(name: str, method: str, renderer: str) -> JsonObject:
    return {
        "context": ForgottenResource,
        "name": name,
        "request_method": method,
        "renderer": renderer,
        "permission": NO_PERMISSION_REQUIRED,
    }


@view_config(**_public("", "GET", f"{_TEMPLATES}/forgotten.jinja2"))
def forgotten(context: ForgottenResource, request: PortalRequest) -> ViewResult:
    """Show the three ways."""
    return {}


@view_config(**_public("mot-de-passe", "GET", _FORM))
def ask_password(context: ForgottenResource, request: PortalRequest) -> ViewResult:
    """Ask for the login."""
    return {**_PASSWORD, "form": _login_form(request).render()}


@view_config(**_public("mot-de-passe", "POST", _FORM))
def send_link(context: ForgottenResource, request: PortalRequest) -> ViewResult:
    """Mail a link, or do the same work for nobody; the page is the same."""
    try:
        login = _login_form(request).validate()["login"]
    except Invalid as invalid:
        return {**_PASSWORD, "form": invalid.form_html}
    account = _active(request, login)
    wanted = limits.asked(request, login, account.subject if account else None)
    told = account if wanted else None
    find(request, Resets).issue(request.dbsession, told)
    _record(request, "recovery.asked", told, login)
    return HTTPSeeOther("/connexion/oubli/envoye")


@view_config(**_public("identifiant", "GET", _FORM))
def ask_identifier(context: ForgottenResource, request: PortalRequest) -> ViewResult:
    """Ask for the e-mail."""
    return {**_IDENTIFIER, "form": _email_form(request).render()}


@view_config(**_public("identifiant", "POST", _FORM))
def send_identifier(context: ForgottenResource, request: PortalRequest) -> ViewResult:
    """Mail the identifier; it is never shown."""
    try:
        email = _email_form(request).validate()["email"]
    except Invalid as invalid:
        return {**_IDENTIFIER, "form": invalid.form_html}
    account = _active(request, email)
    wanted = limits.asked(request, email, account.subject if account else None)
    told = account if wanted else None
    find(request, IOutbox).post(
        request.dbsession,
        "recovery.identifier",
        to=told.email if told else NOWHERE,
        values={
            "name": told.display_name if told else "Personne",
            "identifier": told.identifier if told else "personne",
        },
        decoy=told is None,
    )
    _record(request, "recovery.identifier_asked", told, email)
    return HTTPSeeOther("/connexion/oubli/envoye")


@view_config(**_public("envoye", "GET", _DONE))
def sent(context: ForgottenResource, request: PortalRequest) -> ViewResult:
    """Say the same to everybody."""
    return {"reference": ""}


@view_config(**_public("boite-mail", "GET", _FORM))
def ask_mailbox(context: ForgottenResource, request: PortalRequest) -> ViewResult:
    """Ask who it is and where the support may call; nothing of the account is shown."""
    return {**_MAILBOX, "form": _mailbox_form(request).render()}


@view_config(**_public("boite-mail", "POST", f"{_TEMPLATES}/mailbox.jinja2"))
def send_mailbox(context: ForgottenResource, request: PortalRequest) -> ViewResult:
    """Open a request to the support, whether the account exists or not."""
    try:
        values = _mailbox_form(request).validate()
    except Invalid as invalid:
        return {**_MAILBOX, "form": invalid.form_html, "review": None}
    if values["website"]:
        return HTTPSeeOther("/connexion/oubli/envoye")
    account = _active(request, values["login"])
    limits.mailbox_lost(request, values["login"], account.subject if account else None)
    review = lost_mailbox.open_request(request.registry, request.dbsession, account, values)
    return {**_MAILBOX, "form": "", "review": review}


def _active(request: PortalRequest, login: str) -> AccountView | None:
    with find(request, IDatabase).reading() as session:
        account = find(request, IAccounts).by_login(session, login)
    return account if account is not None and account.state is AccountState.ACTIVE else None


def _record(request: PortalRequest, action: str, account: AccountView | None, login: str) -> None:
    find(request, IAuditTrail).record(
        request.dbsession,
        action,
        target=account.subject if account else None,
        personal={"address": request.client_address, "login": login},
    )
