"""Adding a device: the page of a step, its answers, what a script asks, and where another site sends back to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.response import Response
from pyramid.view import view_config

from ..access.top_level import refuse_below_top
from ..auth_modes.base import AuthMode, Capability, Wait
from ..auth_modes.registry import modes_of
from ..database import IDatabase
from ..errors import TooManyAttempts
from ..interfaces import IClock
from ..services import find
from ..web.problems import problem_response, wants_json
from . import enrolling
from .enrolling import HOME, EnrolmentOver, Outcome
from .resources import IEnrolActionPlace, IEnrolPlace, IEnrolPollPlace
from .store import Enrolment, EnrolmentStore

_STEP = "esea_auth_plugin:devices/templates/enrol.jinja2"
_OWN_FIELDS = {"csrf_token", "debut"}


@view_config(context=IEnrolPlace, request_method="GET", permission="esea.devices.view", top_level=True, renderer=_STEP)
def show_enrolment(context: Any, request: Any) -> Any:
    """Show the step where the enrolment stands, or what the mode is good for."""
    under_way = find(request, EnrolmentStore).current(request.dbsession, request.identity, context.mode.name)
    if under_way is None:
        return _page(request, context.mode, Outcome())
    attempt = enrolling.attempt_of(request, request.identity, under_way, {})
    return _page(request, context.mode, Outcome(shown=context.mode.enrol_ask(request.dbsession, attempt)))


@view_config(
    context=IEnrolPlace, request_method="POST", permission="esea.devices.change", top_level=True, renderer=_STEP
)
def take_enrolment(context: Any, request: Any) -> Any:
    """Begin, or take an answer."""
    return _take(request, context.mode, _typed(request), "")


@view_config(
    context=IEnrolActionPlace, request_method="POST", permission="esea.devices.change", top_level=True, renderer=_STEP
)
def take_enrolment_action(context: Any, request: Any) -> Any:
    """Carry out an action of the enrolment."""
    return _take(request, context.__parent__.mode, _typed(request), context.__name__)


@view_config(context=IEnrolPollPlace, request_method="GET", permission="esea.devices.view", renderer="json")
def poll_enrolment(context: Any, request: Any) -> dict[str, Any]:
    """Tell a waiting page whether to send its form now."""
    request.response.cache_control.no_store = True
    mode = context.__parent__.mode
    under_way = find(request, EnrolmentStore).current(request.dbsession, request.identity, mode.name)
    if under_way is None:
        return {"ready": True, "seconds": 1}
    found = mode.poll(request.dbsession, under_way.id, find(request, IClock).now())
    return {"ready": found.ready, "seconds": found.seconds}


class Enrolments:
    """See :class:`~esea_auth_plugin.interfaces.IEnrolments`."""

    def __init__(self, registry: Any) -> None:
        self._registry = registry

    def take_callback(self, request: Any, mode: str, action: str, values: Mapping[str, str]) -> Any | None:
        """See the interface."""
        found = modes_of(request).get(mode)
        if request.identity is None or found is None or Capability.ENROLS not in found.capabilities:
            return None
        if _under_way(request, found) is None:
            return None
        refuse_below_top(request)
        answer = _take(request, found, values, action)
        return render_to_response(_STEP, answer, request=request) if isinstance(answer, dict) else answer


def _typed(request: Any) -> dict[str, str]:
    return {name: value for name, value in request.POST.items() if isinstance(value, str) and name not in _OWN_FIELDS}


def _under_way(request: Any, mode: AuthMode) -> Enrolment | None:
    with find(request, IDatabase).reading() as session:
        return find(request, EnrolmentStore).current(session, request.identity, mode.name)


def _take(request: Any, mode: AuthMode, values: Mapping[str, str], action: str) -> Any:
    under_way = None if "debut" in request.POST else _under_way(request, mode)
    try:
        if under_way is None:
            if values or action:
                request.flash("Cet ajout a expiré. Recommencez.", "warning")
                return HTTPSeeOther(HOME)
            outcome = enrolling.begin(request, mode, request.identity)
        else:
            outcome = enrolling.take(request, mode, request.identity, under_way, values, action)
    except TooManyAttempts as error:
        request.flash(error.message, "warning")
        return HTTPSeeOther(HOME)
    except EnrolmentOver as error:
        request.tm.doom()  # the credential that was being added must not stay
        request.flash(error.message, "warning")
        return HTTPSeeOther(HOME)
    return _answer(request, mode, outcome, action)


def _answer(request: Any, mode: AuthMode, outcome: Outcome, action: str) -> Any:
    if outcome.data is not None:
        return Response(json_body=dict(outcome.data), cache_control="no-store")
    if outcome.once is not None:
        values = {"values": outcome.once.values, "label": outcome.once.label, "message": outcome.once.message}
        return render_to_response(outcome.once.page, values, request=request)
    if action and outcome.problem and wants_json(request):
        return problem_response(422, "dispositifs:refus", "Ajout refusé", detail=outcome.problem)
    if outcome.location:
        if outcome.said[0]:
            request.flash(*outcome.said)
        return HTTPSeeOther(outcome.location)
    return _page(request, mode, outcome)


def _page(request: Any, mode: AuthMode, outcome: Outcome) -> dict[str, Any]:
    for target in mode.form_targets:
        request.content_policy.allow_form_target(target)
    request.form_failed = bool(outcome.problem)
    return {
        "mode": mode,
        "step": outcome.shown,
        "actions_path": f"{HOME}/ajouter/{mode.segment}",
        "waits": outcome.shown.seconds if isinstance(outcome.shown, Wait) else None,
        "problem": outcome.problem,
        "message": outcome.message,
    }
