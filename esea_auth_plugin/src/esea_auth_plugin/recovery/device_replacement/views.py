"""« Ajouter un nouveau dispositif » with a ticket: choose a mode, add one credential, then sign in with it.

Nobody is signed in here: every view reads the ticket's cookie itself, and no other view of the portal does.
"""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config
from sqlalchemy.orm import Session

from ...authentication.contract import AuthMode
from ...authentication.credentials.answering import STEP, polled, shown, taken
from ...authentication.credentials.enrolling import EnrolmentContext
from ...authentication.registry import modes_of
from ...foundation.database import IDatabase
from ...interfaces import Identity
from ...pyramid_types import PortalRequest, TemplateValues, ViewResult
from ...services import current_time, find
from .resources import NewDeviceAction, NewDeviceMode, NewDevicePoll, NewDeviceResource, may_replace
from .tickets import ADDRESS, Ticket, Tickets

_CHOICE = "esea_auth_plugin:recovery/device_replacement/templates/choose.jinja2"
_OVER = "Le délai pour ajouter un dispositif est passé, ou il a déjà été ajouté."
_LOST = "/connexion/oubli/dispositif"


@view_config(context=NewDeviceResource, request_method="GET", renderer=_CHOICE, permission=NO_PERMISSION_REQUIRED)
def choose(context: NewDeviceResource, request: PortalRequest) -> ViewResult:
    """Offer the modes whose devices may replace the lost one."""
    ticket = find(request, Tickets).current(request, request.dbsession)
    if ticket is None:
        return _over(request)
    minutes = max(1, int((ticket.ends_at - current_time(request)).total_seconds()) // 60)
    offered = [mode for mode in modes_of(request).all() if may_replace(mode)]
    return {"account": ticket.account, "offered": offered, "minutes": minutes, "base": ADDRESS}


@view_config(context=NewDeviceMode, request_method="GET", renderer=STEP, permission=NO_PERMISSION_REQUIRED)
def show(context: NewDeviceMode, request: PortalRequest) -> ViewResult:
    """Show the step where the addition stands."""
    ticket = find(request, Tickets).current(request, request.dbsession)
    return shown(request, context.mode, context_of(ticket)) if ticket is not None else _over(request)


@view_config(context=NewDeviceMode, request_method="POST", renderer=STEP, permission=NO_PERMISSION_REQUIRED)
def take(context: NewDeviceMode, request: PortalRequest) -> ViewResult:
    """Begin, or take an answer."""
    return _take(request, context.mode, "")


@view_config(context=NewDeviceAction, request_method="POST", renderer=STEP, permission=NO_PERMISSION_REQUIRED)
def take_action(context: NewDeviceAction, request: PortalRequest) -> ViewResult:
    """Carry out an action of the addition."""
    return _take(request, context.__parent__.mode, context.__name__)


@view_config(context=NewDevicePoll, request_method="GET", renderer="json", permission=NO_PERMISSION_REQUIRED)
def poll(context: NewDevicePoll, request: PortalRequest) -> TemplateValues:
    """Tell a waiting page whether to send its form now."""
    ticket = find(request, Tickets).current(request, request.dbsession)
    if ticket is None:
        return {"ready": True, "seconds": 1}
    return polled(request, context.__parent__.mode, context_of(ticket))


def context_of(ticket: Ticket) -> EnrolmentContext:
    """Return what an addition with this ticket stands on."""
    account = ticket.account
    person = Identity(
        subject=account.subject, display_name=account.display_name, email=account.email, session_id=ticket.id
    )

    def use(request: PortalRequest, session: Session) -> bool:
        return find(request, Tickets).use(request, session, ticket)

    return EnrolmentContext(person, home="/connexion", base=ADDRESS, cause=ticket.cause, use=use)


def _take(request: PortalRequest, mode: AuthMode, action: str) -> ViewResult:
    with find(request, IDatabase).reading() as session:
        ticket = find(request, Tickets).current(request, session)
    return taken(request, mode, context_of(ticket), action) if ticket is not None else _over(request)


def _over(request: PortalRequest) -> HTTPSeeOther:
    request.flash(_OVER, "warning")
    return HTTPSeeOther(_LOST)
