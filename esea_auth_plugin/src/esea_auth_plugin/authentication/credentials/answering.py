"""What the pages of an enrolment answer, whatever lets it: a session at its top level, or a ticket."""

from __future__ import annotations

from collections.abc import Mapping

from pyramid.httpexceptions import HTTPSeeOther

from ...errors import TooManyAttempts
from ...foundation.database import IDatabase
from ...pyramid_types import PortalRequest, TemplateValues, ViewResult
from ...services import current_time, find
from .. import flow
from ..contract import AuthMode, Poll
from ..flow import Outcome, Refusal, driver
from .enrolling import EnrolmentContext, EnrolmentOver, EnrolmentProgress, beginning, under_way

STEP = "esea_auth_plugin:authentication/credentials/templates/enrol.jinja2"
_OWN_FIELDS = {"csrf_token", "debut"}
_REFUSAL = Refusal("dispositifs:refus", "Ajout refusé")


def shown(request: PortalRequest, mode: AuthMode, enrolment_context: EnrolmentContext) -> TemplateValues:
    """Return the step where the enrolment stands, or what the mode is good for."""
    at = under_way(request, request.dbsession, mode, enrolment_context)
    asked = at.steps.ask(request.dbsession, at.attempt({})) if at is not None else None
    return _page(request, mode, enrolment_context, Outcome(shown=asked))


def polled(request: PortalRequest, mode: AuthMode, enrolment_context: EnrolmentContext) -> TemplateValues:
    """Tell a waiting page whether to send its form now."""
    at = under_way(request, request.dbsession, mode, enrolment_context)
    if at is None:
        return flow.poll_values(request, Poll(ready=True, seconds=1))
    return flow.poll_values(request, mode.poll(request.dbsession, at.enrolment.id, current_time(request)))


def taken(
    request: PortalRequest,
    mode: AuthMode,
    enrolment_context: EnrolmentContext,
    action: str = "",
    values: Mapping[str, str] | None = None,
) -> ViewResult:
    """Begin, or take an answer. :param values: what a callback carried; what the form sent, by default."""
    given = flow.typed(request, _OWN_FIELDS) if values is None else values
    at = None if "debut" in request.POST else read_progress(request, mode, enrolment_context)
    if at is None and (given or action):
        request.flash("Cet ajout a expiré. Recommencez.", "warning")
        return HTTPSeeOther(enrolment_context.home)
    try:
        outcome = driver.take(at or beginning(request, mode, enrolment_context), given, action)
    except TooManyAttempts as error:
        request.flash(error.message, "warning")
        return HTTPSeeOther(enrolment_context.home)
    except EnrolmentOver as error:
        request.tm.doom()  # the credential that was being added must not stay
        request.flash(error.message, "warning")
        return HTTPSeeOther(enrolment_context.home)
    return flow.respond(
        request,
        outcome,
        action=bool(action),
        refusal=_REFUSAL,
        page=lambda shown: _page(request, mode, enrolment_context, shown),
    )


def read_progress(
    request: PortalRequest, mode: AuthMode, enrolment_context: EnrolmentContext
) -> EnrolmentProgress | None:
    """Return what is being added in this mode, read in a short transaction that is over when it returns."""
    with find(request, IDatabase).reading() as session:
        return under_way(request, session, mode, enrolment_context)


def _page(
    request: PortalRequest, mode: AuthMode, enrolment_context: EnrolmentContext, outcome: Outcome
) -> TemplateValues:
    actions_path = f"{enrolment_context.base}/{mode.segment}"
    values = flow.step_values(request, outcome, form_targets=mode.form_targets, actions_path=actions_path)
    return {**values, "mode": mode, "home": enrolment_context.home, "signed_in": not enrolment_context.cause}
