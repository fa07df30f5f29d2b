"""Overview and queues of a review board. Every board gets the same views, under permissions of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import urlencode

from pyramid.httpexceptions import HTTPForbidden, HTTPSeeOther

from ...directives import core, kinds_of_resource
from ...interfaces import IReviews, RequestKind, ReviewState, ReviewView
from ...pyramid_types import PortalRequest, TemplateValues, ViewResult
from ...resources import Resource
from ...services import current_time, find
from ..security.tokens import read_reference
from . import queue
from .declared import kinds_of_board
from .history import STATES, names_of
from .resources import QueueResource, ReviewBoardResource
from .service import UNDECIDED, Reviews
from .working_hours import PARIS


def reviewer(request: PortalRequest) -> str:
    """Return the subject of who is reviewing; the view's permission made sure that there is somebody."""
    return str(request.identity.subject)


def may_review(request: PortalRequest, permission: str) -> bool:
    """Tell whether this person reviews a kind: it may ask for more than its review board does."""
    return bool(request.has_permission(permission))


def refuse_unless_allowed(request: PortalRequest, permission: str) -> None:
    """Raise 403 unless the person may review the kind."""
    allowed = request.has_permission(permission)
    if not allowed:
        raise HTTPForbidden(result=allowed)


def today(request: PortalRequest) -> date:
    """Return today's date in Europe/Paris."""
    return current_time(request).astimezone(PARIS).date()


def kinds_for(request: PortalRequest, board: str) -> Sequence[RequestKind]:
    """Return the kinds of a review board that this person may review."""
    return [kind for kind in kinds_of_board(request, board) if may_review(request, kind.permission)]


def overview(context: ReviewBoardResource, request: PortalRequest) -> ViewResult:
    """The work list: what waits in all queues of the board by date of answer. A reference leads to its request."""
    kinds = kinds_for(request, context.board.name)
    typed = request.params.get("reference", "").strip()
    if typed:
        found = _address_of(context, request, typed, {kind.name: kind.queue for kind in kinds})
        if found is not None:
            return HTTPSeeOther(found)
    asked = queue.Asked.read({**request.params, "tri": ""})
    if asked.tab not in queue.WAITING:
        asked = replace(asked, tab="a-traiter")
    waiting = _waiting(request, kinds)
    return {
        **_list(context, context.path, request, kinds, asked),
        "queues": [(kind, waiting.get(kind.name, queue.Counts())) for kind in kinds],
        "total": queue.Counts.of(waiting.values()),
        "pages": _pages(context, request),
        "typed": typed,
    }


def queue_view(context: QueueResource, request: PortalRequest) -> TemplateValues:
    """One page of a queue."""
    refuse_unless_allowed(request, context.kind.permission)
    asked = queue.Asked.read(request.params)
    return {
        **_list(context, context.__parent__.path, request, [context.kind], asked),
        "kind": context.kind,
        "waiting": _waiting(request, [context.kind]).get(context.kind.name, queue.Counts()),
    }


def _waiting(request: PortalRequest, kinds: Sequence[RequestKind]) -> Mapping[str, queue.Counts]:
    names = [kind.name for kind in kinds]
    return queue.counts(request.dbsession, names, mine=reviewer(request), today=today(request))


def _list(
    place: Resource, board_path: str, request: PortalRequest, kinds: Sequence[RequestKind], asked: queue.Asked
) -> TemplateValues:
    """Return what a list of requests shows, of one queue or of several."""
    session, me, by_name = request.dbsession, reviewer(request), {kind.name: kind for kind in kinds}
    shown = queue.queue_page(request, session, list(by_name), asked, mine=me, today=today(request))
    names = names_of(request.registry, session, {row.assignee for row in shown.rows})
    rows = [
        {
            **row_facts(request, row, names, me),
            "kind": by_name[row.kind],
            "path": f"{board_path}/{by_name[row.kind].queue}/{row.reference}",
        }
        for row in shown.rows
    ]
    return {
        "place": place,
        "asked": asked,
        "shown": shown,
        "rows": rows,
        "tabs": queue.TABS,
        "orders": queue.ORDERS,
        "whose": queue.WHOSE,
        "address": lambda **changed: _address(place.path, asked.params(**changed)),
        "page_address": lambda page: _address(place.path, asked.params(page=page)),
    }


def row_facts(request: PortalRequest, review: ReviewView, names: Mapping[str, str], me: str) -> TemplateValues:
    """Return what a page tells of a request: age in working time, lateness, who has it."""
    reviews: Reviews = find(request, IReviews)  # type: ignore[assignment]
    waiting = review.state in UNDECIDED
    age = reviews.hours.worked_between(review.created_at, current_time(request)) if waiting else None
    title, colour = STATES[review.state]
    open_now, day = review.state is ReviewState.OPEN, today(request)
    return {
        "review": review,
        "state": title,
        "colour": colour,
        "age": worked(age, reviews.hours.day_length()) if age is not None else "",
        "late": open_now and review.due_on < day,
        "due_today": open_now and review.due_on == day,
        "due_next": open_now and day < review.due_on <= reviews.hours.next_day(day),
        "assignee": "vous" if review.assignee == me else names.get(review.assignee or "", "un autre relecteur"),
    }


def worked(age: timedelta, day_length: timedelta) -> str:
    """Return a working time in working days and hours: « 1 j 3 h »."""
    days, rest = divmod(age, day_length)
    hours, minutes = divmod(int(rest.total_seconds()) // 60, 60)
    if days:
        return f"{days}\u00a0j {hours}\u00a0h" if hours else f"{days}\u00a0j"
    return f"{hours}\u00a0h {minutes:02d}" if hours else f"{minutes}\u00a0min"


def _address(path: str, params: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(params)}" if params else path


def _address_of(
    context: ReviewBoardResource, request: PortalRequest, typed: str, queues: Mapping[str, str]
) -> str | None:
    review = find(request, IReviews).by_reference(request.dbsession, typed) if read_reference(typed) else None
    if review is None or review.kind not in queues:
        return None
    return f"{context.path}/{queues[review.kind]}/{review.reference}"


def _pages(context: ReviewBoardResource, request: PortalRequest) -> list[Resource]:
    """Return the pages that other packages added under this board and that this person may open."""
    kinds = set(kinds_of_resource(context))
    found = []
    for (parent, name), factory in core(request).children.items():
        if parent in kinds:
            page: Resource = factory(request, context, name)
            permission = getattr(page, "permission", None)
            if page.title and permission and request.has_permission(permission):
                found.append(page)
    return found
