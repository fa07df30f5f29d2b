"""The mailed link: a GET takes the token out of the address and shows, a POST acts and signs nobody in."""

from __future__ import annotations

from datetime import timedelta

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...foundation.database import IDatabase
from ...foundation.forms import Invalid
from ...foundation.reviews.agreements import agreed_by
from ...foundation.web.cookies import drop_cookie, read_link_cookie, set_cookie
from ...interfaces import IEnrolmentTickets, IPasswords, IReviews
from ...pyramid_types import PortalRequest, TemplateValues, ViewResult
from ...services import find
from .. import limits
from ..forms import accepted_password, password_form
from .links import Link, Links, LinkSpent
from .notifications import notify_person, notify_reviewers
from .resources import RegainResource, RegainToken

COOKIE = "retrouver"
_PAGE = "esea_auth_plugin:recovery/lost_authenticators/templates/regain.jinja2"
_MAX_TOKEN_LENGTH = 128


@view_config(context=RegainToken, request_method="GET", permission=NO_PERMISSION_REQUIRED)
def take_token(context: RegainToken, request: PortalRequest) -> ViewResult:
    """Move the token into the flow's cookie; mail scanners that follow the link use nothing up."""
    token = context.__name__ if len(context.__name__) <= _MAX_TOKEN_LENGTH else "-"
    set_cookie(request, COOKIE, token, max_age=timedelta(minutes=30))
    return HTTPSeeOther("/connexion/retrouver")


@view_config(context=RegainResource, request_method="GET", renderer=_PAGE, permission=NO_PERMISSION_REQUIRED)
def show(context: RegainResource, request: PortalRequest) -> ViewResult:
    """Say what is about to happen, and ask for a new password."""
    link = find(request, Links).live(request.dbsession, read_link_cookie(request, COOKIE))
    return _page(request, link, password_form(request).render() if link else "")


@view_config(context=RegainResource, request_method="POST", renderer=_PAGE, permission=NO_PERMISSION_REQUIRED)
def regain(context: RegainResource, request: PortalRequest) -> ViewResult:
    """Begin anew, and give this browser the ticket for one new device."""
    limits.link_used(request)
    with find(request, IDatabase).reading() as session:
        link = find(request, Links).live(session, read_link_cookie(request, COOKIE))
    if link is None:
        return _page(request, None, "")
    try:
        values = accepted_password(password_form(request), link.account)
    except Invalid as invalid:
        return _page(request, link, invalid.form_html)
    password_hash = find(request, IPasswords).hash(values["password"])
    try:
        find(request, Links).use(request.dbsession, link, password_hash)
    except LinkSpent as spent:
        # Another use was quicker: nothing of this one may stay.
        request.tm.doom()
        request.flash(spent.message, "warning")
        return HTTPSeeOther("/connexion/oubli/tout")
    _notify(request, link)
    drop_cookie(request, COOKIE)
    tickets = find(request, IEnrolmentTickets)
    return HTTPSeeOther(tickets.issue(request, request.dbsession, link.account.subject, cause="support"))


def _notify(request: PortalRequest, link: Link) -> None:
    session, registry = request.dbsession, request.registry
    review = find(request, IReviews).get(session, link.request_id)
    reference = review.reference if review else ""
    notify_person(registry, session, link.account, "used", reference=reference)
    notify_reviewers(registry, session, agreed_by(session, link.request_id), reference, "used")


def _page(request: PortalRequest, link: Link | None, form: object) -> TemplateValues:
    if link is None:
        request.response.status = 410
    return {"link": link, "form": form}
