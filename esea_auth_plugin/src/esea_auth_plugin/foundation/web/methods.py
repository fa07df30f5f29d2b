"""Which methods an address answers to: « 405 » with ``Allow`` says it (RFC 9110, 15.5.6); Pyramid says « 404 »."""

from __future__ import annotations

from typing import Any

from zope.interface import providedBy
from zope.interface.interfaces import IInterface

from ...pyramid_types import PortalRequest


def allowed_methods(request: PortalRequest) -> tuple[str, ...]:
    """Return the methods of the views at this address, none if there is no view or the request's method is among them.

    Pyramid tells a view whose predicates don't fit as « not found »; here the views of the place are looked at again.
    """
    route = getattr(request.matched_route, "name", None) if hasattr(request, "matched_route") else None
    by_traversal = route is None
    methods: set[str] = set()
    for entry in request.registry.introspector.get_category("views") or ():
        view = entry["introspectable"]
        if view["name"] != request.view_name or view["route_name"] != route or not view["request_methods"]:
            continue
        if by_traversal and ((request.subpath and not view.get("subpath")) or "/@@" in request.path_info):
            continue
        if _is_for(view["context"], request.context):
            asked = view["request_methods"]
            methods.update([asked] if isinstance(asked, str) else asked)
    if "GET" in methods:
        methods.add("HEAD")
    return () if request.method in methods else tuple(sorted(methods))


def _is_for(wanted: Any, context: object) -> bool:
    if wanted is None:
        return True
    if IInterface.providedBy(wanted):
        return bool(providedBy(context).isOrExtends(wanted))
    return isinstance(context, wanted)
