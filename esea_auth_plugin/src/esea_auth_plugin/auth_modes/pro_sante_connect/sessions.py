"""Pro Santé Connect's sessions behind ours: kept sealed for the sign-out, ended from either side."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ...foundation.database import lock_accounts, new_id
from ...foundation.security import tokens
from ...interfaces import IAuditTrail, ISealer, ISessions, SessionView
from ...pyramid_types import Registry
from ...services import find
from .models import PscLogout, PscSession
from .tokens import LogoutToken

if TYPE_CHECKING:
    from .arrivals import Who

PURPOSE = "psc.id_token"
TICKET = "psc.end_session"
#: The page of the sign-out comes at once.
TICKET_LIFETIME = timedelta(minutes=2)


class PscSessions:
    """Reads and writes :class:`PscSession`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def keep(self, session: Session, account: str | None, issuer: str, who: Who, ends_at: datetime) -> str:
        """Keep what a sign-out will need; return the reference, which the proof names as ``behind``."""
        row = new_id()
        sealed = find(self._registry, ISealer).seal(who.id_token.encode(), purpose=PURPOSE, bound_to=row)
        session.add(
            PscSession(
                id=row,
                subject=account,
                issuer=issuer,
                sub=who.sub,
                sid=who.sid,
                sealed=sealed,
                ends_at=ends_at,
            )
        )
        session.flush()
        return row

    def end_session_url(self, session: Session, reference: str, at: datetime) -> str:
        """Return the address of the page from which the browser ends PSC's session too.

        A page of ours in between: the id_token goes there in a form, never in an address, and Chromium would not let a
        form be redirected to PSC from any other page.
        """
        ticket = tokens.new_token(256)
        session.execute(
            update(PscSession)
            .where(PscSession.id == reference)
            .values(ticket_digest=tokens.digest(ticket, kind=TICKET), ticket_ends_at=at + TICKET_LIFETIME)
            .execution_options(synchronize_session=False)
        )
        return f"/connexion/psc/sortie?ticket={ticket}"

    def hint(self, session: Session, ticket: str, at: datetime) -> str | None:
        """Return the id_token of a ticket, ``None`` when it is unknown or over. Writes nothing: a page may be shown
        again."""
        row = session.scalar(
            select(PscSession).where(
                PscSession.ticket_digest == tokens.digest(ticket, kind=TICKET), PscSession.ticket_ends_at > at
            )
        )
        if row is None or not row.sealed:
            return None
        return find(self._registry, ISealer).open(row.sealed, purpose=PURPOSE, bound_to=row.id).decode()

    def of_view(self, view: SessionView, modes: frozenset[str]) -> str | None:
        """Return the reference of PSC's session behind one of ours."""
        return next((proof.behind for proof in view.proofs if proof.mode in modes and proof.behind), None)

    def ended_there(self, session: Session, told: LogoutToken, issuer: str, modes: frozenset[str]) -> int | None:
        """End our sessions behind a session that PSC ended; return how many, ``None`` if this token was taken before.

        :param told: verified. :param modes: names of the modes that rest on PSC.
        """
        by = [PscSession.sid == told.sid] if told.sid else [PscSession.sub == told.sub]
        rows = session.execute(
            select(PscSession.id, PscSession.subject).where(PscSession.issuer == issuer, or_(*by))
        ).all()
        lock_accounts(self._registry, session, *(account for _, account in rows))
        try:
            with session.begin_nested():
                session.add(PscLogout(jti_digest=tokens.digest(told.jti, kind="psc.jti"), ends_at=told.ends_at))
                session.flush()
        except IntegrityError:
            return None
        ended = 0
        sessions = find(self._registry, ISessions)
        for reference, account in rows:
            if account is None:
                continue
            for view in sessions.of_subject(session, account):
                if self.of_view(view, modes) == reference and sessions.close_one(session, account, view.id):
                    ended += 1
                    find(self._registry, IAuditTrail).record(
                        session, "psc.ended_there", target=account, details={"session": view.id}
                    )
        return ended
