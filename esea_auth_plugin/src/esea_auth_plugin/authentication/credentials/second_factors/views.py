"""« Plus tard »: the reminder of a second means leaves for a month."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from ....pyramid_types import PortalRequest, current_identity
from ....services import find
from ..resources import DevicesResource
from .service import SecondFactors


@view_config(context=DevicesResource, name="plus-tard", request_method="POST", permission="esea.devices.change")
def later(context: DevicesResource, request: PortalRequest) -> HTTPSeeOther:
    """Hide the reminder."""
    find(request, SecondFactors).later(request.dbsession, request.identity.subject)
    request.flash("Ce rappel reviendra dans un mois.", "info")
    return HTTPSeeOther("/compte")


def second_factor_reminder(request: PortalRequest) -> bool:
    """``request.second_factor_reminder``: whether « Mon compte » shows the reminder; one query at most."""
    return current_identity(request) is not None and find(request, SecondFactors).reminds(
        request.dbsession, request.identity
    )
