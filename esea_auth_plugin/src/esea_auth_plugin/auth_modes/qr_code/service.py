"""Requests by QR code: shown by a workstation, judged by a telephone, collected once. Every step is one update."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from ...authentication.attempts.models import SignInRow
from ...authentication.contract import Attempt
from ...authentication.credentials.models import EnrolmentRow
from ...foundation.database import IDatabase, lock_accounts, new_id
from ...foundation.security import tokens
from ...foundation.throttling import address_key
from ...interfaces import IPendingDevices, ISealer, KeyVerified
from ...pyramid_types import Registry
from ...services import current_time, find
from . import codes
from .geolocation import Geolocation
from .models import QrRequestRow
from .words import BLOCKED, COLLECT, CONFIRM, ENROL_LIFE, PASSKEYS, TTL

SIGN_IN, ENROLMENT = "sign_in", "enrolment"
WAITING, APPROVED, REFUSED, WRONG, OTHER, PAIRED, ANSWERED, COLLECTED, ENDED = (
    "waiting",
    "approved",
    "refused",
    "wrong",
    "other",
    "paired",
    "answered",
    "collected",
    "ended",
)
#: What a telephone is told whose key still waits for its mail; never the state of a row.
UNCONFIRMED = "unconfirmed"
_LIVES = {SIGN_IN: TTL, ENROLMENT: ENROL_LIFE}
_DETAILS, _ANSWER = "qr.details", "qr.answer"


@dataclass(frozen=True, slots=True)
class Shown:
    """A code as the workstation shows it. The clear code and number are kept in the sign-in's sealed state only."""

    id: str
    code: str
    number: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """A request, detached. ``service``, ``address`` and ``agent`` are those of who asks."""

    id: str
    kind: str
    state: str
    subject: str | None
    ends_at: datetime
    created_at: datetime
    service: str
    address: str
    agent: str
    phone: str = ""
    decided_by: str | None = None
    authenticator: str | None = None
    answer: Mapping[str, str] = field(default_factory=dict)


