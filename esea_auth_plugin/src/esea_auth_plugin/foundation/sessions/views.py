"""The address that a page's script posts to when the person asks to stay signed in."""

from __future__ import annotations

from typing import cast

from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...interfaces import ISessions
from ...pyramid_types import PortalRequest, ViewResult
from ...services import find
from .service import Sessions


@view_config(
    route_name="esea.session.keep",
    request_method="POST",
    renderer="json",
    # It acts on nothing but the session of the cookie that it comes with.
    permission=NO_PERMISSION_REQUIRED,
)
def keep(request: PortalRequest) -> ViewResult:
    """Answer ``{"ends_in": seconds}``; 401 when the session is over already."""
    seconds = cast(Sessions, find(request, ISessions)).keep(request, request.dbsession)
    if seconds is None:
        return Response(status=401, json_body={"ends_in": 0})
    return {"ends_in": seconds}
