"""« Modifier mon mot de passe »: the present one is asked, the other sessions end, an email tells."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from ..authentication.attempts import limits as gate
from ..authentication.attempts.browsers import browser_of
from ..authentication.credentials.suspension import SuspendedFactors
from ..errors import TooManyAttempts
from ..events import PasswordChanged
from ..foundation.database import IDatabase, lock_accounts
from ..foundation.forms import Invalid, PortalForm
from ..interfaces import AccountView, IAccounts, IAuditTrail, IPasswords, ISessions
from ..pyramid_types import PortalRequest, ViewResult
from ..services import find
from .forms import accepted_password, password_form
from .resources import PasswordResource

_PAGE = "esea_auth_plugin:recovery/templates/change.jinja2"


@view_config(
    context=PasswordResource, request_method="GET", renderer=_PAGE, permission="esea.password.view", top_level=True
)
def show_change(context: PasswordResource, request: PortalRequest) -> ViewResult:
    """Ask for the present and the new password."""
    return {"form": _form(request, current=_has_one(request)).render()}


@view_config(
    context=PasswordResource, request_method="POST", renderer=_PAGE, permission="esea.password.change", top_level=True
)
def change_password(context: PasswordResource, request: PortalRequest) -> ViewResult:
    """Set a new password if the present one is right; who signs in without any gives none."""
    current = _has_one(request)
    form = _form(request, current=current)
    account = _account(request)
    try:
        values = accepted_password(form, account)
        if current:
            _check_current(request, form, account, values["current"])
    except Invalid as invalid:
        return {"form": invalid.form_html}
    except TooManyAttempts as error:
        request.response.status = 429
        return {"form": form.refuse(error.message).form_html}
    password_hash = find(request, IPasswords).hash(values["password"])
    _set(request, account, password_hash)
    request.flash("Votre mot de passe a été changé. Vos autres sessions ont été fermées.")
    return HTTPSeeOther("/compte")


def _form(request: PortalRequest, *, current: bool) -> PortalForm:
    return password_form(request, current=current, cancel=("Annuler", "/compte"))


def _check_current(request: PortalRequest, form: PortalForm, account: AccountView, current: str) -> None:
    """Check the present password through the gate of the sign-in: a session left open is no way to guess it."""
    entered = gate.enter(request, "password", login="", subject=account.subject, browser=browser_of(request))
    if not find(request, IPasswords).check(account.subject, current):
        find(request, IAuditTrail).record(
            request.dbsession,
            "password.refused",
            outcome="refused",
            actor=account.subject,
            target=account.subject,
            personal={"address": request.client_address},
        )
        raise form.refuse({"current": "Ce n'est pas votre mot de passe actuel."})
    entered.give_back_after(request)


def _set(request: PortalRequest, account: AccountView, password_hash: str) -> None:
    session, subject = request.dbsession, account.subject
    lock_accounts(request, session, subject)
    find(request, IPasswords).set_hash(session, subject, password_hash)
    kept = find(request, ISessions).raise_with(request, ())  # a new id for the one that stays
    find(request, IAuditTrail).record(session, "password.changed", actor=subject, target=subject)
    # Blocked by « Ce n'était pas moi »: whoever is here has just proven the account's highest level by something else.
    find(request, SuspendedFactors).lift(session, subject, "password", by=subject)
    request.registry.notify(PasswordChanged(session, subject, session_id=kept.id))


def _account(request: PortalRequest) -> AccountView:
    with find(request, IDatabase).reading() as session:
        account = find(request, IAccounts).by_subject(session, request.identity.subject)
    if account is None:
        raise LookupError("a signed-in person without account")
    return account


def _has_one(request: PortalRequest) -> bool:
    with find(request, IDatabase).reading() as session:
        return find(request, IPasswords).held_by(session, request.identity.subject)
