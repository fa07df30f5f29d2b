"""What reviewers see of a queue: counts, filters, search, order and pages, in few queries whatever its length."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from ...interfaces import ReviewState, ReviewView
from ...normalise.folding import search_words
from ...pyramid_types import Source
from .decisions import UNDECIDED
from .models import ReviewRequest
from .search import like_pattern
from .values import view_of

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
    "echeance": "Par réponse attendue",
    "anciennes": "Les plus anciennes d'abord",
    "recentes": "Les plus récentes d'abord",
    "intitule": "Par intitulé",
}
#: The tabs of what is not decided yet.
WAITING = ("a-traiter", "en-attente")
#: What waits is answered in the order in which answers are due; of what is over, the latest is looked for.
_ORDER_OF_TAB = dict.fromkeys(WAITING, "echeance")
WHOSE: Mapping[str, str] = {"": "Toutes", "moi": "Les miennes", "libres": "Non attribuées"}


def default_order(tab: str) -> str:
    """Return the order in which a tab is read unless another is asked for."""
    return _ORDER_OF_TAB.get(tab, "recentes")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reviewer wants to see of a queue; unknown words of an address mean the default."""

    tab: str = "a-traiter"
    words: str = ""
    whose: str = ""
    topic: str = ""
    late: bool = False
    order: str = "echeance"
    page: int = 1

    @classmethod
    def read(cls, params: Mapping[str, str]) -> Asked:
        """Read the parameters of an address."""
        page = params.get("page", "1")
        tab, order, whose = params.get("etat", ""), params.get("tri", ""), params.get("qui", "")
        tab = tab if tab in TABS else "a-traiter"
        return cls(
            tab=tab,
            words=params.get("q", "").strip()[:200],
            whose=whose if whose in WHOSE else "",
            topic=params.get("sujet", "")[:64],
            late=params.get("retard") == "1",
            order=order if order in ORDERS else default_order(tab),
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
            "tri": self.order if self.order != default_order(self.tab) else "",
            "page": self.page if self.page > 1 else "",
            **changed,
        }
        if changed.get("etat", self.tab) != self.tab:
            all_of_them["tri"] = ""  # each tab has an order of its own
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

    @classmethod
    def of(cls, several: Iterable[Counts]) -> Counts:
        """Return what waits in several queues together."""
        rows = [(one.open, one.more_asked, one.late, one.mine) for one in several]
        return cls(*(sum(column) for column in zip(*rows, strict=True)))


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


def queue_page(
    source: Source, session: Session, kinds: Sequence[str], asked: Asked, *, mine: str, today: date
) -> QueuePage:
    """Return a page of one queue or of several together: one query for its rows, one for the bounded count.

    :param source: a registry or a request.
    """
    if not kinds:
        return QueuePage((), 0, 1)
    conditions = _conditions(asked, mine, today)
    bounded = select(ReviewRequest.id).where(ReviewRequest.kind.in_(kinds), *conditions).limit(MAX_SHOWN + 1)
    total = session.scalar(select(func.count()).select_from(bounded.subquery())) or 0
    page = min(asked.page, max(1, -(-min(total, MAX_SHOWN) // PAGE_SIZE)))
    rows = _first(session, kinds, conditions, asked.order, PAGE_SIZE, skip=(page - 1) * PAGE_SIZE)
    return QueuePage([view_of(source, row) for row in rows], total, page)


def next_request(
    source: Source, session: Session, kinds: Sequence[str], *, mine: str, after: ReviewView | None = None
) -> ReviewView | None:
    """Return the request to decide next by date of answer, ``None`` if nothing waits that this reviewer may decide.

    Passes over the reviewer's own requests and what a colleague has taken.

    :param source: a registry or a request. :param after: the request to go on from, never returned itself.
    """
    if not kinds:
        return None
    conditions: list[ColumnElement[bool]] = [
        ReviewRequest.state == ReviewState.OPEN,
        or_(ReviewRequest.author.is_(None), ReviewRequest.author != mine),
        ReviewRequest.topic != mine,
        or_(ReviewRequest.assignee.is_(None), ReviewRequest.assignee == mine),
    ]
    if after is not None:
        conditions.append(ReviewRequest.id != after.id)
        if after.state is ReviewState.OPEN:
            place = tuple_(ReviewRequest.due_on, ReviewRequest.created_at, ReviewRequest.id)
            further = place > tuple_(after.due_on, after.created_at, after.id)
            found = _first(session, kinds, [*conditions, further], "echeance", 1)
            if found:
                return view_of(source, found[0])
    found = _first(session, kinds, conditions, "echeance", 1)
    return view_of(source, found[0]) if found else None


def _conditions(asked: Asked, mine: str, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [ReviewRequest.state.in_(TABS[asked.tab][1])]
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


def _first(
    session: Session,
    kinds: Sequence[str],
    conditions: Sequence[ColumnElement[bool]],
    order: str,
    count: int,
    *,
    skip: int = 0,
) -> Sequence[ReviewRequest]:
    """Return some rows in order. Of several queues each is read along its index, and no further than it can matter."""
    by = _order(order)
    query = select(ReviewRequest)
    if len(kinds) == 1:
        query = query.where(ReviewRequest.kind == kinds[0], *conditions)
    else:
        parts = [
            select(ReviewRequest.id)
            .where(ReviewRequest.kind == kind, *conditions)
            .order_by(*by)
            .limit(skip + count)
            .subquery()
            for kind in kinds
        ]
        query = query.where(ReviewRequest.id.in_(union_all(*(select(part.c.id) for part in parts))))
    return session.scalars(query.order_by(*by).limit(count).offset(skip)).all()


def _order(name: str) -> Sequence[ColumnElement[Any] | InstrumentedAttribute[Any]]:
    if name == "intitule":
        return ReviewRequest.sort_title, ReviewRequest.id
    if name == "recentes":
        return ReviewRequest.created_at.desc(), ReviewRequest.id.desc()
    if name == "anciennes":
        return ReviewRequest.created_at, ReviewRequest.id
    return ReviewRequest.due_on, ReviewRequest.created_at, ReviewRequest.id
