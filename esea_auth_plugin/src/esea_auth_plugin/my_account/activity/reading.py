"""Turns rows of the trail into sentences for the person they are about.

Who else acted is told by part only (« le support »), and from where others acted not at all: the trail protects them
as well. What somebody typed as a login is never shown: it may have been a password.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ...authentication.registry import modes_of
from ...foundation.audit import AuditRow, actions_of, activity_page, personal_of_all
from ...foundation.layout.browsers import browser_fr
from ...interfaces import ICatalogue, IReviews, ISealer
from ...pyramid_types import Registry
from ...services import find
from ..places import place_fr

PAGE_SIZE = 50
#: What happens to one's requests and is one's own business; reviewers' notes are not.
_OF_REQUESTS = ("review.accepted", "review.refused", "review.more_asked", "review.withdrawn", "review.expired")

#: Parts of the activity: address, title, beginnings of the actions.
PARTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "": ("Tout", ()),
    "connexions": ("Connexions", ("sign_in.", "session.", "service.", "mail_code.")),
    "securite": (
        "Sécurité",
        ("password.", "recovery.", "device.", "identity.", "notice.", "factor.", "account.mail_code", "email_change."),
    ),
    "demandes": ("Demandes et droits", ("review.", "grant.", "role.", "registration.", "sign_up.", "correction.")),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of « Mon activité ».

    :ivar about: what it was about (a service, a reference, a means). :ivar by: who acted, ``""`` for the person.
    """

    at: datetime
    sentence: str
    about: str
    by: str
    place: str
    browser: str
    refused: bool


def read(
    registry: Registry, session: Session, subject: str, *, part: str = "", before: tuple[datetime, str] | None = None
) -> tuple[Sequence[Line], tuple[datetime, str] | None]:
    """Return a page of lines, newest first, and where the next one begins (``None``: that was all)."""
    references = [review.reference for review in find(registry, IReviews).of_author(session, subject)]
    rows = activity_page(
        session,
        subject,
        references=references,
        told_of_references=_OF_REQUESTS,
        actions=PARTS[part][1],
        before=before,
        most=PAGE_SIZE + 1,
    )
    shown, more = rows[:PAGE_SIZE], len(rows) > PAGE_SIZE
    following = (shown[-1].at, shown[-1].id) if more else None
    return lines(registry, session, subject, shown), following


def everything(registry: Registry, session: Session, subject: str, *, most: int = 20_000) -> Sequence[Line]:
    """Return the whole activity, newest first, for the copy of one's data."""
    references = [review.reference for review in find(registry, IReviews).of_author(session, subject)]
    rows = activity_page(session, subject, references=references, told_of_references=_OF_REQUESTS, most=most)
    return lines(registry, session, subject, rows)


def lines(registry: Registry, session: Session, subject: str, rows: Sequence[AuditRow]) -> Sequence[Line]:
    """Return the sentences of these rows; one query for all their side rows."""
    own = [row.id for row in rows if row.actor in {subject, None}]
    personal = personal_of_all(session, find(registry, ISealer), own)
    return [_line(registry, subject, row, personal.get(row.id, {})) for row in rows]


def _line(registry: Registry, subject: str, row: AuditRow, personal: Mapping[str, str]) -> Line:
    address = personal.get("address", "")
    return Line(
        at=row.at,
        sentence=actions_of(registry).get(row.action, "Autre événement"),
        about=_about(registry, row),
        by="" if row.actor == subject else "par le portail" if row.actor is None else "par l’équipe du portail",
        place=place_fr(registry, address, unknown=""),
        browser=browser_fr(personal["user_agent"]) if personal.get("user_agent") else "",
        refused=row.outcome != "success",
    )


def _about(registry: Registry, row: AuditRow) -> str:
    """Return what the details say, in words: means, service, reference."""
    parts = []
    mode = modes_of(registry).get(str(row.details.get("mode", "")))
    if mode is not None:
        parts.append(mode.title)
    slug = str(row.details.get("service", ""))
    service = find(registry, ICatalogue).get(slug) if slug else None
    if service is not None:
        parts.append(service.title)
    if row.target and row.target.startswith("DEM-"):
        parts.append(row.target)
    return " – ".join(parts)
