"""What templates may name: see ``add_page_values``.

On error pages nobody is looked up: the layout touches neither database nor ``request.identity`` once something was
raised, or a broken database would break the page that says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from pyramid.csrf import get_csrf_token

from ...directives import core
from ...interfaces import Identity, IPermissionEvaluator, NavItem, PortalSettings
from ...pyramid_types import PortalRequest
from ...services import current_time, find, offers
from ...settings import FoundationSettings, ReviewSettings
from ..reviews.working_hours import WorkingHours
from .footer import footer_links
from .static_files import folders


def add_page_values(event: Any) -> None:
    """Subscriber of ``BeforeRender``: add the globals of every page (docs/how-to/theme.md lists them)."""
    request = event.get("request")
    if request is None or not offers(request, PortalSettings):
        return  # an email, or an application that shares the process
    registry = request.registry
    portal = find(registry, PortalSettings)
    failed = getattr(request, "exception", None) is not None or getattr(request, "shows_error", False)
    given = event.rendering_val if isinstance(event.rendering_val, dict) else {}
    # An exception view that knows who is there may give the identity itself.
    identity = given.get("identity") if failed else getattr(request, "identity", None)
    event.update(
        identity=identity,
        portal=portal,
        contacts=portal.contacts,
        on_call=is_on_call(request, portal),
        portal_layout=registry["esea.portal_layout"],
        nav_items=nav_items(request, identity),
        footer_links=footer_links(registry),
        accessibility=registry["esea.accessibility"],
        theme_css=theme_css(request),
        here=safe_path(request),
        form_failed=bool(getattr(request, "form_failed", False)),
        messages=() if failed else _messages(request),
        session_ends_in=None if failed or identity is None else getattr(request, "session_ends_in", None),
        static=folders(registry).path,
        csrf_field=lambda: csrf_field(request),
    )


def is_on_call(request: PortalRequest, portal: PortalSettings) -> bool:
    """Tell whether pages show the on-call contact: there is one, and the support is closed."""
    if not portal.contacts.on_call_phone:
        return False
    return not WorkingHours.parse(find(request, ReviewSettings).hours).is_open(current_time(request))


def csrf_field(request: PortalRequest) -> Markup:
    """Return the hidden field that every form that posts must hold."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(get_csrf_token(request))


def nav_items(request: PortalRequest, identity: Identity | None) -> Sequence[NavItem]:
    """Return the entries of the navigation that this person may follow, in their order."""
    judge = find(request, IPermissionEvaluator) if offers(request, IPermissionEvaluator) else None

    def shown(item: NavItem) -> bool:
        if item.permission is None:
            return True
        return identity is not None and judge is not None and judge.judge(identity, item.permission) is None

    return sorted((item for item in core(request).nav.values() if shown(item)), key=lambda item: item.order)


def theme_css(request: PortalRequest) -> str:
    """Return the address of the integrator's sheet of tokens (``portal.theme_css``), ``""`` when there is none."""
    wanted = find(request, FoundationSettings).theme_css
    if not wanted or wanted.startswith("/"):
        return wanted
    return folders(request).path(wanted)


def safe_path(request: PortalRequest) -> str:
    """Return the path asked for; ``""`` when it isn't UTF-8, which must not break the page that says so."""
    try:
        return str(request.path_info)
    except UnicodeDecodeError:
        return ""


def _messages(request: PortalRequest) -> Sequence[tuple[str, str]]:
    read = getattr(request, "flash_messages", None)
    return read() if read is not None else ()
