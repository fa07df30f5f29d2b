"""Makes, mails and checks codes. What is stored is a keyed hash; the code itself is only in the sealed email."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, update
from sqlalchemy.orm import Session

from ...authentication.contract import Attempt
from ...foundation.database import IDatabase
from ...foundation.security import tokens
from ...interfaces import IAuditTrail, IOutbox, ISealer
from ...pyramid_types import Registry
from ...services import current_time, find
from .models import MailCodeRow

LETTER = "mail_code.code"
#: Letter of a code that proves an address and signs nobody in.
ADDRESS_LETTER = "mail_code.address"
PURPOSE = "mail_code"
TTL = timedelta(minutes=10)
RESEND_EVERY = timedelta(minutes=1)
MAX_TRIES = 5


class Verdict(enum.StrEnum):
    """What an answer is worth."""

    RIGHT = "right"
    WRONG = "wrong"
    EXHAUSTED = "exhausted"
    EXPIRED = "expired"


class MailCodes:
    """The codes of sign-ins. :param letter: name of the email that carries them."""

    def __init__(self, registry: Registry, letter: str = LETTER) -> None:
        self._registry = registry
        self._letter = letter

    def row(self, session: Session, sign_in: str) -> MailCodeRow | None:
        """Return what was sent for this sign-in."""
        return session.get(MailCodeRow, sign_in)

    def send(self, session: Session, attempt: Attempt, subject: str) -> None:
        """Send the first code of a sign-in."""
        code = tokens.new_code(6)
        session.add(
            MailCodeRow(
                sign_in=attempt.id,
                subject=subject,
                code_digest=self._digests(code, attempt.id)[0],
                code_ends_at=attempt.at + TTL,
                sent_at=attempt.at,
                tries=0,
            )
        )
        session.flush()
        self._post(session, attempt, subject, code)

    def send_again(self, session: Session, attempt: Attempt, subject: str) -> bool:
        """Send another code; the former one stays good until its own end. ``False`` within a minute of the last one."""
        code = tokens.new_code(6)
        statement = (
            update(MailCodeRow)
            .where(MailCodeRow.sign_in == attempt.id, MailCodeRow.subject == subject)
            .where(MailCodeRow.used_at.is_(None), MailCodeRow.tries < MAX_TRIES)
            .where(MailCodeRow.sent_at <= attempt.at - RESEND_EVERY)
            .values(
                former_digest=MailCodeRow.code_digest,
                former_ends_at=MailCodeRow.code_ends_at,
                code_digest=self._digests(code, attempt.id)[0],
                code_ends_at=attempt.at + TTL,
                sent_at=attempt.at,
            )
            .execution_options(synchronize_session=False)
        )
        if cast("CursorResult[Any]", session.execute(statement)).rowcount != 1:
            return False
        self._post(session, attempt, subject, code)
        return True

    def judge(self, session: Session, attempt: Attempt, subject: str, typed: str) -> Verdict:
        """Count the try first, atomically, then compare; the right code is good once.

        200 answers at the same moment are at most five comparisons: each must get its number from the row.
        """
        counted = session.execute(
            update(MailCodeRow)
            .where(MailCodeRow.sign_in == attempt.id, MailCodeRow.subject == subject)
            .where(MailCodeRow.used_at.is_(None), MailCodeRow.tries < MAX_TRIES)
            .values(tries=MailCodeRow.tries + 1)
            .returning(
                MailCodeRow.tries,
                MailCodeRow.code_digest,
                MailCodeRow.code_ends_at,
                MailCodeRow.former_digest,
                MailCodeRow.former_ends_at,
            )
            .execution_options(synchronize_session=False)
        ).first()
        if counted is None:
            return Verdict.EXHAUSTED
        candidates = self._digests(typed, attempt.id)
        right = tokens.among(counted.code_digest, candidates) and attempt.at < counted.code_ends_at
        former_ends = counted.former_ends_at
        former = bool(counted.former_digest) and tokens.among(counted.former_digest, candidates)
        right |= former and former_ends is not None and attempt.at < former_ends
        if right and self._consume(session, attempt):
            return Verdict.RIGHT
        if attempt.at >= counted.code_ends_at:
            return Verdict.EXPIRED
        return Verdict.EXHAUSTED if counted.tries >= MAX_TRIES else Verdict.WRONG

    def _consume(self, session: Session, attempt: Attempt) -> bool:
        statement = (
            update(MailCodeRow)
            .where(MailCodeRow.sign_in == attempt.id, MailCodeRow.used_at.is_(None))
            .values(used_at=attempt.at)
            .execution_options(synchronize_session=False)
        )
        return cast("CursorResult[Any]", session.execute(statement)).rowcount == 1

    def _digests(self, code: str, sign_in: str) -> tuple[str, ...]:
        return tokens.code_digest(find(self._registry, ISealer), code, purpose=PURPOSE, bound_to=sign_in)

    def _post(self, session: Session, attempt: Attempt, subject: str, code: str) -> None:
        ends_at = attempt.at + TTL
        find(self._registry, IOutbox).post(
            session,
            self._letter,
            to=attempt.email,
            values={"code": f"{code[:3]} {code[3:]}", "minutes": 10, "service": attempt.service_title},
            valid_until=ends_at,
        )
        find(self._registry, IAuditTrail).record(
            session, "mail_code.sent", actor=subject or None, target=subject or None
        )


class MailedCodes:
    """See :class:`~esea_auth_plugin.interfaces.IMailedCodes`: the same codes, for other packages' rows."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._codes = MailCodes(registry, ADDRESS_LETTER)

    def send(self, session: Session, bound_to: str, *, email: str, about: str, subject: str = "") -> bool:
        """See the interface."""
        attempt = Attempt(bound_to, current_time(self._registry), subject=subject, email=email, service_title=about)
        if self._codes.row(session, bound_to) is not None:
            return self._codes.send_again(session, attempt, subject)
        self._codes.send(session, attempt, subject)
        return True

    def sent(self, session: Session, bound_to: str) -> bool:
        """See the interface."""
        return self._codes.row(session, bound_to) is not None

    def check(self, session: Session, bound_to: str, typed: str) -> str:
        """See the interface."""
        row = self._codes.row(session, bound_to)
        subject = row.subject if row is not None else ""
        return str(
            self._codes.judge(session, Attempt(bound_to, current_time(self._registry), subject=subject), subject, typed)
        )


def prune(registry: Registry) -> None:
    """Job: delete the codes that ended; no check waits for it."""
    now = current_time(registry)
    with find(registry, IDatabase).writing() as session:
        session.execute(delete(MailCodeRow).where(MailCodeRow.code_ends_at < now - timedelta(hours=1)))


def waits(row: MailCodeRow, at: datetime) -> int:
    """Return the seconds before another code may be asked for."""
    return max(0, int((row.sent_at + RESEND_EVERY - at).total_seconds()))


__all__ = ["ADDRESS_LETTER", "LETTER", "TTL", "MailCodes", "MailedCodes", "Verdict", "prune", "waits"]
