"""A host name with a root of its own (``portal.hosts``) serves that root's places and static files, and nothing else.

The card host asks every browser for a certificate: what it serves is kept to the few pages that need one, so that no
page of the portal is ever reached by two origins.
"""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.location import lineage

from ...directives import core, report_problems
from ...errors import Problem
from ...hosts import PORTAL_ROOT, root_name
from ...pyramid_types import Configurator, PortalRequest, View, ViewResult
from ...services import find
from ...settings import FoundationSettings


def host_isolation_deriver(view: View, info: Any) -> View:
    """View deriver: a view found by a route is the portal's own, unless it says ``any_host=True``.

    A view found by traversal answers on the host that its place's root serves, whatever root a host's factory gave.
    """
    if info.exception_only:
        return view
    everywhere = bool(info.options.get("any_host"))

    def at_home(context: object, request: PortalRequest) -> ViewResult:
        if not everywhere:
            asked = root_name(request, find(request, FoundationSettings))
            by_route = getattr(request, "matched_route", None) is not None
            if (PORTAL_ROOT if by_route else _served_by(context)) != asked:
                raise HTTPNotFound
        return view(context, request)

    return at_home


host_isolation_deriver.options = ("any_host",)  # type: ignore[attr-defined]


def _served_by(context: object) -> str:
    root = list(lineage(context))[-1] if context is not None else None
    return str(getattr(root, "serves", PORTAL_ROOT))


def _check_roots(config: Configurator) -> None:
    settings = find(config, FoundationSettings)
    known = {PORTAL_ROOT, *core(config).roots}
    where = config.registry.settings.get("__file__", "")
    cure = f"known roots: {', '.join(sorted(known))}"
    strays = sorted(set(settings.hosts.values()) - known)
    report_problems(
        config, [Problem("portal.hosts", where, f"names the root {name}, unknown", cure) for name in strays]
    )


def includeme(config: Configurator) -> None:
    """Add the deriver, and refuse a root that no package declares."""
    from pyramid.viewderivers import INGRESS

    config.add_view_deriver(host_isolation_deriver, "host_isolation", under=INGRESS, over="secured_view")
    config.action("esea-host-roots", lambda: _check_roots(config), order=9_000)
