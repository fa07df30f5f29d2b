"""What the pages of an enrolment answer, on whatever ground it stands: a session at its top level, or a ticket."""

from __future__ import annotations

from collections.abc import Mapping

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.response import Response

from ...errors import TooManyAttempts
from ...foundation.database import IDatabase
from ...foundation.web.problems import problem_response, wants_json
from ...interfaces import IClock
from ...pyramid_types import PortalRequest, TemplateValues, ViewResult
from ...services import find
from ..contract import AuthMode, Wait
from . import enrolling
from .enrolling import EnrolmentContext, EnrolmentOver, Outcome
from .store import Enrolment, EnrolmentStore

STEP = "esea_auth_plugin:authentication/credentials/templates/enrol.jinja2"
_OWN_FIELDS = {"csrf_token", "debut"}


def shown(request: PortalRequest, mode: AuthMode, enrolment_context: EnrolmentContext) -> TemplateValues:
    """Return the step where the enrolment stands, or what the mode is good for."""
    under_way = find(request, EnrolmentStore).current(request.dbsession, enrolment_context.identity, mode.name)
    if under_way is None:
        return _page(request, mode, enrolment_context, Outcome())
    attempt = enrolling.attempt_of(request, enrolment_context, under_way, {})
    return _page(request, mode, enrolment_context, Outcome(shown=mode.enrol_ask(request.dbsession, attempt)))


def polled(request: PortalRequest, mode: AuthMode, enrolment_context: EnrolmentContext) -> TemplateValues:
    """Tell a waiting page whether to send its form now."""
    request.response.cache_control.no_store = True
    under_way = find(request, EnrolmentStore).current(request.dbsession, enrolment_context.identity, mode.name)
    if under_way is None:
        return {"ready": True, "seconds": 1}
    found = mode.poll(request.dbsession, under_way.id, find(request, IClock).now())
    return {"ready": found.ready, "seconds": found.seconds}


def taken(
    request: PortalRequest,
    mode: AuthMode,
    enrolment_context: EnrolmentContext,
    action: str = "",
    values: Mapping[str, str] | None = None,
) -> ViewResult:
    """Begin, or take an answer. :param values: what a callback carried; what the form sent, by default."""
    given = _typed(request) if values is None else values
    current = None if "debut" in request.POST else under_way(request, mode, enrolment_context)
    try:
        if current is None:
            if given or action:
                request.flash("Cet ajout a expiré. Recommencez.", "warning")
                return HTTPSeeOther(enrolment_context.home)
            outcome = enrolling.begin(request, mode, enrolment_context)
        else:
            outcome = enrolling.take(request, mode, enrolment_context, current, given, action)
    except TooManyAttempts as error:
        request.flash(error.message, "warning")
        return HTTPSeeOther(enrolment_context.home)
    except EnrolmentOver as error:
        request.tm.doom()  # the credential that was being added must not stay
        request.flash(error.message, "warning")
        return HTTPSeeOther(enrolment_context.home)
    return _answer(request, mode, enrolment_context, outcome, action)


def under_way(request: PortalRequest, mode: AuthMode, enrolment_context: EnrolmentContext) -> Enrolment | None:
    """Return what is being added in this mode, read in a short transaction that is over when it returns."""
    with find(request, IDatabase).reading() as session:
        return find(request, EnrolmentStore).current(session, enrolment_context.identity, mode.name)


def _typed(request: PortalRequest) -> dict[str, str]:
    return {name: value for name, value in request.POST.items() if isinstance(value, str) and name not in _OWN_FIELDS}


def _answer(
    request: PortalRequest, mode: AuthMode, enrolment_context: EnrolmentContext, outcome: Outcome, action: str
) -> ViewResult:
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
    return _page(request, mode, enrolment_context, outcome)


def _page(
    request: PortalRequest, mode: AuthMode, enrolment_context: EnrolmentContext, outcome: Outcome
) -> TemplateValues:
    for target in mode.form_targets:
        request.content_policy.allow_form_target(target)
    request.form_failed = bool(outcome.problem)
    return {
        "mode": mode,
        "step": outcome.shown,
        "home": enrolment_context.home,
        "signed_in": not enrolment_context.cause,
        "actions_path": f"{enrolment_context.base}/{mode.segment}",
        "waits": outcome.shown.seconds if isinstance(outcome.shown, Wait) else None,
        "problem": outcome.problem,
        "message": outcome.message,
    }
