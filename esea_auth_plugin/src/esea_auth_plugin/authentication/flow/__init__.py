"""One step of a mode, for sign-in, step-up and enrolment: the attempt, what follows a result, and the HTTP response."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.response import Response

from ...foundation.web.problems import problem_response, wants_json
from ...pyramid_types import PortalRequest, TemplateValues, ViewResult
from ...services import current_time
from ..contract import Ask, Attempt, Enrolled, Poll, Wait


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step leads to.

    :ivar location: address to redirect to; :attr:`said` (text and kind), or :attr:`problem`, is flashed there.
    :ivar data: JSON for a script. :ivar once: a page that is shown once. :ivar shown: the page of the step.
    :ivar problem: why the answer was refused. :ivar message: what just happened, on the page of the step.
    """

    location: str = ""
    data: Mapping[str, Any] | None = None
    once: Enrolled | None = None
    shown: Ask | Wait | None = None
    problem: str = ""
    message: str = ""
    said: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Refusal:
    """How a script is told that its action was refused: the problem's type and its French title."""

    type: str
    title: str


def attempt_of(
    request: PortalRequest, *, id: str, subject: str | None, values: Mapping[str, str], **known: Any
) -> Attempt:
    """Return what a mode may know of this step.

    :param id: of the sign-in or enrolment. :param known: further fields of :class:`Attempt`.
    """
    return Attempt(
        id=id,
        at=current_time(request),
        subject=subject,
        values=values,
        address=request.client_address,
        user_agent=request.user_agent or "",
        browser=request.browser_digest,
        **known,
    )


def typed(request: PortalRequest, own_fields: Set[str]) -> dict[str, str]:
    """Return what the form sent for the mode. Files and the fields of the page itself are left out."""
    return {name: value for name, value in request.POST.items() if isinstance(value, str) and name not in own_fields}


def respond(
    request: PortalRequest,
    outcome: Outcome,
    *,
    action: bool,
    refusal: Refusal,
    page: Callable[[Outcome], TemplateValues],
) -> ViewResult:
    """Return the response of a step.

    :param action: a script may have asked for one of the mode's actions. :param page: values of the step's page.
    """
    if outcome.data is not None:
        return Response(json_body=dict(outcome.data), cache_control="no-store")
    if outcome.once is not None:
        values = {"values": outcome.once.values, "label": outcome.once.label, "message": outcome.once.message}
        return render_to_response(outcome.once.page, values, request=request)
    if action and outcome.problem and wants_json(request):
        return problem_response(422, refusal.type, refusal.title, detail=outcome.problem)
    if outcome.location:
        text, kind = outcome.said if outcome.said[0] else (outcome.problem, "warning")
        if text:
            request.flash(text, kind)
        return HTTPSeeOther(outcome.location)
    return page(outcome)


def poll_values(request: PortalRequest, found: Poll) -> TemplateValues:
    """Return what a waiting page is told; no cache keeps it."""
    request.response.cache_control.no_store = True
    return {"ready": found.ready, "seconds": found.seconds}


def step_values(
    request: PortalRequest, outcome: Outcome, *, form_targets: tuple[str, ...], actions_path: str, waits: bool = True
) -> TemplateValues:
    """Return what every page of a step shows, and let its forms lead to the mode's origins.

    :param waits: a page may ask again by itself.
    """
    for target in form_targets:
        request.content_policy.allow_form_target(target)
    request.form_failed = bool(outcome.problem)
    return {
        "step": outcome.shown,
        "actions_path": actions_path,
        "waits": outcome.shown.seconds if waits and isinstance(outcome.shown, Wait) else None,
        "problem": outcome.problem,
        "message": outcome.message,
    }
