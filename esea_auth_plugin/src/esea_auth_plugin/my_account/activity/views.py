"""« Mon activité », page by page: each begins where the one before ended, however much was written meanwhile."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from pyramid.view import view_config

from ...foundation.layout.filters import PARIS
from ...pyramid_types import PortalRequest, TemplateValues
from .reading import PARTS, Line, read
from .resources import ActivityResource


@view_config(
    context=ActivityResource,
    request_method="GET",
    permission="esea.account.view",
    renderer="esea_auth_plugin:my_account/activity/templates/activity.jinja2",
)
def activity(context: ActivityResource, request: PortalRequest) -> TemplateValues:
    """Show a page of the activity, by day."""
    part = request.GET.get("type", "")
    part = part if part in PARTS else ""
    before = _place(request.GET.get("avant", ""))
    found, following = read(request.registry, request.dbsession, request.identity.subject, part=part, before=before)
    days: dict[Any, list[Line]] = {}
    for line in found:
        days.setdefault(line.at.astimezone(PARIS).date(), []).append(line)
    return {
        "days": days,
        "parts": [(name, title, _address(name)) for name, (title, _) in PARTS.items()],
        "part": part,
        "first": before is None,
        "newest": _address(part),
        "older": _address(part, following) if following else "",
    }


def _place(typed: str) -> tuple[datetime, str] | None:
    """Read where a page begins: ``MOMENT~ID``; whatever else is typed there shows the first page."""
    moment, sign, row = typed[:80].partition("~")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (at, row[:36]) if sign and row and at.tzinfo is not None else None


def _address(part: str, before: tuple[datetime, str] | None = None) -> str:
    query = {"type": part, "avant": f"{before[0].isoformat()}~{before[1]}" if before else ""}
    given = urlencode({name: value for name, value in query.items() if value})
    return f"/compte/activite?{given}" if given else "/compte/activite"
