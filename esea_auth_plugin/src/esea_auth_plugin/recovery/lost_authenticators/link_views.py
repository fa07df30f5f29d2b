"""The mailed link: a GET shows, a POST acts and signs nobody in."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...foundation.database import IDatabase
from ...foundation.forms import Invalid
from ...foundation.reviews.agreements import agreed_by
from ...interfaces import IEnrolmentTickets, IPasswords, IReviews
from ...pyramid_types import PortalRequest, TemplateValues, ViewResult
from ...services import find
from .. import limits
from ..forms import accepted_password, password_form
from .links import Link, Links, LinkSpent
from .notifications import notify_person, notify_reviewers
from .resources import RegainResource

_PAGE = "esea_auth_plugin:recovery/lost_authenticators/templates/regain.jinja2"


@view_config(context=RegainResource, request_method="GET", renderer=_PAGE, permission=NO_PERMISSION_REQUIRED)
def show(context: RegainResource, request: PortalRequest) -> ViewResult:
    """Say what is about to happen, and ask for a new password."""
    link = find(request, Links).live(request.dbsession, context.secret)
    return _page(context, link, password_form(request).render() if link else "")


@view_config(context=RegainResource, request_method="POST", renderer=_PAGE, permission=NO_PERMISSION_REQUIRED)
def regain(context: RegainResource, request: PortalRequest) -> ViewResult:
    """Begin anew, and give this browser the ticket for one new device."""
    limits.link_used(request)
    with find(request, IDatabase).reading() as session:
        link = find(request, Links).live(session, context.secret)
    if link is None:
        return _page(context, None, "")
    try:
        values = accepted_password(password_form(request), link.account)
    except Invalid as invalid:
        return _page(context, link, invalid.form_html)
    password_hash = find(request, IPasswords).hash(values["password"])
    try:
        find(request, Links).use(request.dbsession, link, password_hash)
    except LinkSpent as spent:
        # Another use was quicker: nothing of this one may stay.
        request.tm.doom()
        request.flash(spent.message, "warning")
        return HTTPSeeOther("/connexion/oubli/tout")
    _notify(request, link)
    context.forget()
    tickets = find(request, IEnrolmentTickets)
    return HTTPSeeOther(tickets.issue(request, request.dbsession, link.account.subject, cause="support"))


def _notify(request: PortalRequest, link: Link) -> None:
    session, registry = request.dbsession, request.registry
    review = find(request, IReviews).get(session, link.request_id)
    reference = review.reference if review else ""
    notify_person(registry, session, link.account, "used", reference=reference)
    notify_reviewers(registry, session, agreed_by(session, link.request_id), reference, "used")


def _page(context: RegainResource, link: Link | None, form: object) -> TemplateValues:
    context.gone_unless(link)
    return {"link": link, "form": form}
