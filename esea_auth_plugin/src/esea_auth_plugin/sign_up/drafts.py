"""Drafts: opened by their browser's cookie, resumed after a silence by the e-mail typed, sent once.

A draft is found by the hash of its cookie only. Expiry and silence are compared here, at each use.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ..accounts import identifiers
from ..foundation.database import new_id
from ..foundation.security import tokens
from ..interfaces import ISealer
from ..pyramid_types import JsonObject, Registry
from ..services import current_time, find
from .answers import Answers, seal, unseal
from .models import SignUpDraft

TTL = timedelta(hours=2)
IDLE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Draft:
    """A live draft, read. ``done``: steps accepted. ``idle``: the e-mail must be typed before it goes on."""

    id: str
    answers: Answers
    done: int
    idle: bool
    completes: str | None
    sent_as: str | None
    expires_at: datetime


class Drafts:
    """The drafts of the sign-up."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def find(self, session: Session, secret: str | None) -> Draft | None:
        """Return the live draft of this cookie; a sent one is still found until its two hours end."""
        if not secret:
            return None
        now = current_time(self._registry)
        row = session.scalar(
            select(SignUpDraft).where(
                SignUpDraft.cookie_digest == tokens.digest(secret, kind="sign_up.draft"), SignUpDraft.expires_at > now
            )
        )
        if row is None:
            return None
        answers = unseal(self._sealer, row.answers, row.id)
        return Draft(
            id=row.id,
            answers=answers,
            done=row.done,
            idle=bool(answers.email) and row.sent_as is None and now - row.seen_at > IDLE,
            completes=row.completes,
            sent_as=row.sent_as,
            expires_at=row.expires_at,
        )

    def start(
        self, session: Session, answers: Answers, *, done: int = 0, completes: str | None = None
    ) -> tuple[str, str]:
        """Begin a draft; return its id and the secret of its cookie."""
        secret, draft_id, now = tokens.new_token(), new_id(), current_time(self._registry)
        session.add(
            SignUpDraft(
                id=draft_id,
                cookie_digest=tokens.digest(secret, kind="sign_up.draft"),
                answers=seal(self._sealer, answers, draft_id),
                done=done,
                completes=completes,
                created_at=now,
                seen_at=now,
                expires_at=now + TTL,
            )
        )
        session.flush()
        return draft_id, secret

    def save(self, session: Session, draft_id: str, answers: Answers, *, done: int) -> bool:
        """Keep the answers of a page; ``False`` when the draft was sent or ended meanwhile."""
        now = current_time(self._registry)
        statement = (
            update(SignUpDraft)
            .where(SignUpDraft.id == draft_id, SignUpDraft.sent_as.is_(None), SignUpDraft.expires_at > now)
            .values(answers=seal(self._sealer, answers, draft_id), done=done, seen_at=now)
            .returning(SignUpDraft.id)
        )
        return session.execute(statement).first() is not None

    def keep_aside(self, session: Session, draft: Draft, page: str, typed: JsonObject) -> None:
        """Keep what was typed on a page of an idle draft, without waking it: it is shown after the e-mail."""
        kept = draft.answers.keeping(page, typed)
        session.execute(
            update(SignUpDraft)
            .where(SignUpDraft.id == draft.id, SignUpDraft.sent_as.is_(None))
            .values(answers=seal(self._sealer, kept, draft.id))
        )

    def wake(self, session: Session, draft_id: str) -> None:
        """The person typed the e-mail again: the draft goes on."""
        session.execute(
            update(SignUpDraft)
            .where(SignUpDraft.id == draft_id, SignUpDraft.sent_as.is_(None))
            .values(seen_at=current_time(self._registry))
        )

    def claim(self, session: Session, draft_id: str, sign_up_id: str) -> bool:
        """Send the draft as this sign-up, once: of two « Valider » one gets ``True``. Its answers are erased."""
        statement = (
            update(SignUpDraft)
            .where(
                SignUpDraft.id == draft_id,
                SignUpDraft.sent_as.is_(None),
                SignUpDraft.expires_at > current_time(self._registry),
            )
            .values(sent_as=sign_up_id, answers=seal(self._sealer, Answers(), draft_id))
            .returning(SignUpDraft.id)
        )
        return session.execute(statement).first() is not None

    def clear(self, session: Session, draft_id: str) -> None:
        """« Effacer et recommencer »: nothing of the draft stays, its identifier is free at once."""
        identifiers.release(session, draft_id)
        session.execute(delete(SignUpDraft).where(SignUpDraft.id == draft_id))

    def purge(self, session: Session) -> int:
        """Erase the drafts whose life is over, with their holds on identifiers; return how many."""
        statement = (
            delete(SignUpDraft).where(SignUpDraft.expires_at <= current_time(self._registry)).returning(SignUpDraft.id)
        )
        gone = session.scalars(statement).all()
        for draft_id in gone:
            identifiers.release(session, draft_id)
        return len(gone)

    @property
    def _sealer(self) -> ISealer:
        return find(self._registry, ISealer)