class QrRequests:
    """The requests. Times are compared at each use; nothing waits for :func:`prune`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    # --- the workstation's side

    def open(self, session: Session, attempt: Attempt, kind: str) -> Shown:
        """Make a request for a sign-in or an enrolment; what it showed before is over."""
        former = update(QrRequestRow).where(QrRequestRow.attempt == attempt.id, QrRequestRow.state == WAITING)
        session.execute(former.values(state=ENDED).execution_options(synchronize_session=False))
        code, number, request_id = codes.new(kind), tokens.new_pairing_number(), new_id()
        sealer = find(self._registry, ISealer)
        details = {"service": attempt.service_title, "address": attempt.address, "agent": attempt.user_agent[:300]}
        ends_at = attempt.at + _LIVES[kind]
        session.add(
            QrRequestRow(
                id=request_id,
                kind=kind,
                attempt=attempt.id,
                subject=attempt.subject,
                code_digest=sealer.digest(code, purpose="qr.code"),
                number_digest=self._number_digests(number, request_id)[0],
                state=WAITING,
                sealed=sealer.seal(json.dumps(details).encode(), purpose=_DETAILS, bound_to=request_id),
                browser=attempt.browser,
                address_digest=sealer.digest(address_key(attempt.address), purpose="qr.address"),
                created_at=attempt.at,
                ends_at=ends_at,
            )
        )
        session.flush()
        return Shown(request_id, code, number, ends_at)

    def of_attempt(self, session: Session, attempt: Attempt) -> Request | None:
        """Return the request that this sign-in, or this enrolment, shows now."""
        wanted = str(attempt.state.get("request", ""))
        row = session.scalar(
            select(QrRequestRow)
            .where(QrRequestRow.id == wanted, QrRequestRow.attempt == attempt.id)
            .execution_options(populate_existing=True)
        )
        return self._view(row) if row is not None else None

    def collect(self, session: Session, request: Request, at: datetime) -> bool:
        """Use up an approval, or the telephone's answer: once, in time, by its own attempt."""
        return self._move(session, request.id, {APPROVED, ANSWERED}, at, state=COLLECTED, answer="")

    def progress(self, session: Session, attempt_id: str) -> tuple[str, datetime] | None:
        """Return state and end of the youngest request of a sign-in or enrolment, in one query."""
        query = select(QrRequestRow.state, QrRequestRow.ends_at).where(QrRequestRow.attempt == attempt_id)
        row = session.execute(query.order_by(QrRequestRow.created_at.desc()).limit(1)).first()
        return (row.state, row.ends_at) if row is not None else None

    def progress_of_cookie(self, session: Session, cookie_digest: str, at: datetime) -> tuple[str, datetime] | None:
        """Like :meth:`progress`, by the cookie of the sign-in, joined: all that a waiting page costs."""
        query = (
            select(QrRequestRow.state, QrRequestRow.ends_at)
            .join(SignInRow, SignInRow.id == QrRequestRow.attempt)
            .where(SignInRow.cookie_digest == cookie_digest, SignInRow.done_at.is_(None), SignInRow.ends_at > at)
            .order_by(QrRequestRow.created_at.desc())
            .limit(1)
        )
        row = session.execute(query).first()
        return (row.state, row.ends_at) if row is not None else None

    def shut_out(self, session: Session, attempt: Attempt) -> bool:
        """Tell whether a request of this browser, or of this address, was reported a short while ago.

        Read from the reports themselves: the block begins with the report, in its transaction. A whole establishment is
        not shut out by one report; its browser is.
        """
        who: list[ColumnElement[bool]] = []
        if attempt.browser:
            who.append(QrRequestRow.browser == attempt.browser)
        if not find(self._registry, Geolocation).is_establishment(attempt.address):
            digests = find(self._registry, ISealer).digests(address_key(attempt.address), purpose="qr.address")
            who.append(QrRequestRow.address_digest.in_(digests))
        if not who:
            return False
        reported = select(QrRequestRow.id).where(QrRequestRow.reported_at > attempt.at - BLOCKED, or_(*who))
        return session.scalar(reported.limit(1)) is not None

    # --- the telephone's side

    def by_code(self, session: Session, code: str) -> Request | None:
        """Return the request that a code names, live or over; writes nothing."""
        digests = find(self._registry, ISealer).digests(code, purpose="qr.code")
        row = session.scalar(select(QrRequestRow).where(QrRequestRow.code_digest.in_(digests)))
        return self._view(row) if row is not None else None

    def approve(self, session: Session, request: Request, number: str, key: KeyVerified, at: datetime) -> str:
        """Approve with the number that was typed, under a signature that was verified; return the state it is in now.

        One update compares number, person, time and state, and sees that the workstation is still there; a second one
        ends the request of a wrong number. Whatever arrives at the same moment, one comparison is all there is. A key
        that waits for its confirmation by mail decides nothing: not even its number is compared.
        """
        lock_accounts(self._registry, session, key.subject)
        if key.reference in find(self._registry, IPendingDevices).of(session, key.subject).get(PASSKEYS, ()):
            return UNCONFIRMED
        digests = self._number_digests(number, request.id)
        right = (
            QrRequestRow.number_digest.in_(digests),
            or_(QrRequestRow.subject.is_(None), QrRequestRow.subject == key.subject),
        )
        decided = {"decided_by": key.subject, "authenticator": key.reference, "decided_at": at}
        if self._move(session, request.id, {WAITING}, at, *right, state=APPROVED, ends_at=at + COLLECT, **decided):
            return APPROVED
        if self._move(session, request.id, {WAITING}, at, ~right[0], state=WRONG, **decided):
            return WRONG
        if self._move(session, request.id, {WAITING}, at, ~right[1], state=OTHER, **decided):
            return OTHER
        return ENDED

    def refuse(self, session: Session, request: Request, at: datetime) -> bool:
        """Refuse; whoever holds the code may, since it only ends what was asked."""
        return self._move(session, request.id, {WAITING, PAIRED}, at, state=REFUSED, decided_at=at)

    def report(self, session: Session, request: Request, at: datetime) -> bool:
        """Note « Ce n’est pas moi » about a request that was just refused, once."""
        noted = (
            update(QrRequestRow)
            .where(QrRequestRow.id == request.id, QrRequestRow.state == REFUSED, QrRequestRow.reported_at.is_(None))
            .where(QrRequestRow.decided_at > at - BLOCKED)
            .values(reported_at=at)
            .returning(QrRequestRow.id)
            .execution_options(synchronize_session=False)
        )
        return session.execute(noted).first() is not None

    def pair(self, session: Session, request: Request, number: str, phone: str, at: datetime) -> str:
        """Tie one telephone to an enrolment by the number; the telephone that is tied may come again. Return the state.

        :param phone: hash of the telephone's cookie of forms.
        """
        right = QrRequestRow.number_digest.in_(self._number_digests(number, request.id))
        free = or_(QrRequestRow.state == WAITING, QrRequestRow.phone == phone)
        if self._move(session, request.id, {WAITING, PAIRED}, at, right, free, state=PAIRED, phone=phone):
            return PAIRED
        if self._move(session, request.id, {WAITING, PAIRED}, at, ~right, free, state=WRONG, decided_at=at):
            return WRONG
        return ENDED

    def keep_answer(
        self, session: Session, request: Request, phone: str, answer: Mapping[str, str], at: datetime
    ) -> bool:
        """Keep what the paired telephone made, sealed, until the workstation's person confirms it."""
        sealed = find(self._registry, ISealer).seal(
            json.dumps(dict(answer)).encode(), purpose=_ANSWER, bound_to=request.id
        )
        same = QrRequestRow.phone == phone
        values: dict[str, object] = {"answer": sealed, "decided_at": at, "ends_at": at + CONFIRM}
        return self._move(session, request.id, {PAIRED}, at, same, state=ANSWERED, **values)

    # --- ends that come from elsewhere

    def end_of_key(self, session: Session, subject: str, reference: str) -> None:
        """A passkey was revoked: what it approved and nobody collected yet is worth nothing."""
        self._end(session, QrRequestRow.decided_by == subject, QrRequestRow.authenticator == reference)

    def end_of_person(self, session: Session, subject: str) -> None:
        """End what an account asked for or approved and nobody collected yet."""
        self._end(session, or_(QrRequestRow.decided_by == subject, QrRequestRow.subject == subject))

    # --- rows

    def _move(
        self,
        session: Session,
        request_id: str,
        states: set[str],
        at: datetime,
        *where: ColumnElement[bool],
        **values: object,
    ) -> bool:
        """Move a live request on, if it is in one of these states and its workstation is still there."""
        moved = (
            update(QrRequestRow)
            .where(QrRequestRow.id == request_id, QrRequestRow.state.in_(states), QrRequestRow.ends_at > at)
            .where(_workstation_waits(at), *where)
            .values(**values)
            .returning(QrRequestRow.id)
            .execution_options(synchronize_session=False)
        )
        return session.execute(moved).first() is not None

    def _end(self, session: Session, *where: ColumnElement[bool]) -> None:
        live = QrRequestRow.state.in_({WAITING, PAIRED, APPROVED, ANSWERED})
        session.execute(update(QrRequestRow).where(live, *where).values(state=ENDED, answer=""))

    def _number_digests(self, number: str, request_id: str) -> Sequence[str]:
        return tokens.code_digest(find(self._registry, ISealer), number, purpose="qr.number", bound_to=request_id)

    def _view(self, row: QrRequestRow) -> Request:
        sealer = find(self._registry, ISealer)
        details = json.loads(sealer.open(row.sealed, purpose=_DETAILS, bound_to=row.id))
        answer = json.loads(sealer.open(row.answer, purpose=_ANSWER, bound_to=row.id)) if row.answer else {}
        return Request(
            id=row.id,
            kind=row.kind,
            state=row.state,
            subject=row.subject,
            ends_at=row.ends_at,
            created_at=row.created_at,
            phone=row.phone,
            decided_by=row.decided_by,
            authenticator=row.authenticator,
            answer=answer,
            **details,
        )


def _workstation_waits(at: datetime) -> ColumnElement[bool]:
    """The sign-in, or the enrolment, is under way: an approval for a workstation that left is worth nothing."""
    signing_in = exists().where(
        SignInRow.id == QrRequestRow.attempt, SignInRow.done_at.is_(None), SignInRow.ends_at > at
    )
    adding = exists().where(
        EnrolmentRow.id == QrRequestRow.attempt, EnrolmentRow.done_at.is_(None), EnrolmentRow.ends_at > at
    )
    return or_(signing_in, adding)


def prune(registry: Registry) -> None:
    """Job: delete what ended over an hour ago; reports first do their time."""
    before = current_time(registry) - max(BLOCKED, timedelta(hours=1))
    with find(registry, IDatabase).writing() as session:
        session.execute(delete(QrRequestRow).where(QrRequestRow.ends_at < before))
