"""The mailed link: a GET takes the token out of the address, a POST sets the password and signs nobody in."""

from __future__ import annotations

from datetime import timedelta

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
from ..foundation.security.tokens import mailed_token
from ..foundation.web.cookies import drop_cookie, read_link_cookie, set_cookie
from ..interfaces import IPasswords
from ..pyramid_types import PortalRequest, TemplateValues, ViewResult
from ..services import current_time, find
from . import limits
from .forms import accepted_password, password_form
from .resets import LinkSpent, Reset, Resets
from .resources import FACTOR_VIEW, ResetResource, ResetToken

COOKIE = "reinitialisation"
_PAGE = "esea_auth_plugin:recovery/templates/reset.jinja2"


@view_config(context=ResetToken, request_method="GET", permission=NO_PERMISSION_REQUIRED)
def take_token(context: ResetToken, request: PortalRequest) -> ViewResult:
    """Move the token into the flow's cookie; mail scanners that follow the link use nothing up."""
    set_cookie(request, COOKIE, mailed_token(context.__name__), max_age=timedelta(minutes=30))
    return HTTPSeeOther("/connexion/reinitialisation")


@view_config(context=ResetResource, request_method="GET", renderer=_PAGE, permission=NO_PERMISSION_REQUIRED)
def show_reset(context: ResetResource, request: PortalRequest) -> ViewResult:
    """Ask for a new password, or for the other factor first."""
    reset = find(request, Resets).live(request.dbsession, read_link_cookie(request, COOKIE))
    return _page(request, reset, password_form(request).render() if reset and not reset.asks_factor else "")


@view_config(context=ResetResource, request_method="POST", renderer=_PAGE, permission=NO_PERMISSION_REQUIRED)
def reset_password(context: ResetResource, request: PortalRequest) -> ViewResult:
    """Set the password."""
    limits.link_used(request)
    reset = _live(request)
    if reset is None or reset.asks_factor:
        return _page(request, reset, "")
    try:
        values = accepted_password(password_form(request), reset.account)
    except Invalid as invalid:
        return _page(request, reset, invalid.form_html)
    password_hash = find(request, IPasswords).hash(values["password"])
    try:
        until = find(request, Resets).use(request.dbsession, reset, password_hash)
    except LinkSpent as spent:
        # Another use was quicker: nothing of this one may stay.
        request.tm.doom()
        request.flash(spent.message, "warning")
        return HTTPSeeOther("/connexion/oubli/mot-de-passe")
    drop_cookie(request, COOKIE)
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
    reset = _live(request)
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


def _live(request: PortalRequest) -> Reset | None:
    with find(request, IDatabase).reading() as session:
        return find(request, Resets).live(session, read_link_cookie(request, COOKIE))


def _page(request: PortalRequest, reset: Reset | None, form: object) -> TemplateValues:
    if reset is None:
        request.response.status = 410
    return {"reset": reset, "form": form}
