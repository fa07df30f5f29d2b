"""The pages around a sign-in: the CGU, the form that waited, and signing out."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ..authentication.attempts.store import TERMS, SignIn, SignIns
from ..authentication.contract import Capability
from ..authentication.registry import modes_of
from ..foundation.database import IDatabase
from ..foundation.web.return_paths import let_form_end_at
from ..interfaces import IAccounts, IAuditTrail, ISessions
from ..pyramid_types import PortalRequest, ViewResult, current_identity
from ..services import find
from .finishing import StartAgain, active_account, after_last_stage, terms_due
from .resources import SavedFormResource, SignOutResource, TermsResource
from .saved_form_display import title_of, typed
from .saved_forms import SavedForms

_TERMS = "esea_auth_plugin:sign_in/templates/terms.jinja2"


@view_config(context=TermsResource, request_method="GET", renderer=_TERMS, permission=NO_PERMISSION_REQUIRED)
def show_terms(context: TermsResource, request: PortalRequest) -> ViewResult:
    """Put the CGU to a person who has proven everything else and is nobody yet."""
    found = find(request, SignIns).current(request, request.dbsession)
    if found is None or found.stage != TERMS or found.subject is None:
        return HTTPSeeOther("/connexion")
    let_form_end_at(request, found.service)
    account = find(request, IAccounts).by_subject(request.dbsession, found.subject)
    return {"version": request.portal.terms_version, "again": bool(account and account.terms_version), "problem": ""}


@view_config(context=TermsResource, request_method="POST", renderer=_TERMS, permission=NO_PERMISSION_REQUIRED)
def answer_terms(context: TermsResource, request: PortalRequest) -> ViewResult:
    """Accept or refuse the version that was shown."""
    with find(request, IDatabase).reading() as session:
        found = find(request, SignIns).current(request, session)
    if found is None or found.stage != TERMS or found.subject is None:
        return HTTPSeeOther("/connexion")
    version = request.portal.terms_version
    answer = request.POST.get("cgu")
    if request.POST.get("version") != version or answer not in {"oui", "non"}:
        request.form_failed = True
        let_form_end_at(request, found.service)
        problem = "Choisissez d'accepter ou de refuser les Conditions d'Utilisation."
        return {"version": version, "again": True, "problem": problem}
    if answer == "non":
        find(request, SignIns).abandon(request, request.dbsession)
        find(request, IAuditTrail).record(
            request.dbsession, "terms.refused", outcome="refused", actor=found.subject, details={"version": version}
        )
        request.flash(
            "Vous avez refusé les Conditions d'Utilisation : aucun service ne s'ouvre sans elles, et vous n'êtes pas "
            "connecté(e). Votre compte reste en l'état ; vous pourrez les accepter à votre prochaine connexion.",
            "info",
        )
        return HTTPSeeOther("/connexion")
    return _accepted(request, found, found.subject, version)


def _accepted(request: PortalRequest, found: SignIn, subject: str, version: str) -> ViewResult:
    try:
        account = active_account(request, request.dbsession, subject)
        if terms_due(request, account):
            find(request, IAccounts).accept_terms(request.dbsession, subject, version)
        return HTTPSeeOther(after_last_stage(request, found))
    except StartAgain as error:
        request.flash(error.message, "warning")
        return HTTPSeeOther("/connexion")


@view_config(
    context=SavedFormResource,
    request_method="GET",
    renderer="esea_auth_plugin:sign_in/templates/saved_form.jinja2",
    # Asks for a session of any level: the form's own address judges the rest when it is sent again.
    permission=NO_PERMISSION_REQUIRED,
)
def show_saved_form(context: SavedFormResource, request: PortalRequest) -> ViewResult:
    """Show the form that waited, with a button that sends it again: nothing is sent by itself."""
    if current_identity(request) is None:
        return HTTPSeeOther("/connexion")
    saved_form = find(request, SavedForms).waiting(request, request.dbsession, request.identity.subject)
    if saved_form is None:
        return HTTPSeeOther("/compte")
    title = title_of(request, saved_form.path)
    return {"saved_form": saved_form, "typed": typed(saved_form.fields), "title": title}


@view_config(context=SavedFormResource, name="abandonner", request_method="POST", permission=NO_PERMISSION_REQUIRED)
def abandon_saved_form(context: SavedFormResource, request: PortalRequest) -> ViewResult:
    """Delete the form that waits, and lead away from the page that it belongs to."""
    if current_identity(request) is None:
        return HTTPSeeOther("/connexion")
    find(request, SavedForms).drop(request, request.dbsession)
    request.flash("C’est abandonné : rien n’a été enregistré.", "info")
    return HTTPSeeOther("/compte")


@view_config(
    context=SignOutResource,
    request_method="GET",
    renderer="esea_auth_plugin:sign_in/templates/sign_out.jinja2",
    permission=NO_PERMISSION_REQUIRED,
)
def ask_sign_out(context: SignOutResource, request: PortalRequest) -> ViewResult:
    """Show the button: a GET ends nothing, or any image on another site would sign people out."""
    return {} if current_identity(request) is not None else HTTPSeeOther("/")


@view_config(context=SignOutResource, request_method="POST", permission=NO_PERMISSION_REQUIRED)
def sign_out(context: SignOutResource, request: PortalRequest) -> ViewResult:
    """End the session here, and elsewhere where a mode takes part in it."""
    session = request.dbsession
    sessions = find(request, ISessions)
    view = sessions.current(request)
    location = "/"
    if view is not None:
        for proof in view.proofs:
            mode = modes_of(request).get(proof.mode)
            if mode is not None and Capability.SIGNS_OUT in mode.capabilities:
                location = mode.signed_out(session, view) or location
        find(request, IAuditTrail).record(
            session, "sign_in.ended", actor=view.subject, target=view.subject, details={"session": view.id}
        )
    find(request, SavedForms).drop(request, session)
    find(request, SignIns).abandon(request, session)
    sessions.close(request)
    request.flash("Vous êtes déconnecté(e).", "info")
    response = HTTPSeeOther(location)
    # Not « cookies »: the cookie of a known browser must outlive the session, or anybody could lock its person out.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    response.headers["Cache-Control"] = "no-store"
    return response
