"""Browsers that a person has signed in with before.

Whoever fails on purpose fills the account's counter of tries, never that of the person's own browser: an attacker
can't keep it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ...foundation.database import IDatabase
from ...foundation.security import tokens
from ...foundation.web.cookies import read_cookie, set_cookie
from ...pyramid_types import PortalRequest
from ...services import current_time, find
from .models import KnownBrowserRow

COOKIE = "navigateur"
KIND = "browser"
RETENTION = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Browser:
    """This browser, as the accounts that have completed a sign-in with it know it.

    :ivar rows: by account, the row that says so. The row outlives the cookie, which is renewed at each sign-in by
        anyone here: counters keyed by the cookie would start again for every account of a shared workstation.
    """

    rows: Mapping[str, str] = field(default_factory=dict)

    @property
    def subjects(self) -> frozenset[str]:
        """The people who have signed in here."""
        return frozenset(self.rows)

    def known_to(self, subject: str | None) -> bool:
        """Tell whether this person has signed in here before."""
        return subject is not None and subject in self.rows


def browser_of(request: PortalRequest) -> Browser:
    """Return the request's browser, read once a request; a cookie that names none is no known browser."""
    found: Browser | None = getattr(request, "_known_browser", None)
    if found is None:
        found = request._known_browser = _read(request)
    return found


def _read(request: PortalRequest) -> Browser:
    cookie = read_cookie(request, COOKIE)
    if not cookie:
        return Browser()
    digest = tokens.digest(cookie, kind=KIND)
    oldest = current_time(request) - RETENTION
    with find(request, IDatabase).reading() as session:
        rows = session.execute(
            select(KnownBrowserRow.subject, KnownBrowserRow.id).where(
                KnownBrowserRow.cookie_digest == digest, KnownBrowserRow.seen_at > oldest
            )
        )
        return Browser({row.subject: row.id for row in rows})


def remember(request: PortalRequest, session: Session, subject: str) -> None:
    """Note that the person has just signed in with this browser; a fresh cookie, since the old one may be planted."""
    now = current_time(request)
    former = read_cookie(request, COOKIE)
    cookie = tokens.new_token(256)
    digest = tokens.digest(cookie, kind=KIND)
    subjects = {subject}
    if former:
        old = tokens.digest(former, kind=KIND)
        rows = session.scalars(select(KnownBrowserRow).where(KnownBrowserRow.cookie_digest == old)).all()
        for row in rows:
            row.cookie_digest = digest
            if row.subject == subject:
                row.seen_at = now
                subjects.discard(subject)
    session.add_all(KnownBrowserRow(cookie_digest=digest, subject=each, seen_at=now) for each in subjects)
    session.flush()
    set_cookie(request, COOKIE, cookie, max_age=RETENTION)


def forget_all(session: Session, subject: str) -> None:
    """No browser of the person is known any more (after a reset: one of them may be the attacker's)."""
    session.execute(delete(KnownBrowserRow).where(KnownBrowserRow.subject == subject))
