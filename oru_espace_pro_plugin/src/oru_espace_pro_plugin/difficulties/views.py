"""The board of difficulties, one difficulty with its history, and the acts on it."""

from __future__ import annotations

import hashlib
from urllib.parse import urlencode

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.renderers import render
from pyramid.response import Response
from pyramid.view import view_config

from esea_auth_plugin.errors import PortalError
from esea_auth_plugin.foundation.forms import Invalid
from esea_auth_plugin.pyramid_types import PortalRequest, TemplateValues, ViewResult
from esea_auth_plugin.services import current_time, find

from ..interfaces import IDirectory
from ..space.door import ACT, INSIDE
from .catalogue import Catalogue, Nature
from .export import as_csv
from .forms import act_form, at
from .machine import DONE, PARTY_TITLES, RULES, STATE_TITLES, Act, acts_for
from .records import BadPeriod, Difficulty, Filter
from .resources import SEGMENTS, ActResource, DifficultiesResource, DifficultyResource
from .rights import declared_for
from .service import Difficulties

_TEMPLATES = "oru_espace_pro_plugin:difficulties/templates"
_PAGE = 50
_MAX_EXPORT = 20_000
_ROOT = "/espace-pro/difficultes"


def filter_of(request: PortalRequest, service: Difficulties) -> Filter:
    """Read the filter from the address; what makes no sense is left out, since an address may be old."""
    given = request.GET
    department, level = given.get("departement", ""), given.get("niveau", "")
    nature = given.get("nature", "")
    return Filter(
        department=department if department.isalnum() and len(department) <= 3 else "",
        nature=nature if nature in service.catalogue.natures else "",
        level=int(level) if level in {"1", "2", "3", "4"} else 0,
        closed=given.get("etat") == "terminees",
    )


def query_of(wanted: Filter, page: int = 1) -> str:
    """Return the filter as it stands in an address, with its question mark, ``""`` without any."""
    pairs = {
        "departement": wanted.department,
        "nature": wanted.nature,
        "niveau": str(wanted.level or ""),
        "etat": "terminees" if wanted.closed else "",
        "page": str(page) if page > 1 else "",
    }
    text = urlencode({name: value for name, value in pairs.items() if value})
    return f"?{text}" if text else ""


def words(service: Difficulties) -> TemplateValues:
    """Return what every template of difficulties needs."""
    return {
        "catalogue": service.catalogue,
        "states": STATE_TITLES,
        "parties": PARTY_TITLES,
        "done": DONE,
        "root": _ROOT,
    }


@view_config(
    context=DifficultiesResource, name="", request_method="GET", permission=INSIDE,
    renderer=f"{_TEMPLATES}/board.jinja2",
)  # fmt: skip
def board(context: DifficultiesResource, request: PortalRequest) -> TemplateValues:
    """The difficulties of the region: what is open, requests that wait for an answer first."""
    service = find(request, Difficulties)
    everything = find(request, IDirectory).everything(request.dbsession)
    return {
        **_board(request, service),
        "departments": {item.department: item.department_name for item in everything},
        "may_declare": bool(declared_for(request.identity, everything)),
    }


@view_config(context=DifficultiesResource, name="tableau", request_method="GET", permission=INSIDE)
def fragment(context: DifficultiesResource, request: PortalRequest) -> Response:
    """The list alone, for the page that asks each half minute: 304 while nothing has changed."""
    service = find(request, Difficulties)
    open_count, changed_at = service.stamp(request.dbsession)
    # Ages are told in minutes: after five of them the list is read anew even if nothing happened.
    slot = int(current_time(request).timestamp()) // 300
    stamp = f"{open_count}|{changed_at}|{slot}|{request.query_string}|{request.portal.name}"
    tag = hashlib.sha256(stamp.encode()).hexdigest()[:32]
    if request.headers.get("If-None-Match", "").strip('W/"') == tag:
        return Response(status=304, etag=tag, cache_control="private, no-cache")
    html = render(f"{_TEMPLATES}/list.jinja2", _board(request, service), request=request)
    response = Response(html, content_type="text/html", charset="utf-8", cache_control="private, no-cache")
    response.etag = tag
    return response


