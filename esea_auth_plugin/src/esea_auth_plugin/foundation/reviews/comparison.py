"""What a request said before its author completed it, and what has changed since: for the reviewer to compare."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ...interfaces import FactSheet
from ...pyramid_types import Source
from .models import ReviewEntry
from .texts import opened, sealed

#: (title of the sheet, label, how many lines of that label stand above): where a fact stands on a request's page.
Place = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Change:
    """One line that differs. ``before`` and ``after``: the two values, ``""`` where there was or is none."""

    sheet: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Completion:
    """The last question to the author, the answer, and what has changed since (``answered``: it was answered)."""

    question: str
    answer: str
    changes: Sequence[Change]
    answered: bool

    def before(self, sheet: str, label: str) -> str | None:
        """Return the former value of a line that has changed, ``None`` for any other."""
        return next((one.before for one in self.changes if (one.sheet, one.label) == (sheet, label)), None)


def snapshot(source: Source, sheets: Sequence[FactSheet], request_id: str) -> str:
    """Return the facts of a request as they are stored. :param source: a registry or a request."""
    facts = [[*place, value] for place, value in _lines(sheets).items()]
    return sealed(source, json.dumps(facts, ensure_ascii=False), request_id)


def completion(
    source: Source, session: Session, request_id: str, sheets: Sequence[FactSheet], *, known: bool
) -> Completion | None:
    """Return what the author was asked and answered, ``None`` if nobody asked; one query.

    :param source: a registry or a request. :param known: whether the history holds such a question at all.
    """
    if not known:
        return None
    rows = session.scalars(
        select(ReviewEntry)
        .where(ReviewEntry.request_id == request_id, ReviewEntry.act.in_(("more_asked", "answered")))
        .order_by(ReviewEntry.id.desc())
        .limit(2)
    ).all()
    asked = next((row for row in rows if row.act == "more_asked"), None)
    if asked is None:
        return None
    answer = rows[0] if rows[0].act == "answered" else None
    stored = opened(source, asked.sealed_facts, request_id) if asked.sealed_facts else ""
    return Completion(
        question=opened(source, asked.sealed_text, request_id),
        answer=opened(source, answer.sealed_text, request_id) if answer is not None else "",
        changes=_changes(_read(stored), _lines(sheets)) if answer is not None and stored else (),
        answered=answer is not None,
    )


def forget(session: Session, request_ids: Sequence[str]) -> None:
    """Erase what requests said before, and their authors' answers: what was asked is erased with it."""
    session.execute(
        update(ReviewEntry)
        .where(ReviewEntry.request_id.in_(request_ids), ReviewEntry.act.in_(("more_asked", "answered")))
        .values(sealed_facts="", sealed_text="")
    )


def _lines(sheets: Sequence[FactSheet]) -> Mapping[Place, str]:
    found: dict[Place, str] = {}
    for sheet in sheets:
        for fact in sheet.facts:
            number = sum(title == sheet.title and label == fact.label for title, label, _ in found)
            found[sheet.title, fact.label, number] = fact.value
    return found


def _read(stored: str) -> Mapping[Place, str]:
    return {(sheet, label, number): value for sheet, label, number, value in json.loads(stored)}


def _changes(before: Mapping[Place, str], after: Mapping[Place, str]) -> Sequence[Change]:
    """Return the lines that differ, in the order of the page, those that are gone last."""
    places = dict.fromkeys([*after, *before])
    pairs = ((place, before.get(place, ""), after.get(place, "")) for place in places)
    return [Change(place[0], place[1], old, new) for place, old, new in pairs if old != new]
