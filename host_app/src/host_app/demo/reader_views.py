"""Pages of the simulated reader: choose a card, and it is judged as the card host judges one."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from esea_auth_plugin.auth_modes.cps_card import diagnosis
from esea_auth_plugin.auth_modes.cps_card.desk import CardDesk, Examined
from esea_auth_plugin.auth_modes.cps_card.refusals import REFUSALS, CardRefused
from esea_auth_plugin.auth_modes.cps_card.tickets import Tickets
from esea_auth_plugin.auth_modes.cps_card.transport import Presented
from esea_auth_plugin.services import find

from .cards import CARDS
from .reader import PATH, DemoCards, ICardReaderPlace

_FOLDER = "host_app:demo/templates"
_PLACE: dict[str, Any] = {"context": ICardReaderPlace, "permission": NO_PERMISSION_REQUIRED}


@view_config(request_method="GET", renderer=f"{_FOLDER}/reader.jinja2", **_PLACE)
def choose(context: Any, request: Any) -> dict[str, Any]:
    """Offer the fictional cards."""
    return {"cards": CARDS, "state": request.GET.get("state", ""), "path": PATH}


@view_config(request_method="POST", **_PLACE)
def insert(context: Any, request: Any) -> Any:
    """Read the chosen card: for the sign-in that asked, or for a test."""
    desk = find(request, CardDesk)
    examined = desk.examine(Presented(find(request, DemoCards).der(request.POST.get("carte", ""))))
    state = request.POST.get("state", "")
    if not state:
        return HTTPSeeOther(desk.hand_over_diagnosis(request.dbsession, diagnosis.to_json(examined)))
    if examined.code or examined.card is None:
        return _refused(request, examined)
    try:
        asked = find(request, Tickets).asked(state)
    except CardRefused as error:
        return _refused(request, Examined(examined.card, error.code))
    return HTTPSeeOther(desk.hand_over(request.dbsession, asked, examined.card))


def _refused(request: Any, examined: Examined) -> Any:
    find(request, CardDesk).refused(request.dbsession, examined, address=request.client_address)
    refusal = REFUSALS[examined.code or "card.none"]
    response = render_to_response(f"{_FOLDER}/reader_refused.jinja2", {"refusal": refusal}, request=request)
    response.status_int = refusal.status
    return response
