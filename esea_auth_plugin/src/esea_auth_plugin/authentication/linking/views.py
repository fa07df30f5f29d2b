"""« Votre carte n'est pas encore liée » : link it to one's account, or make an account from it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...accounts.attributes import KINDS, shown
from ...interfaces import IAccounts, ILinking, IPendingIdentities, PendingIdentity
from ...pyramid_types import PortalRequest, ViewResult
from ...services import find
from .resources import IdentityResource, LinkResource
from .service import KIND_WORDS, after_link, message_of

_TEMPLATES = "esea_auth_plugin:authentication/linking/templates"
LINK_PATH = "/compte/dispositifs/lier"
_GONE = "Ce qui avait été lu n’est plus disponible : recommencez la lecture."


@view_config(
    context=IdentityResource, request_method="GET", permission=NO_PERMISSION_REQUIRED,
    renderer=f"{_TEMPLATES}/identity.jinja2",
)  # fmt: skip
def unlinked(context: IdentityResource, request: PortalRequest) -> ViewResult:
    """Show who was read, and the two ways on."""
    pending = find(request, IPendingIdentities).current(request, request.dbsession)
    if pending is None:
        request.flash(_GONE, "warning")
        return HTTPSeeOther("/connexion")
    query = urlencode({name: value for name, value in (("service", pending.service), ("retour", LINK_PATH)) if value})
    return {
        "what": KIND_WORDS.get(pending.identity.kind, pending.identity.kind),
        "rows": rows_of(pending.identity.attributes),
        "sign_in_path": f"/connexion?{query}",
        "link_path": LINK_PATH,
        "signed_in": request.identity,
    }


@view_config(context=IdentityResource, request_method="POST", permission=NO_PERMISSION_REQUIRED)
def forgotten(context: IdentityResource, request: PortalRequest) -> HTTPSeeOther:
    """« Ce n'est pas moi » : forget what was read at once; the next person at this workstation makes no use of it."""
    find(request, IPendingIdentities).take(request, request.dbsession)
    request.flash("Ce qui avait été lu est effacé.")
    return HTTPSeeOther("/connexion")


@view_config(
    context=LinkResource, request_method="GET", permission="esea.devices.view", renderer=f"{_TEMPLATES}/link.jinja2",
    top_level=True,
)  # fmt: skip
def confirm(context: LinkResource, request: PortalRequest) -> ViewResult:
    """Show both identities before anything is linked."""
    pending = find(request, IPendingIdentities).current(request, request.dbsession)
    if pending is None:
        return _gone(request)
    values = find(request, IAccounts).attributes(request.dbsession, request.identity.subject)
    return {
        "what": _what(pending),
        "rows": rows_of(pending.identity.attributes),
        "own": rows_of({name: value for name, value in values.items() if name in pending.identity.attributes}),
    }


@view_config(context=LinkResource, request_method="POST", permission="esea.devices.change", top_level=True)
def linked(context: LinkResource, request: PortalRequest) -> ViewResult:
    """Link it, ask the support, or refuse."""
    pending = find(request, IPendingIdentities).take(request, request.dbsession)
    if pending is None:
        return _gone(request)
    verdict = find(request, ILinking).carry_out(
        request.dbsession,
        request.identity.subject,
        pending.identity,
        mode=pending.mode,
        claimed=pending.claimed,
        session_id=request.identity.session_id,
    )
    request.flash(*message_of(verdict, _what(pending)))
    return HTTPSeeOther(after_link(request) or "/compte/dispositifs")


def rows_of(attributes: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return identity attributes as (label, value) for a page, in the order of the forms."""
    return [(kind.label, shown(name, attributes[name])) for name, kind in KINDS.items() if attributes.get(name)]


def _what(pending: PendingIdentity) -> str:
    return KIND_WORDS.get(pending.identity.kind, pending.identity.kind)


def _gone(request: PortalRequest) -> HTTPSeeOther:
    request.flash(_GONE, "warning")
    return HTTPSeeOther("/compte/dispositifs")
