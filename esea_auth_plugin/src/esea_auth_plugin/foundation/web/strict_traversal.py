"""A view answers for its own address only.

Under traversal Pyramid calls a view with path segments left over and answers 200, and ``@@name`` is a second
spelling of every view. Both are 404 here; a view that takes what is left over says ``subpath=True``.
"""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound

from ...pyramid_types import PortalRequest, View, ViewResult


def strict_traversal_deriver(view: View, info: Any) -> View:
    """View deriver, see the module."""
    if info.exception_only:
        return view
    takes_rest = bool(info.options.get("subpath"))

    def exact(context: object, request: PortalRequest) -> ViewResult:
        by_traversal = getattr(request, "matched_route", None) is None
        if by_traversal and ((request.subpath and not takes_rest) or "/@@" in request.path_info):
            raise HTTPNotFound
        return view(context, request)

    return exact


strict_traversal_deriver.options = ("subpath",)  # type: ignore[attr-defined]
