"""Opens, reads, raises and ends sessions; the only place that sees the session cookie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ...interfaces import Factor, IClock, ISealer, ISessions, Proof, SessionView
from ...pyramid_types import PortalRequest, Registry
from ...services import current_time, find, offers
from ...settings import AuthSettings
from ..database import IDatabase, lock_accounts, new_id, rows_changed
from ..security import tokens
from ..security.sealing import SealBroken
from ..web.cookies import drop_cookie, read_cookie, set_cookie
from .models import SessionRow
from .proofs import from_json, merged, to_json

COOKIE = "portail"
KIND = "session"
ADDRESS = "session.address"
#: « last seen » is written at most this often, so that reading a page seldom costs a write.
TOUCH_EVERY = timedelta(minutes=1)
_UNREAD = object()


def known_subject(request: PortalRequest) -> str:
    """Return whose session this request has read already, ``""`` when it read none: nothing is read here."""
    found = getattr(request, "_portal_session", None)
    return found.subject if isinstance(found, SessionView) else ""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """Longest life and longest silence of a session (RIE v2 draft rule 13: 4 h and 30 min at most)."""

    absolute: timedelta = timedelta(hours=4)
    idle: timedelta = timedelta(minutes=30)


class Sessions:
    """See :class:`~esea_auth_plugin.interfaces.ISessions`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._clock = find(registry, IClock)
        self._sealer = find(registry, ISealer)
        self._lifetimes = _lifetimes(registry)

    # --- the browser of a request

    def current(self, request: PortalRequest, session: Session | None = None) -> SessionView | None:
        """See the interface; with ``session`` it reads there instead of in a transaction of its own."""
        found = getattr(request, "_portal_session", _UNREAD)
        if found is _UNREAD:
            found = request._portal_session = self._read(request, session)
            if found is not None:
                self._touch_later(request, found)
        return cast("SessionView | None", found)

    def cookie_digest(self, request: PortalRequest) -> str:
        """See the interface."""
        given: str | None = getattr(request, "_portal_session_digest", None)
        if given is not None:
            return given
        cookie = read_cookie(request, COOKIE)
        return tokens.digest(cookie, kind=KIND) if cookie else ""

    def owner_of_cookie(self, request: PortalRequest, session: Session) -> str | None:
        """See the interface."""
        digest = self.cookie_digest(request)
        return session.scalar(select(SessionRow.subject).where(SessionRow.cookie_digest == digest)) if digest else None

    def open(
        self, request: PortalRequest, subject: str, proofs: Sequence[Proof], *, idle: timedelta | None = None
    ) -> SessionView:
        """See the interface."""
        _refuse_recovery(proofs)
        session: Session = request.dbsession
        lock_accounts(request, session, subject)
        self._end_browsers_session(request, session)
        now = self._clock.now()
        ends = [now + self._lifetimes.absolute, *(proof.latest_end for proof in proofs if proof.latest_end)]
        view = SessionView(
            id=new_id(),
            subject=subject,
            proofs=tuple(proofs),
            created_at=now,
            last_seen_at=now,
            ends_at=min(ends),
            user_agent=(request.user_agent or "")[:300],
            address=request.client_address,
            idle=min(idle or self._lifetimes.idle, self._lifetimes.idle),
        )
        return self._store(request, session, view)

    def raise_with(
        self, request: PortalRequest, proofs: Sequence[Proof], *, idle: timedelta | None = None
    ) -> SessionView:
        """See the interface. The absolute end stays where it was: a step-up is no new sign-in.

        :raises LookupError: this browser has no live session.
        """
        _refuse_recovery(proofs)
        former = self.current(request)
        if former is None:
            raise LookupError("no live session to raise")
        session: Session = request.dbsession
        lock_accounts(request, session, former.subject)
        if not self._end_browsers_session(request, session):
            # Ended since it was read (« close all my sessions »): nothing dead may come back stronger.
            raise LookupError("the session ended meanwhile")
        now = self._clock.now()
        ends = [former.ends_at, *(proof.latest_end for proof in proofs if proof.latest_end)]
        view = replace(
            former,
            id=new_id(),
            proofs=merged(former.proofs, proofs),
            last_seen_at=now,
            ends_at=min(ends),
            idle=min(idle or former.idle, former.idle),
        )
        return self._store(request, session, view)

    def close(self, request: PortalRequest) -> None:
        """See the interface."""
        self._end_browsers_session(request, request.dbsession)
        request._portal_session = None
        request._portal_session_digest = ""
        drop_cookie(request, COOKIE)

    def ends_in(self, view: SessionView) -> int:
        """Return the whole seconds until this session ends by itself, were nothing done any more."""
        end = min(view.ends_at, view.last_seen_at + view.idle)
        return max(0, int((end - self._clock.now()).total_seconds()))

    def keep(self, request: PortalRequest, session: Session) -> int | None:
        """Note that the person asked to stay; return the seconds they have now, ``None`` without a session."""
        view = self.current(request)
        if view is None:
            return None
        now = self._clock.now()
        self._touch(session, view.id, now)
        request._portal_session = replace(view, last_seen_at=now)
        return self.ends_in(request._portal_session)

    # --- all sessions of a person

    def of_subject(self, session: Session, subject: str) -> Sequence[SessionView]:
        """See the interface."""
        rows = session.scalars(
            select(SessionRow)
            .where(SessionRow.subject == subject, SessionRow.revoked_at.is_(None))
            .where(SessionRow.ends_at > self._clock.now())
            .order_by(SessionRow.created_at.desc())
        )
        return [view for row in rows if (view := self._view(row)) is not None]

    def close_one(self, session: Session, subject: str, session_id: str) -> bool:
        """See the interface."""
        lock_accounts(self._registry, session, subject)
        return self._revoke(session, SessionRow.id == session_id, SessionRow.subject == subject) == 1

    def close_resting_on(self, session: Session, subject: str, authenticator: str) -> int:
        """See the interface."""
        lock_accounts(self._registry, session, subject)
        resting = [
            view.id
            for view in self.of_subject(session, subject)
            if any(proof.authenticator == authenticator for proof in view.proofs)
        ]
        return self._revoke(session, SessionRow.id.in_(resting)) if resting else 0

    def close_all(self, session: Session, subject: str, *, but: str | None = None) -> int:
        """See the interface."""
        lock_accounts(self._registry, session, subject)
        return self._revoke(session, SessionRow.subject == subject, SessionRow.id != (but or ""))

    def prune(self) -> None:
        """Delete what ended over a day ago; nothing waits for it to be safe."""
        with find(self._registry, IDatabase).writing() as session:
            session.execute(delete(SessionRow).where(SessionRow.ends_at < self._clock.now() - timedelta(days=1)))

    # --- rows

    def _read(self, request: PortalRequest, session: Session | None) -> SessionView | None:
        digest = self.cookie_digest(request)
        if not digest:
            return None
        if session is not None:
            return self._by_digest(session, digest)
        with find(self._registry, IDatabase).reading() as own:
            return self._by_digest(own, digest)

    def _by_digest(self, session: Session, digest: str) -> SessionView | None:
        row = session.scalar(select(SessionRow).where(SessionRow.cookie_digest == digest))
        return self._view(row) if row is not None else None

    def _view(self, row: SessionRow) -> SessionView | None:
        """Return what the row says, ``None`` when it is over at this very moment."""
        now = self._clock.now()
        idle = min(timedelta(seconds=row.idle_seconds), self._lifetimes.idle)
        if row.revoked_at is not None or row.ends_at <= now or row.last_seen_at + idle <= now:
            return None
        try:
            proofs = from_json(row.proofs)
        except (KeyError, ValueError):
            return None
        if any(proof.latest_end and proof.latest_end <= now for proof in proofs):
            return None
        return SessionView(
            id=row.id,
            subject=row.subject,
            proofs=proofs,
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            ends_at=row.ends_at,
            user_agent=row.user_agent,
            address=self._opened_address(row),
            idle=idle,
        )

    def _opened_address(self, row: SessionRow) -> str:
        if not row.sealed_address:
            return ""
        try:
            return self._sealer.open(row.sealed_address, purpose=ADDRESS, bound_to=row.id).decode()
        except SealBroken:  # its key was taken off the ring: a missing address must not end the session
            return ""

    def _store(self, request: PortalRequest, session: Session, view: SessionView) -> SessionView:
        cookie = tokens.new_token(256)
        digest = tokens.digest(cookie, kind=KIND)
        session.add(
            SessionRow(
                id=view.id,
                cookie_digest=digest,
                subject=view.subject,
                proofs=to_json(view.proofs),
                created_at=view.created_at,
                last_seen_at=view.last_seen_at,
                ends_at=view.ends_at,
                idle_seconds=int(view.idle.total_seconds()),
                user_agent=view.user_agent,
                sealed_address=self._sealer.seal(view.address.encode(), purpose=ADDRESS, bound_to=view.id),
            )
        )
        session.flush()
        set_cookie(request, COOKIE, cookie)
        request._portal_session = view
        request._portal_session_digest = digest
        return view

    def _end_browsers_session(self, request: PortalRequest, session: Session) -> bool:
        """End whatever this browser's cookie opens, whoever's it is (shared workstations, fixation).

        ``False`` if there was nothing left to end.
        """
        digest = self.cookie_digest(request)
        return bool(digest) and self._revoke(session, SessionRow.cookie_digest == digest) == 1

    def _revoke(self, session: Session, *which: Any) -> int:
        statement = (
            update(SessionRow).where(*which, SessionRow.revoked_at.is_(None)).values(revoked_at=self._clock.now())
        )
        return rows_changed(session, statement)

    def _touch_later(self, request: PortalRequest, view: SessionView) -> None:
        now = self._clock.now()
        if now - view.last_seen_at >= TOUCH_EVERY:
            request.defer_write(lambda session: self._touch(session, view.id, now))

    def _touch(self, session: Session, session_id: str, now: datetime) -> None:
        # Conditional, so that a slow request never moves the moment back nor revives an ended session.
        session.execute(
            update(SessionRow)
            .where(SessionRow.id == session_id, SessionRow.revoked_at.is_(None), SessionRow.last_seen_at < now)
            .values(last_seen_at=now)
        )


def session_ends_in(request: PortalRequest) -> int | None:
    """``request.session_ends_in``: seconds until this browser's session ends, for the page's own warning."""
    store = cast(Sessions, find(request, ISessions))
    view = store.current(request)
    if view is None:
        return None
    # What counts is what gets written: a sign of life less than a minute after the last one is not.
    now = current_time(request)
    return store.ends_in(replace(view, last_seen_at=now) if now - view.last_seen_at >= TOUCH_EVERY else view)


def _refuse_recovery(proofs: Sequence[Proof]) -> None:
    """Refuse what stands for a lost device, whoever asks: it opens the addition of another one, and no session."""
    if any(Factor.RECOVERY in proof.factors for proof in proofs):
        raise ValueError("a recovery proof opens no session")


def _lifetimes(registry: Registry) -> Lifetimes:
    if not offers(registry, AuthSettings):
        return Lifetimes()
    settings = find(registry, AuthSettings)
    return Lifetimes(timedelta(hours=settings.session_hours), timedelta(minutes=settings.session_idle_minutes))
