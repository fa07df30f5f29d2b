"""« Mes rôles », and the reviewer's act that restores the roles of a recovered account."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from ...accounts.acts import identity_checked
from ...accounts.resources import SupportAccountResource
from ...directives import roles_of
from ...errors import PortalError
from ...interfaces import IAuditTrail, IReviews, IRoles, IRoleSuspensions
from ...pyramid_types import PortalRequest, TemplateValues
from ...services import find
from .resources import RolesResource

_PAGE = "esea_auth_plugin:authentication/access/templates/roles.jinja2"


@view_config(context=RolesResource, request_method="GET", permission="esea.account.view", renderer=_PAGE)
def own_roles(context: RolesResource, request: PortalRequest) -> TemplateValues:
    """Show one's roles, and how suspended ones come back."""
    session, subject, titles = request.dbsession, request.identity.subject, roles_of(request)
    held = find(request, IRoles).granted(session, subject)
    suspensions, reviews = find(request, IRoleSuspensions), find(request, IReviews)
    suspension = suspensions.of(session, subject)
    requests = [reviews.get(session, each) for each in suspension.request_ids] if suspension is not None else []
    return {
        "roles": [(titles[role.name], role) for role in held],
        "suspension": suspension,
        "owned_before": suspensions.owned_before(session, subject),
        "references": [review.reference for review in requests if review is not None],
    }


@view_config(
    context=SupportAccountResource, name="retablir-roles", request_method="POST", permission="esea.support.accounts.act"
)
def roles_restored(context: SupportAccountResource, request: PortalRequest) -> HTTPSeeOther:
    """Restore the roles of a recovered account, once the person's identity was checked."""
    subject, by = context.__name__, request.identity.subject
    if not identity_checked(request):
        return HTTPSeeOther(context.path)
    try:
        find(request, IRoleSuspensions).restore(request.dbsession, subject, by=by)
    except PortalError as refused:
        audit, code = find(request, IAuditTrail), refused.code
        request.defer_write(
            lambda session: audit.record(
                session, "role.restore_refused", outcome="refused", actor=by, target=subject, details={"code": code}
            )
        )
        request.flash(refused.message, "warning")
        return HTTPSeeOther(context.path)
    request.flash("Les rôles du compte sont rétablis. Un courriel en prévient la personne.")
    return HTTPSeeOther(context.path)
