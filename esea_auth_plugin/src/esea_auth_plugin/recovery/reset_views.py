"""The mailed link: a GET asks for a new password, a POST sets it and signs nobody in."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ..authentication.attempts import limits as gate
from ..authentication.attempts.store import TTL, SignIn, SignIns
from ..authentication.contract import Attempt, Go, Refused
from ..authentication.credentials.suspension import SuspendedFactors
from ..foundation.database import IDatabase, lock_accounts, new_id
from ..foundation.forms import Invalid
from ..foundation.layout.filters import datetime_fr
from ..interfaces import IPasswords
from ..pyramid_types import PortalRequest, TemplateValues, ViewResult
from ..services import current_time, find
from . import limits
from .forms import accepted_password, password_form
from .resets import LinkSpent, Reset, Resets
from .resources import FACTOR_VIEW, ResetResource

_PAGE = "esea_auth_plugin:recovery/templates/reset.jinja2"


@view_config(context=ResetResource, request_method="GET", renderer=_PAGE, permission=NO_PERMISSION_REQUIRED)
def show_reset(context: ResetResource, request: PortalRequest) -> ViewResult:
    """Ask for a new password, or for the other factor first."""
    reset = find(request, Resets).live(request.dbsession, context.secret)
    return _page(context, reset, password_form(request).render() if reset and not reset.asks_factor else "")


@view_config(context=ResetResource, request_method="POST", renderer=_PAGE, permission=NO_PERMISSION_REQUIRED)
def reset_password(context: ResetResource, request: PortalRequest) -> ViewResult:
    """Set the password."""
    limits.link_used(request)
    reset = _live(context)
    if reset is None or reset.asks_factor:
        return _page(context, reset, "")
    try:
        values = accepted_password(password_form(request), reset.account)
    except Invalid as invalid:
        return _page(context, reset, invalid.form_html)
    password_hash = find(request, IPasswords).hash(values["password"])
    try:
        until = find(request, Resets).use(request.dbsession, reset, password_hash)
    except LinkSpent as spent:
        # Another use was quicker: nothing of this one may stay.
        request.tm.doom()
        request.flash(spent.message, "warning")
        return HTTPSeeOther("/connexion/oubli/mot-de-passe")
    context.forget()
    if find(request, SuspendedFactors).blocks(request.dbsession, reset.account.subject, "password"):
        request.flash(
            "Votre mot de passe est changé, mais il reste bloqué à la suite de « Ce n’était pas moi » : l’assistance "
            "le débloque après avoir vérifié votre identité.",
            "warning",
        )
        return HTTPSeeOther("/connexion")
    request.flash("Votre mot de passe a été changé. Connectez-vous avec le nouveau.")
    if until is not None:
        request.flash(
            f"Par sécurité, les codes par courriel n'ouvrent aucun service jusqu'au {datetime_fr(until)}. L'assistance "
            "peut lever cette mesure après avoir vérifié votre identité.",
            "warning",
        )
    return HTTPSeeOther("/connexion")


@view_config(context=ResetResource, name=FACTOR_VIEW, request_method="POST", permission=NO_PERMISSION_REQUIRED)
def prove_factor(context: ResetResource, request: PortalRequest) -> ViewResult:
    """Begin the stage of the other factor that was chosen; its own page takes the answer."""
    limits.link_used(request)
    reset = _live(context)
    wanted = request.POST.get("mode", "")
    mode = next((each for each in reset.factors if each.name == wanted), None) if reset is not None else None
    if reset is None or mode is None:
        return HTTPSeeOther("/connexion/reinitialisation")
    now = current_time(request)
    found = SignIn(
        id=new_id(),
        service="",
        return_path="",
        recent=False,
        mode=mode.name,
        stages=(mode.name,),
        stage=mode.name,
        subject=reset.account.subject,
        proofs=(),
        session_id=None,
        state={},
        ends_at=now + TTL,
        reset_id=reset.id,
    )
    attempt = Attempt(
        id=found.id,
        at=now,
        subject=found.subject,
        email=reset.account.email,
        address=request.client_address,
        user_agent=request.user_agent or "",
    )
    gate.use_up(request, mode.begin_limits(attempt), attempt.subject)
    lock_accounts(request, request.dbsession, found.subject)
    begun = mode.begin(request.dbsession, attempt)
    if isinstance(begun, Refused):
        request.flash(begun.message, "warning")
        return HTTPSeeOther("/connexion/reinitialisation")
    signins = find(request, SignIns)
    signins.start(request, request.dbsession, found)
    if begun.state is not None:
        signins.remember(request.dbsession, found, begun.state)
    return HTTPSeeOther(begun.url if isinstance(begun, Go) else f"/connexion/{mode.segment}")


def _live(context: ResetResource) -> Reset | None:
    with find(context.request, IDatabase).reading() as session:
        return find(context.request, Resets).live(session, context.secret)


def _page(context: ResetResource, reset: Reset | None, form: object) -> TemplateValues:
    context.gone_unless(reset)
    return {"reset": reset, "form": form}
