"""One request's page: what was asked and checked, its history, and the forms of the reviewer's acts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from sqlalchemy.orm import Session

from ...interfaces import IReviews, RequestKind, ReviewState, ReviewView
from ...pyramid_types import PortalRequest, Registry, TemplateValues
from ...services import find
from . import agreements
from .comparison import completion
from .decisions import MAX_TEXT, UNDECIDED
from .history import SOURCES, STATES, history, names_of
from .queue import next_request
from .resources import ReviewResource
from .views import kinds_for, refuse_unless_allowed, reviewer, row_facts

#: Offered when a kind brings no ``refusal_reasons`` of its own.
REFUSAL_REASONS = (
    "Les informations fournies ne permettent pas de vérifier votre identité professionnelle.",
    "Votre activité ne relève pas des professionnels auxquels ce service est ouvert.",
    "Le motif indiqué ne permet pas de comprendre votre besoin.",
    "Vous disposez déjà d'un compte ou d'un accès pour ce besoin.",
)


def request_view(context: ReviewResource, request: PortalRequest) -> TemplateValues:
    """Show a request."""
    return page(context, request, load(context, request))


def back_to_request(context: ReviewResource, request: PortalRequest) -> HTTPSeeOther:
    """An act's address that is opened rather than sent leads back to the request."""
    return HTTPSeeOther(context.path)


def load(context: ReviewResource, request: PortalRequest) -> ReviewView:
    """Return the request of this place; 404 if there is none in this queue, 403 if the kind asks for more."""
    refuse_unless_allowed(request, context.kind.permission)
    review = find(request, IReviews).by_reference(request.dbsession, context.__name__)
    if review is None or review.kind != context.kind.name:
        raise HTTPNotFound
    return review


def page(
    context: ReviewResource,
    request: PortalRequest,
    review: ReviewView,
    *,
    error: str = "",
    act: str = "",
    unticked: str = "",
    typed: Mapping[str, str] | None = None,
) -> TemplateValues:
    """Return what the template shows; after a refused act, its message and what was typed."""
    session, registry, kind = request.dbsession, request.registry, context.kind
    me = reviewer(request)
    moments = history(request, session, review.id)
    earlier = _earlier(request, review)
    subjects = {review.author, review.assignee, review.decided_by, *(moment.by for moment in moments)}
    names = {**names_of(registry, session, subjects), me: "vous"}
    undecided = review.state in UNDECIDED
    sheets = kind.sheets(registry, session, review)
    was_asked = any(moment.act == "more_asked" for moment in moments)
    return {
        "place": context,
        "kind": kind,
        "review": review,
        "facts": row_facts(request, review, names, me),
        "sheets": sheets,
        "completion": completion(request, session, review.id, sheets, known=was_asked),
        "sources": SOURCES,
        "following": _following(context, request, review),
        "choices": kind.choices(registry, session, review) if undecided else (),
        "extra_actions": kind.extra_actions(registry, session, review),
        "reasons": getattr(kind, "refusal_reasons", REFUSAL_REASONS),
        "history": moments,
        "earlier": earlier,
        "states": STATES,
        "names": names,
        "undecided": undecided,
        **_agreement_facts(kind, registry, session, review, me),
        "unticked": unticked,
        "may_ask_more": review.state is ReviewState.OPEN,
        "mine": review.assignee == me,
        "longest": MAX_TEXT,
        "error": error,
        "failed_act": act,
        "typed": typed or {},
    }


def _agreement_facts(
    kind: RequestKind, registry: Registry, session: Session, review: ReviewView, me: str
) -> dict[str, object]:
    """Return what the template shows of the agreements that a decision needs, and of the reviewer's own part in it."""
    undecided = review.state in UNDECIDED
    about = agreements.concerned(registry, session, kind, review)
    own = me in {review.author, review.topic, *about.accounts}
    needed = agreements.needed(registry, session, kind, review, about) if undecided else 1
    agreed = agreements.counting(registry, session, kind, review.id) if needed > 1 else ()
    may_decide = undecided and not own
    return {
        "own": own,
        "agreements": needed,
        "agreed": agreed,
        "agreed_myself": me in agreed,
        "accept_label": _text(kind, "accept_label", registry, session, review) if undecided else "",
        "agreement_note": _text(kind, "agreement_note", registry, session, review) if may_decide else "",
        "proposed": getattr(kind, "proposed_notice", "") if undecided and me == review.author else "",
        "conflict": agreements.in_common(registry, session, me, about, request_id=review.id) if may_decide else (),
    }


def _text(kind: RequestKind, name: str, registry: Registry, session: Session, review: ReviewView) -> str:
    """Return an optional text of a kind of request, ``""`` if it has none."""
    method = getattr(kind, name, None)
    return str(method(registry, session, review)) if method is not None else ""


def _following(context: ReviewResource, request: PortalRequest, review: ReviewView) -> tuple[str, ReviewView] | None:
    """Return the request to decide after this one, with its address; ``None`` if nothing else waits."""
    kinds = {kind.name: kind.queue for kind in kinds_for(request, context.board.name)}
    found = next_request(request, request.dbsession, list(kinds), mine=reviewer(request), after=review)
    board = context.__parent__.__parent__
    return (f"{board.path}/{kinds[found.kind]}/{found.reference}", found) if found is not None else None


def _earlier(request: PortalRequest, review: ReviewView) -> Sequence[ReviewView]:
    """Return the author's other requests of this kind, for the reviewer to compare."""
    if review.author is None:
        return ()
    found = find(request, IReviews).of_author(request.dbsession, review.author, kind=review.kind)
    return [other for other in found if other.id != review.id][:10]
