"""Adding a device: the page of a step, its answers, what a script asks, and where another site sends back to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyramid.renderers import render_to_response
from pyramid.view import view_config

from ...pyramid_types import PortalRequest, Registry, TemplateValues, ViewResult, current_identity
from ..access.top_level import refuse_below_top
from ..contract import Capability
from ..registry import modes_of
from .answering import STEP, polled, read_progress, shown, taken
from .enrolling import EnrolmentContext
from .resources import EnrolActionResource, EnrolPollResource, EnrolResource


@view_config(context=EnrolResource, request_method="GET", permission="esea.devices.view", top_level=True, renderer=STEP)
def show_enrolment(context: EnrolResource, request: PortalRequest) -> ViewResult:
    """Show the step where the enrolment stands, or what the mode is good for."""
    return shown(request, context.mode, EnrolmentContext(request.identity))


@view_config(
    context=EnrolResource, request_method="POST", permission="esea.devices.change", top_level=True, renderer=STEP
)
def take_enrolment(context: EnrolResource, request: PortalRequest) -> ViewResult:
    """Begin, or take an answer."""
    return taken(request, context.mode, EnrolmentContext(request.identity))


@view_config(
    context=EnrolActionResource, request_method="POST", permission="esea.devices.change", top_level=True, renderer=STEP
)
def take_enrolment_action(context: EnrolActionResource, request: PortalRequest) -> ViewResult:
    """Carry out an action of the enrolment."""
    return taken(request, context.__parent__.mode, EnrolmentContext(request.identity), context.__name__)


@view_config(context=EnrolPollResource, request_method="GET", permission="esea.devices.view", renderer="json")
def poll_enrolment(context: EnrolPollResource, request: PortalRequest) -> TemplateValues:
    """Tell a waiting page whether to send its form now."""
    return polled(request, context.__parent__.mode, EnrolmentContext(request.identity))


class Enrolments:
    """See :class:`~esea_auth_plugin.interfaces.IEnrolments`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def take_callback(self, request: PortalRequest, mode: str, action: str, values: Mapping[str, str]) -> Any | None:
        """See the interface."""
        found = modes_of(request).get(mode)
        if current_identity(request) is None or found is None or Capability.ENROLS not in found.capabilities:
            return None
        enrolment_context = EnrolmentContext(request.identity)
        if read_progress(request, found, enrolment_context) is None:
            return None
        refuse_below_top(request)
        answer = taken(request, found, enrolment_context, action, values)
        return render_to_response(STEP, answer, request=request) if isinstance(answer, dict) else answer
