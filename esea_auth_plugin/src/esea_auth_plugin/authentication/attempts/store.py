"""The sign-ins under way: made, read by their cookie, moved on stage by stage, finished once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ...foundation.database import IDatabase, rows_changed
from ...foundation.security import tokens
from ...foundation.sessions.proofs import from_json, to_json
from ...foundation.web.cookies import drop_cookie, read_cookie, set_cookie
from ...interfaces import ISealer, Proof
from ...pyramid_types import PortalRequest, Registry
from ...services import current_time, find
from .models import SignInRow

COOKIE = "connexion"
KIND = "sign_in"
STATE = "sign_in.state"
#: From the first proven stage to the last: long enough for a slow mailbox, short enough for a left workstation.
TTL = timedelta(minutes=20)
TERMS = "@conditions"


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in under way, detached from the database (see :class:`SignInRow`)."""

    id: str
    service: str
    return_path: str
    recent: bool
    mode: str
    stages: tuple[str, ...]
    stage: str
    subject: str | None
    proofs: tuple[Proof, ...]
    session_id: str | None
    state: Mapping[str, object]
    ends_at: datetime
    reset_id: str | None = None

    @property
    def next_stage(self) -> str | None:
        """Name of the stage after this one, ``None`` when it is the last."""
        place = self.stages.index(self.stage) + 1
        return self.stages[place] if place < len(self.stages) else None


class SignIns:
    """Reads and writes :class:`SignInRow`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def current(self, request: PortalRequest, session: Session) -> SignIn | None:
        """Return the live sign-in of this browser."""
        cookie = read_cookie(request, COOKIE)
        if not cookie:
            return None
        digest = tokens.digest(cookie, kind=KIND)
        row = session.scalar(select(SignInRow).where(SignInRow.cookie_digest == digest))
        if row is None or row.done_at is not None or row.ends_at <= current_time(self._registry):
            return None
        return self._view(row)

    def cookie_digest(self, request: PortalRequest) -> str:
        """Return the hash of the cookie that names this browser's sign-in, ``""`` without one; reads no table."""
        cookie = read_cookie(request, COOKIE)
        return tokens.digest(cookie, kind=KIND) if cookie else ""

    def start(self, request: PortalRequest, session: Session, found: SignIn) -> None:
        """Store a sign-in and give the browser its cookie."""
        cookie = tokens.new_token(256)
        session.add(
            SignInRow(
                id=found.id,
                cookie_digest=tokens.digest(cookie, kind=KIND),
                service=found.service,
                return_path=found.return_path,
                recent=found.recent,
                mode=found.mode,
                stages=list(found.stages),
                stage=found.stage,
                subject=found.subject,
                proofs=to_json(found.proofs),
                session_id=found.session_id,
                reset_id=found.reset_id,
                state=self._sealed(found.id, found.state),
                created_at=current_time(self._registry),
                ends_at=found.ends_at,
            )
        )
        session.flush()
        set_cookie(request, COOKIE, cookie)

    def move(
        self,
        request: PortalRequest,
        session: Session,
        found: SignIn,
        *,
        stage: str,
        subject: str,
        proofs: Sequence[Proof],
    ) -> bool:
        """Go on to another stage, under a new cookie; ``False`` if somebody moved it meanwhile."""
        cookie = tokens.new_token(256)
        moved = self._update(
            session,
            found,
            cookie_digest=tokens.digest(cookie, kind=KIND),
            stage=stage,
            subject=subject,
            proofs=to_json(proofs),
            state="",
        )
        if moved:
            set_cookie(request, COOKIE, cookie)
        return moved

    def remember(self, session: Session, found: SignIn, state: Mapping[str, object]) -> None:
        """Keep what the stage's mode asked to remember."""
        self._update(session, found, state=self._sealed(found.id, state))

    def finish(self, request: PortalRequest, session: Session, found: SignIn) -> bool:
        """End it once; ``False`` if it was ended before, or its time is over."""
        done = self._update(session, found, done_at=current_time(self._registry))
        drop_cookie(request, COOKIE)
        return done

    def abandon(self, request: PortalRequest, session: Session) -> None:
        """End whatever this browser has under way."""
        cookie = read_cookie(request, COOKIE)
        if cookie:
            digest = tokens.digest(cookie, kind=KIND)
            session.execute(delete(SignInRow).where(SignInRow.cookie_digest == digest, SignInRow.done_at.is_(None)))
            drop_cookie(request, COOKIE)

    def close_all(self, session: Session, subject: str, *, exclude: str = "") -> None:
        """End every sign-in of a person: their password has just changed, or their account was closed.

        :param exclude: id of one that goes on.
        """
        session.execute(delete(SignInRow).where(SignInRow.subject == subject, SignInRow.id != exclude))

    def session_of(self, session: Session, sign_in: str) -> str | None:
        """Return the id of the session that a sign-in raises, ``None`` for one from nothing."""
        return session.scalar(select(SignInRow.session_id).where(SignInRow.id == sign_in))

    def close_resting_on(self, session: Session, subject: str, authenticator: str) -> None:
        """End every sign-in of a person in which this credential has proven its part already: it was revoked."""
        under_way = session.execute(
            select(SignInRow.id, SignInRow.proofs).where(SignInRow.subject == subject, SignInRow.done_at.is_(None))
        )
        resting = [
            row.id for row in under_way if any(proof.authenticator == authenticator for proof in from_json(row.proofs))
        ]
        if resting:
            session.execute(delete(SignInRow).where(SignInRow.id.in_(resting)))

    def _update(self, session: Session, found: SignIn, **values: object) -> bool:
        statement = (
            update(SignInRow)
            .where(SignInRow.id == found.id, SignInRow.stage == found.stage)
            .where(SignInRow.done_at.is_(None), SignInRow.ends_at > current_time(self._registry))
            .values(**values)
            .execution_options(synchronize_session=False)
        )
        return rows_changed(session, statement) == 1

    def _view(self, row: SignInRow) -> SignIn:
        state = find(self._registry, ISealer).open(row.state, purpose=STATE, bound_to=row.id) if row.state else b"{}"
        return SignIn(
            id=row.id,
            service=row.service,
            return_path=row.return_path,
            recent=row.recent,
            mode=row.mode,
            stages=tuple(row.stages),
            stage=row.stage,
            subject=row.subject,
            proofs=from_json(row.proofs),
            session_id=row.session_id,
            reset_id=row.reset_id,
            state=json.loads(state),
            ends_at=row.ends_at,
        )

    def _sealed(self, row_id: str, state: Mapping[str, object]) -> str:
        if not state:
            return ""
        return find(self._registry, ISealer).seal(json.dumps(dict(state)).encode(), purpose=STATE, bound_to=row_id)


def prune(registry: Registry) -> None:
    """Job: delete what ended over an hour ago; no check waits for it."""
    before = current_time(registry) - timedelta(hours=1)
    with find(registry, IDatabase).writing() as session:
        session.execute(delete(SignInRow).where(SignInRow.ends_at < before))
