"""Turns a refusal into the page that helps: sign in, prove what is missing, ask for access, or a plain 403."""

from __future__ import annotations

from urllib.parse import urlencode

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.view import forbidden_view_config

from ...directives import permissions_of
from ...foundation.database import IDatabase
from ...foundation.permissions.evaluation import PORTAL
from ...foundation.web.problems import problem_response, wants_json
from ...interfaces import ICatalogue, IMaximumLevel, IRoles, IRoleSuspensions, ISavedForms, Refusal
from ...pyramid_types import PortalRequest, ViewResult, current_identity
from ...services import current_time, find, offers
from .refused import Refused

_TO_SIGN_IN = {Refusal.SIGN_IN, Refusal.STEP_UP, Refusal.STALE}
_TEMPLATE = "esea_auth_plugin:authentication/access/templates/refused.jinja2"
_STATUS = {Refusal.SIGN_IN: 401, Refusal.STEP_UP: 403, Refusal.STALE: 403}
_TITLES = {
    Refusal.SIGN_IN: "Connexion nécessaire",
    Refusal.STEP_UP: "Connexion plus sûre nécessaire",
    Refusal.STALE: "Nouvelle preuve d'identité nécessaire",
    Refusal.SECOND_FACTOR_MISSING: "Deuxième moyen de connexion nécessaire",
    Refusal.NO_GRANT: "Accès refusé",
    Refusal.FORBIDDEN: "Accès refusé",
}


@forbidden_view_config()
def refused(request: PortalRequest) -> ViewResult:
    """Answer a denied permission."""
    result = getattr(request.exception, "result", None)
    refusal = result.refusal if isinstance(result, Refused) else Refusal.FORBIDDEN
    service = result.service if isinstance(result, Refused) else ""
    if wants_json(request):
        return problem_response(_STATUS.get(refusal, 403), f"refus:{refusal.value}", _TITLES[refusal])
    if refusal is Refusal.SECOND_FACTOR_MISSING:
        return HTTPSeeOther("/compte/dispositifs")
    if refusal in _TO_SIGN_IN:
        if request.method == "POST" and offers(request, ISavedForms):
            find(request, ISavedForms).save_form(request)
        if isinstance(result, Refused) and _owns_too_little(request, result):
            return _refusal_page(request, refusal, service)
        return HTTPSeeOther(sign_in_address(request, refusal, service))
    return _refusal_page(request, refusal, service)


def sign_in_address(request: PortalRequest, refusal: Refusal, service: str) -> str:
    """Return the address of the sign-in that leads back here; only the path of a form comes back, never its content."""
    back = request.path_qs if request.method in {"GET", "HEAD"} else request.path
    query = {"service": service} if service else {}
    query["retour"] = back
    if refusal is Refusal.STALE or (refusal is Refusal.STEP_UP and not service and _admitted(request)):
        # The portal itself is open already: without it the page of modes would lead straight back here.
        query["recent"] = "1"
    return f"/connexion?{urlencode(query)}"


def _admitted(request: PortalRequest) -> bool:
    """Tell whether the portal's own rule holds: then it is the person's role that asks for more."""
    identity = current_identity(request)
    portal = find(request, ICatalogue).get(PORTAL) if offers(request, ICatalogue) else None
    if identity is None or portal is None:
        return False
    now = current_time(request)
    return find(request, ICatalogue).admits(portal, identity.proofs, identity.level, now) is None


def _owns_too_little(request: PortalRequest, result: Refused) -> bool:
    """Tell whether no sign-in of this person could reach what the permission asks: a device must be added first."""
    rule = permissions_of(request).get(result.permission)
    if result.refusal is not Refusal.STEP_UP or result.service:
        return False
    if (
        rule is None
        or current_identity(request) is None
        or not offers(request, IMaximumLevel)
        or not _admitted(request)
    ):
        return False
    with find(request, IDatabase).reading() as session:
        return find(request, IMaximumLevel).of(session, request.identity.subject) < rule.level


def _roles_are_suspended(request: PortalRequest) -> bool:
    """Tell whether the person holds roles that a recovery of their account has suspended."""
    if current_identity(request) is None or not offers(request, IRoleSuspensions):
        return False
    subject = request.identity.subject
    with find(request, IDatabase).reading() as session:
        suspended = find(request, IRoleSuspensions).of(session, subject) is not None
        return suspended and bool(find(request, IRoles).granted(session, subject))


def _refusal_page(request: PortalRequest, refusal: Refusal, slug: str) -> ViewResult:
    service = find(request, ICatalogue).get(slug) if slug and offers(request, ICatalogue) else None
    # The policy has read the identity already: giving it to the layout asks the database for nothing.
    values = {
        "service": service,
        "no_grant": refusal is Refusal.NO_GRANT,
        "needs_device": refusal is Refusal.STEP_UP,
        "identity": request.identity,
        "roles_suspended": refusal is Refusal.FORBIDDEN and _roles_are_suspended(request),
    }
    response = render_to_response(_TEMPLATE, values, request=request)
    response.status = 403
    return response
