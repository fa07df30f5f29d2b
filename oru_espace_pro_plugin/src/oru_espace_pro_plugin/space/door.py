"""The second lock of the inside: beside the right on the service, an accepted registration and today's CGU.

It hangs on the permission's name, so that a page of the inside can't forget it: every view that names
:data:`INSIDE` or :data:`ACT` has it.
"""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPForbidden, HTTPSeeOther

from esea_auth_plugin.pyramid_types import PortalRequest, View, ViewResult, current_identity
from esea_auth_plugin.services import find

from ..interfaces import IRegistrations

INSIDE = "oru.inside.view"
#: The permission of what changes something inside.
ACT = "oru.inside.act"


def admitted_deriver(view: View, info: Any) -> View:
    """View deriver, see the module. It runs inside the permission check, so somebody is signed in."""
    if info.options.get("permission") not in {INSIDE, ACT} or info.exception_only:
        return view

    def behind_the_door(context: object, request: PortalRequest) -> ViewResult:
        if current_identity(request) is None:
            raise HTTPForbidden
        if not find(request, IRegistrations).is_admitted(request.dbsession, request.identity):
            return HTTPSeeOther("/espace-pro/inscription")
        return view(context, request)

    return behind_the_door
