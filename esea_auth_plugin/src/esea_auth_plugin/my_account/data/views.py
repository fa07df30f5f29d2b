"""The page of « Télécharger mes données », and the file; whoever takes it away has just proven who they are."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

from pyramid.response import Response
from pyramid.view import view_config
from sqlalchemy.orm import Session

from ...directives import core
from ...foundation.layout.filters import PARIS
from ...interfaces import IAuditTrail, IThrottle, Limit, PortalSettings
from ...pyramid_types import PortalRequest, Registry, TemplateValues
from ...services import current_time, find
from .resources import DataResource

#: The file reads all that there is of a person: not a button to press all day.
LIMIT = Limit("data.person", 5, timedelta(hours=1))


@view_config(
    context=DataResource,
    request_method="GET",
    permission="esea.account.view",
    renderer="esea_auth_plugin:my_account/data/templates/data.jinja2",
)
def show(context: DataResource, request: PortalRequest) -> TemplateValues:
    """Say what the file holds."""
    return {}


@view_config(
    context=DataResource, name="telecharger", request_method="POST", permission="esea.account.change", top_level=True
)
def download(context: DataResource, request: PortalRequest) -> Response:
    """Return the file."""
    subject, now = request.identity.subject, current_time(request)
    find(request, IThrottle).reserve((LIMIT, subject))
    content = collect(request.registry, request.dbsession, subject)
    body = {"portail": find(request, PortalSettings).name, "produit_le": now, **content}
    find(request, IAuditTrail).record(
        request.dbsession,
        "data.downloaded",
        actor=subject,
        target=subject,
        personal={"address": request.client_address},
    )
    day = now.astimezone(PARIS).date().isoformat()
    text = json.dumps(body, ensure_ascii=False, indent=2, default=_plain)
    response = Response(text.encode(), content_type="application/json", charset="utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="mes-donnees-{day}.json"'
    return response


def collect(registry: Registry, session: Session, subject: str) -> dict[str, object]:
    """Return every package's part, by name."""
    return {name: part(registry, session, subject) for name, part in core(registry).personal_data.items()}


def _plain(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"a part of the file holds plain values, not {type(value).__name__}")
