"""Makes, mails and checks codes. What is stored is a keyed hash; the code itself is only in the sealed email."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from ...authentication.contract import Attempt
from ...foundation.single_use import ShortCodes
from ...interfaces import IAuditTrail, IOutbox
from ...pyramid_types import Registry
from ...services import current_time, find
from .models import MailCodeRow

LETTER = "mail_code.code"
CODES = ShortCodes(MailCodeRow, "mail_code")
#: Letter of a code that proves an address and signs nobody in.
ADDRESS_LETTER = "mail_code.address"
TTL = timedelta(minutes=10)
RESEND_EVERY = timedelta(minutes=1)


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
        code, digest = CODES.new(self._registry, attempt.id)
        session.add(
            MailCodeRow(
                sign_in=attempt.id,
                subject=subject,
                code_digest=digest,
                code_ends_at=attempt.at + TTL,
                sent_at=attempt.at,
                tries=0,
            )
        )
        session.flush()
        self._post(session, attempt, subject, code)

    def send_again(self, session: Session, attempt: Attempt, subject: str) -> bool:
        """Send another code; the former one stays good until its own end. ``False`` within a minute of the last one."""
        code, digest = CODES.new(self._registry, attempt.id)
        statement = (
            update(MailCodeRow)
            .where(MailCodeRow.sign_in == attempt.id, MailCodeRow.subject == subject)
            .where(MailCodeRow.used_at.is_(None), MailCodeRow.tries < CODES.most)
            .where(MailCodeRow.sent_at <= attempt.at - RESEND_EVERY)
            .values(
                former_digest=MailCodeRow.code_digest,
                former_ends_at=MailCodeRow.code_ends_at,
                code_digest=digest,
                code_ends_at=attempt.at + TTL,
                sent_at=attempt.at,
            )
            .returning(MailCodeRow.sign_in)
            .execution_options(synchronize_session=False)
        )
        if session.scalar(statement) is None:
            return False
        self._post(session, attempt, subject, code)
        return True

    def judge(self, session: Session, attempt: Attempt, subject: str, typed: str) -> Verdict:
        """Count the answer first, then compare it with the last two codes; the right one is good once."""
        own = MailCodeRow.sign_in == attempt.id
        counted = CODES.count(session, own, MailCodeRow.subject == subject, MailCodeRow.used_at.is_(None))
        if counted is None:
            return Verdict.EXHAUSTED
        codes = ((counted.code_digest, counted.code_ends_at), (counted.former_digest, counted.former_ends_at))
        valid = [digest for digest, ends_at in codes if ends_at is not None and attempt.at < ends_at]
        if CODES.right(self._registry, typed, attempt.id, *valid) and self._consume(session, attempt):
            return Verdict.RIGHT
        if attempt.at >= counted.code_ends_at:
            return Verdict.EXPIRED
        return Verdict.EXHAUSTED if counted.tries >= CODES.most else Verdict.WRONG

    def _consume(self, session: Session, attempt: Attempt) -> bool:
        statement = (
            update(MailCodeRow)
            .where(MailCodeRow.sign_in == attempt.id, MailCodeRow.used_at.is_(None))
            .values(used_at=attempt.at)
            .returning(MailCodeRow.sign_in)
            .execution_options(synchronize_session=False)
        )
        return session.scalar(statement) is not None

    def _post(self, session: Session, attempt: Attempt, subject: str, code: str) -> None:
        ends_at = attempt.at + TTL
        find(self._registry, IOutbox).post(
            session,
            self._letter,
            to=attempt.email,
            values={"code": code, "minutes": 10, "service": attempt.service_title},
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


def waits(row: MailCodeRow, at: datetime) -> int:
    """Return the seconds before another code may be asked for."""
    return max(0, int((row.sent_at + RESEND_EVERY - at).total_seconds()))


__all__ = ["ADDRESS_LETTER", "LETTER", "TTL", "MailCodes", "MailedCodes", "Verdict", "waits"]
