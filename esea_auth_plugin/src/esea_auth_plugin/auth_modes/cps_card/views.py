"""Pages of the card on the portal: « Tester votre poste », the help, and where the revocation lists stand."""

from __future__ import annotations

from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...foundation.database import write_on_get
from ...pyramid_types import JsonObject, PortalRequest, TemplateValues
from ...services import current_time, find
from . import diagnosis
from .reader import reader_of
from .resources import CardListsResource, ICardModeResource
from .settings import CardSettings
from .tickets import DIAGNOSTIC, TicketRefused, Tickets
from .trust import Trust

_TEMPLATES = "esea_auth_plugin:auth_modes/cps_card/templates"
_PUBLIC: JsonObject = {
    "context": ICardModeResource,
    "request_method": "GET",
    "permission": NO_PERMISSION_REQUIRED,
}


@view_config(name="diagnostic", renderer=f"{_TEMPLATES}/diagnostic.jinja2", **_PUBLIC)
def workstation(context: CardListsResource, request: PortalRequest) -> TemplateValues:
    """Offer the test, or show what the card host has just found."""
    page: JsonObject = {"try_it": reader_of(request.registry).diagnosis(), "found": None, "over": False}
    ticket = request.GET.get("ticket", "")
    if not ticket:
        return page
    write_on_get(request)
    # The address keeps a ticket that is used by now.
    request.response.headers["Referrer-Policy"] = "no-referrer"
    try:
        found = find(request, Tickets).redeem(request.dbsession, ticket, DIAGNOSTIC)
    except TicketRefused:
        return {**page, "over": True}
    code, facts = found["code"], found["facts"]
    told = diagnosis.report(
        code,
        facts,
        at=current_time(request),
        user_agent=request.user_agent or "",
        reference=request.id,
    )
    shown = {"steps": diagnosis.steps(code), "refusal": diagnosis.refusal_of(code), "facts": facts, "report": told}
    return {**page, "found": shown}


@view_config(name="aide", renderer=f"{_TEMPLATES}/help.jinja2", **_PUBLIC)
def help_page(context: CardListsResource, request: PortalRequest) -> TemplateValues:
    """Tell who may have a card, who orders it, and what to do without one."""
    return {"types": find(request, CardSettings).accepted_types}


@view_config(
    context=CardListsResource,
    request_method="GET",
    permission="esea.support.cards",
    renderer=f"{_TEMPLATES}/lists.jinja2",
)
def lists(context: CardListsResource, request: PortalRequest) -> TemplateValues:
    """Tell the age of each revocation list, and what an old one does to people."""
    settings = find(request, CardSettings)
    trust, now = find(request, Trust), current_time(request)
    rows = [
        {
            "status": status,
            "age": status.age(now),
            "stale": trust.stale(status, now),
        }
        for status in trust.statuses()
    ]
    return {"rows": rows, "closes": settings.stale_crl == "close", "most": settings.crl_max_age, "place": context}
