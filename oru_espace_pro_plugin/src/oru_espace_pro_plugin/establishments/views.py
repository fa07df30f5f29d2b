"""Pages of the directory: the list with its map, one structure, the download."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from urllib.parse import urlencode

from pyramid.httpexceptions import HTTPNotFound
from pyramid.response import Response
from pyramid.view import view_config

from esea_auth_plugin.pyramid_types import PortalRequest, TemplateValues
from esea_auth_plugin.services import find
from oru_espace_pro_plugin.establishments.resources import DirectoryResource, EstablishmentResource

from ..interfaces import Criteria, Establishment, Findings, IDirectory, Kind
from ..space.door import INSIDE
from .drawing import draw
from .export import as_csv
from .kinds import CONFIDENCE, KINDS_BY_SLUG, SLUGS, WARNINGS, WORDS
from .sources import source_fr

_MAX_SEARCH = 80
_WORDS: Mapping[str, object] = {
    "words": WORDS, "slugs": SLUGS, "warnings": WARNINGS, "confidence": CONFIDENCE, "kinds": tuple(Kind),
    "source_fr": source_fr,
}  # fmt: skip


def criteria_of(request: PortalRequest) -> Criteria:
    """Read the search from the address; what makes no sense is left out, since an address may be old."""
    department = request.GET.get("departement", "").strip()
    return Criteria(
        words=request.GET.get("q", "").strip()[:_MAX_SEARCH],
        department=department if department.isalnum() and len(department) <= 3 else "",
        kind=KINDS_BY_SLUG.get(request.GET.get("type", "")),
    )


def query_of(criteria: Criteria) -> str:
    """Return the search as it stands in an address, with its question mark; ``""`` when nothing is searched."""
    asked = {
        "q": criteria.words,
        "departement": criteria.department,
        "type": SLUGS[criteria.kind] if criteria.kind else "",
    }
    pairs = urlencode({name: value for name, value in asked.items() if value})
    return f"?{pairs}" if pairs else ""


def _groups(found: Findings) -> list[tuple[str, str, list[Establishment]]]:
    """Return (code, name, structures) by département."""
    key = lambda item: (item.department, item.department_name)  # noqa: E731 - read twice, named once
    return [(code, name, list(group)) for (code, name), group in groupby(found.establishments, key=key)]


@view_config(
    context=DirectoryResource, name="", request_method="GET", permission=INSIDE,
    renderer="oru_espace_pro_plugin:establishments/templates/directory.jinja2",
)  # fmt: skip
def directory(context: DirectoryResource, request: PortalRequest) -> TemplateValues:
    """The list, the filters and the map."""
    criteria = criteria_of(request)
    service = find(request, IDirectory)
    found = service.search(request.dbsession, criteria)
    departments = {item.department: item.department_name for item in found.everything}
    return {
        **_WORDS,
        "criteria": criteria,
        "query": query_of(criteria),
        "found": found,
        "groups": _groups(found),
        "departments": departments,
        # Only départements that exist: each drawing costs time and stays in memory.
        "drawing": draw(found.everything, criteria.department if criteria.department in departments else ""),
        "shown": frozenset(item.code for item in found.establishments),
        "latest": service.latest_import(request.dbsession),
    }


@view_config(context=DirectoryResource, name="etablissements.csv", request_method="GET", permission=INSIDE)
def download(context: DirectoryResource, request: PortalRequest) -> Response:
    """The list of the same search as a file."""
    found = find(request, IDirectory).search(request.dbsession, criteria_of(request))
    response = Response(as_csv(found.establishments), content_type="text/csv", charset="utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="etablissements.csv"'
    return response


@view_config(
    context=EstablishmentResource, name="", request_method="GET", permission=INSIDE,
    renderer="oru_espace_pro_plugin:establishments/templates/establishment.jinja2",
)  # fmt: skip
def establishment(context: EstablishmentResource, request: PortalRequest) -> TemplateValues:
    """One structure."""
    service = find(request, IDirectory)
    item = service.get(request.dbsession, context.__name__)
    if item is None:
        raise HTTPNotFound
    neighbours = service.neighbours(request.dbsession, item)
    return {**_WORDS, "item": item, "neighbours": neighbours, "latest": service.latest_import(request.dbsession)}
