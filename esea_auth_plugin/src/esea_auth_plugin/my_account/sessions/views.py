"""The page of one's sessions. Ending them asks for no fresh proof: it can only make the account safer (ASVS 7.5.2)."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from ...authentication.registry import modes_of
from ...foundation.database import retrying
from ...interfaces import IAuditTrail, ISessions, SessionView
from ...pyramid_types import PortalRequest, TemplateValues
from ...services import find
from ..places import place_fr
from .resources import SessionsResource

_PAGE = "esea_auth_plugin:my_account/sessions/templates/sessions.jinja2"


@view_config(context=SessionsResource, request_method="GET", permission="esea.account.view", renderer=_PAGE)
def sessions(context: SessionsResource, request: PortalRequest) -> TemplateValues:
    """List the live sessions, this browser's first."""
    own = request.identity.session_id
    found = find(request, ISessions).of_subject(request.dbsession, request.identity.subject)
    rows = [_row(request, view) for view in sorted(found, key=lambda view: (view.id != own, -_seen(view)))]
    return {"rows": rows, "own": own}


@view_config(context=SessionsResource, name="fermer", request_method="POST", permission="esea.account.change")
def close_one(context: SessionsResource, request: PortalRequest) -> HTTPSeeOther:
    """End one session; it is refused at its next request."""
    subject, wanted = request.identity.subject, request.POST.get("session", "")[:36]
    if wanted == request.identity.session_id:
        request.flash("C’est la session que vous utilisez : pour la fermer, choisissez « Me déconnecter ».", "info")
    elif retrying(request, lambda session: _closed_one(request, subject, wanted)):
        request.flash("La session est fermée.")
    else:
        request.flash("Cette session était déjà fermée.", "info")
    return HTTPSeeOther(context.path)


@view_config(
    context=SessionsResource, name="fermer-les-autres", request_method="POST", permission="esea.account.change"
)
def close_others(context: SessionsResource, request: PortalRequest) -> HTTPSeeOther:
    """End every session but this one."""
    identity = request.identity
    ended = retrying(request, lambda session: _closed_others(request, identity.subject, identity.session_id))
    request.flash("Vos autres sessions sont fermées." if ended else "Vous n’aviez pas d’autre session ouverte.")
    return HTTPSeeOther(context.path)


def _closed_one(request: PortalRequest, subject: str, wanted: str) -> bool:
    closed = find(request, ISessions).close_one(request.dbsession, subject, wanted)
    if closed:
        _record(request, "session.closed", {"session": wanted})
    return closed


def _closed_others(request: PortalRequest, subject: str, own: str) -> int:
    ended = find(request, ISessions).close_all(request.dbsession, subject, but=own)
    if ended:
        _record(request, "session.others_closed", {"count": ended})
    return ended


def _record(request: PortalRequest, action: str, details: dict[str, object]) -> None:
    subject = request.identity.subject
    trail = find(request, IAuditTrail)
    personal = {"address": request.client_address, "user_agent": (request.user_agent or "")[:200]}
    trail.record(request.dbsession, action, actor=subject, target=subject, details=details, personal=personal)


def _seen(view: SessionView) -> float:
    return view.last_seen_at.timestamp()


def _row(request: PortalRequest, view: SessionView) -> TemplateValues:
    modes = (modes_of(request).get(proof.mode) for proof in view.proofs)
    return {
        "session": view,
        "place": place_fr(request.registry, view.address),
        "means": ", ".join(dict.fromkeys(mode.title for mode in modes if mode is not None)),
    }
