"""`/.well-known/webauthn`: which other origins may use the portal's keys; from the settings, whoever asks."""

from __future__ import annotations

from datetime import timedelta

from pyramid.httpexceptions import HTTPNotFound
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...authentication.registry import modes_of
from ...pyramid_types import PortalRequest
from ...services import find
from .settings import PasskeySettings

ROUTE, PATH = "esea.passkey.related_origins", "/.well-known/webauthn"
#: Short, so that a domain that is taken off the list is off everywhere within minutes.
_RETENTION = timedelta(minutes=10)


@view_config(route_name=ROUTE, request_method="GET", renderer="json", permission=NO_PERMISSION_REQUIRED)
def related_origins(request: PortalRequest) -> dict[str, list[str]]:
    """Return the list (WebAuthn level 3, 5.11.1); a portal without one has no such address."""
    origins = find(request, PasskeySettings).related_origins
    if not origins or modes_of(request).get("passkey") is None:
        raise HTTPNotFound
    request.response.cache_control.public = True
    request.response.cache_control.max_age = int(_RETENTION.total_seconds())
    return {"origins": list(origins)}
