"""What reviewers see of a queue: counts, filters, search, order and pages, in few queries whatever its length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from ...interfaces import ReviewState, ReviewView
from ...normalise.folding import search_words
from ...pyramid_types import Source
from .models import ReviewRequest
from .search import like_pattern
from .service import UNDECIDED, view_of

PAGE_SIZE = 25
#: Nobody leafs further: offsets stay small, and counting stops there.
MAX_SHOWN = 1_000

TABS: Mapping[str, tuple[str, tuple[ReviewState, ...]]] = {
    "a-traiter": ("À traiter", (ReviewState.OPEN,)),
    "en-attente": ("Compléments demandés", (ReviewState.MORE_ASKED,)),
    "acceptees": ("Acceptées", (ReviewState.ACCEPTED,)),
    "refusees": ("Refusées", (ReviewState.REFUSED,)),
    "closes": ("Sans suite", (ReviewState.WITHDRAWN, ReviewState.EXPIRED)),
}
ORDERS: Mapping[str, str] = {
    "anciennes": "Les plus anciennes d'abord",
    "recentes": "Les plus récentes d'abord",
    "intitule": "Par intitulé",
}
WHOSE: Mapping[str, str] = {"": "Toutes", "moi": "Les miennes", "libres": "Non attribuées"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reviewer wants to see of a queue; unknown words of an address mean the default."""

    tab: str = "a-traiter"
    words: str = ""
    whose: str = ""
    topic: str = ""
    late: bool = False
    order: str = "anciennes"
    page: int = 1

    @classmethod
    def read(cls, params: Mapping[str, str]) -> Asked:
        """Read the parameters of an address."""
        page = params.get("page", "1")
        tab, order, whose = params.get("etat", ""), params.get("tri", ""), params.get("qui", "")
        return cls(
            tab=tab if tab in TABS else "a-traiter",
            words=params.get("q", "").strip()[:200],
            whose=whose if whose in WHOSE else "",
            topic=params.get("sujet", "")[:64],
            late=params.get("retard") == "1",
            order=order if order in ORDERS else "anciennes",
            page=min(max(int(page), 1), MAX_SHOWN // PAGE_SIZE) if page.isdecimal() and len(page) < 6 else 1,
        )

    def params(self, **changed: str | int) -> dict[str, str]:
        """Return the parameters of this view of the queue, some of them changed; defaults left out."""
        all_of_them: dict[str, str | int] = {
            "etat": self.tab if self.tab != "a-traiter" else "",
            "q": self.words,
            "qui": self.whose,
            "sujet": self.topic,
            "retard": "1" if self.late else "",
            "tri": self.order if self.order != "anciennes" else "",
            "page": self.page if self.page > 1 else "",
            **changed,
        }
        return {key: str(value) for key, value in all_of_them.items() if value not in {"", 1}}


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of a queue. ``total`` counts no further than :data:`MOST_SHOWN`."""

    rows: Sequence[ReviewView]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are to leaf through."""
        return max(1, -(-min(self.total, MAX_SHOWN) // PAGE_SIZE))

    @property
    def more_than_shown(self) -> bool:
        """More rows match than anybody can leaf through: the search must be narrowed."""
        return self.total > MAX_SHOWN


@dataclass(frozen=True, slots=True)
class Counts:
    """What waits in one queue."""

    open: int = 0
    more_asked: int = 0
    late: int = 0
    mine: int = 0


def counts(session: Session, kinds: Sequence[str], *, mine: str, today: date) -> Mapping[str, Counts]:
    """Return what waits in each queue, in one query over the undecided requests only."""
    waiting = ReviewRequest.state == ReviewState.OPEN
    rows = session.execute(
        select(
            ReviewRequest.kind,
            func.sum(case((waiting, 1), else_=0)),
            func.sum(case((ReviewRequest.state == ReviewState.MORE_ASKED, 1), else_=0)),
            func.sum(case((waiting & (ReviewRequest.due_on < today), 1), else_=0)),
            func.sum(case((ReviewRequest.assignee == mine, 1), else_=0)),
        )
        .where(ReviewRequest.kind.in_(kinds), ReviewRequest.state.in_(UNDECIDED))
        .group_by(ReviewRequest.kind)
    )
    return {kind: Counts(int(opened), int(asked), int(late), int(own)) for kind, opened, asked, late, own in rows}


def queue_page(source: Source, session: Session, kind: str, asked: Asked, *, mine: str, today: date) -> QueuePage:
    """Return a page of a queue: one query for its rows, one for the bounded count.

    :param source: a registry or a request.
    """
    conditions = _conditions(kind, asked, mine, today)
    bounded = select(ReviewRequest.id).where(*conditions).limit(MAX_SHOWN + 1).subquery()
    total = session.scalar(select(func.count()).select_from(bounded)) or 0
    page = min(asked.page, max(1, -(-min(total, MAX_SHOWN) // PAGE_SIZE)))
    query = _ordered(select(ReviewRequest).where(*conditions), asked.order)
    rows = session.scalars(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))
    return QueuePage([view_of(source, row) for row in rows], total, page)


def _conditions(kind: str, asked: Asked, mine: str, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [ReviewRequest.kind == kind, ReviewRequest.state.in_(TABS[asked.tab][1])]
    if asked.whose == "moi":
        found.append(ReviewRequest.assignee == mine)
    elif asked.whose == "libres":
        found.append(ReviewRequest.assignee.is_(None))
    if asked.topic:
        found.append(ReviewRequest.topic == asked.topic)
    if asked.late:
        found.append(ReviewRequest.due_on < today)
    found.extend(ReviewRequest.search_text.like(like_pattern(word), escape="\\") for word in search_words(asked.words))
    return found


def _ordered(query: Select[ReviewRequest], order: str) -> Select[ReviewRequest]:
    if order == "intitule":
        return query.order_by(ReviewRequest.sort_title, ReviewRequest.id)
    if order == "recentes":
        return query.order_by(ReviewRequest.created_at.desc(), ReviewRequest.id.desc())
    return query.order_by(ReviewRequest.created_at, ReviewRequest.id)