def _board(request: PortalRequest, service: Difficulties) -> dict[str, object]:
    wanted = filter_of(request, service)
    total = service.count(request.dbsession, wanted)
    asked = request.GET.get("page", "1")
    pages = max(1, -(-total // _PAGE))
    page = min(max(int(asked) if asked.isdigit() and len(asked) < 6 else 1, 1), pages)
    return {
        **words(service),
        "wanted": wanted,
        "found": service.listed(request.dbsession, wanted, limit=_PAGE, after=(page - 1) * _PAGE),
        "total": total,
        "page": page,
        "pages": pages,
        "query": query_of(wanted),
        "previous": query_of(wanted, page - 1) if page > 1 else "",
        "following": query_of(wanted, page + 1) if page < pages else "",
        "now": current_time(request),
    }


@view_config(context=DifficultiesResource, name="difficultes.csv", request_method="GET", permission=INSIDE)
def download(context: DifficultiesResource, request: PortalRequest) -> Response:
    """The same list as a file, closed ones too when they are asked for."""
    service = find(request, Difficulties)
    found = service.listed(request.dbsession, filter_of(request, service), limit=_MAX_EXPORT)
    response = Response(as_csv(found, service.catalogue), content_type="text/csv", charset="utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="difficultes.csv"'
    return response


# --- one difficulty --------------------------------------------------------------------------------------------


def found_or_404(request: PortalRequest, difficulty_id: str | None) -> Difficulty:
    """Return the difficulty that an address names."""
    found = find(request, Difficulties).get(request.dbsession, difficulty_id or "")
    if found is None:
        raise HTTPNotFound
    return found


@view_config(
    context=DifficultyResource, name="", request_method="GET", permission=INSIDE,
    renderer=f"{_TEMPLATES}/difficulty.jinja2",
)  # fmt: skip
def show(context: DifficultyResource, request: PortalRequest) -> TemplateValues:
    """One difficulty: what it is, what one may do, what happened."""
    found = found_or_404(request, context.__name__)
    service = find(request, Difficulties)
    related = service.listed(request.dbsession, Filter(department=found.department), limit=20)
    nature = service.catalogue.natures.get(found.nature)
    parties = service.parties(request.dbsession, request.identity, found)
    acts = acts_for(found.state, asks=bool(nature and nature.asks), parties=parties)
    segments = {act: segment for segment, act in SEGMENTS.items()}
    return {
        **words(service),
        "item": found,
        "text": service.text(request.dbsession, found.id),
        "history": service.history(request.dbsession, found.id),
        "acts": [(segments[act], RULES[act]) for act in acts if act in segments],
        "related": [other for other in related if other.id != found.id],
        "now": current_time(request),
    }


# --- acts ------------------------------------------------------------------------------------------------------


@view_config(
    context=ActResource, request_method="GET", permission=INSIDE, renderer=f"{_TEMPLATES}/act.jinja2",
)  # fmt: skip
def show_act(context: ActResource, request: PortalRequest) -> ViewResult:
    """What an act asks for, and what it does."""
    found = found_or_404(request, context.__parent__.__name__)
    return _act_page(
        request,
        context,
        found,
        act_form(request, *_rules(request, found), found, context.act).render({"version": str(found.version)}),
    )


@view_config(
    context=ActResource, request_method="POST", permission=ACT, renderer=f"{_TEMPLATES}/act.jinja2",
)  # fmt: skip
def carry_out(context: ActResource, request: PortalRequest) -> ViewResult:
    """Do it, if the difficulty is still what the person saw."""
    found = found_or_404(request, context.__parent__.__name__)
    form = act_form(request, *_rules(request, found), found, context.act)
    try:
        values = form.validate()
        seen = values["version"]
        until = at(values["until_day"], values["until_time"]) if context.act is Act.EXTEND else None
        find(request, Difficulties).act(
            request.dbsession,
            found.id,
            context.act,
            version=int(seen) if seen.isdigit() and len(seen) < 9 else 0,
            identity=request.identity,
            reason=values["reason"],
            until=until,
            level=int(values.get("level", 0)),
        )
    except Invalid as invalid:
        return _act_page(request, context, found, invalid.form_html)
    except BadPeriod as bad:
        field = {"until": "until_day", "level": "level"}[bad.field]
        return _act_page(request, context, found, form.refuse({field: bad.message}).form_html)
    except PortalError as refused:
        request.flash(refused.message, "warning")
        return HTTPSeeOther(f"{_ROOT}/{found.id}")
    request.flash(f"{RULES[context.act].done}.")
    return HTTPSeeOther(f"{_ROOT}/{found.id}")


def _rules(request: PortalRequest, found: Difficulty) -> tuple[Catalogue, Nature]:
    catalogue = find(request, Difficulties).catalogue
    nature = catalogue.natures.get(found.nature)
    if nature is None:
        raise HTTPNotFound
    return catalogue, nature


def _act_page(request: PortalRequest, context: ActResource, found: Difficulty, form: object) -> TemplateValues:
    service = find(request, Difficulties)
    return {**words(service), "item": found, "form": form, "rule": RULES[context.act], "act": context.act}
