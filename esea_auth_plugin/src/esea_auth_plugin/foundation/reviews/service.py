"""The state machine of requests. Each act is one conditional update, one line of history and one audit row.

Two reviewers who press at the same second: the database lets one update match, and the other is told. Nobody acts on
a request of their own, nor on one about themselves (its topic is their subject).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ...events import RequestDecided, RequestEnded, RequestOpened
from ...interfaces import IAuditTrail, IClock, RequestKind, ReviewState, ReviewView
from ...normalise.folding import fold_words
from ...pyramid_types import Registry
from ...services import find
from ...settings import ReviewSettings
from ..database import lock_accounts, new_id
from ..security.tokens import new_reference, read_reference
from . import agreements, comparison, errors
from .decisions import UNDECIDED, judge, optional_text, required_text
from .declared import kinds_of
from .locking import lock_concerned, subject_in
from .models import ReviewEntry, ReviewRequest
from .texts import sealed
from .values import view_of
from .working_hours import WorkingHours

__all__ = ["UNDECIDED", "Reviews", "view_of"]


class Reviews:
    """See :class:`~esea_auth_plugin.interfaces.IReviews`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._clock = find(registry, IClock)
        self._audit = find(registry, IAuditTrail)
        self._settings = find(registry, ReviewSettings)
        self.hours = WorkingHours.parse(self._settings.hours)

    # --- reading ---

    def kind(self, name: str) -> RequestKind:
        """Return a declared kind; ``LookupError`` if there is none."""
        try:
            return kinds_of(self._registry)[name]
        except KeyError:
            raise LookupError(f"no request kind {name}: config.add_request_kind") from None

    def get(self, session: Session, request_id: str) -> ReviewView | None:
        """See the interface."""
        return self._view(session.get(ReviewRequest, request_id, populate_existing=True))

    def by_reference(self, session: Session, reference: str) -> ReviewView | None:
        """See the interface."""
        written = read_reference(reference)
        if written is None:
            return None
        query = select(ReviewRequest).where(ReviewRequest.reference == written)
        return self._view(session.scalar(query))

    def of_author(self, session: Session, author: str, *, kind: str | None = None) -> Sequence[ReviewView]:
        """See the interface."""
        query = select(ReviewRequest).where(ReviewRequest.author == author)
        if kind is not None:
            query = query.where(ReviewRequest.kind == kind)
        rows = session.scalars(query.order_by(ReviewRequest.created_at.desc(), ReviewRequest.id).limit(100))
        return [view_of(self._registry, row) for row in rows]

    def due_on(self, since: datetime) -> date:
        """See the interface."""
        return self.hours.due_on(since, self._settings.due_working_days)

    # --- the author's acts ---
    def open(
        self,
        session: Session,
        kind: str,
        *,
        title: str,
        author: str | None,
        topic: str = "",
        search: str = "",
        request_id: str | None = None,
    ) -> ReviewView:
        """See the interface."""
        self.kind(kind)
        lock_accounts(self._registry, session, author, subject_in(topic))
        if author is not None:
            self._refuse_second(session, author, kind, topic)
        now = self._clock.now()
        reference = new_reference()
        line = " ".join(title.split())[:200]
        row = ReviewRequest(
            id=request_id or new_id(),
            kind=kind,
            reference=reference,
            state=ReviewState.OPEN,
            title=line,
            sort_title=fold_words(line)[:200],
            search_text=fold_words(f"{line} {search} {reference} {reference.replace('-', '')}")[:800],
            author=author,
            topic=topic,
            created_at=now,
            due_on=self.due_on(now),
            version=0,
        )
        try:
            with session.begin_nested():
                session.add(row)
                session.flush()
        except IntegrityError:
            # Two forms sent at the same second: the partial unique index let one through.
            if author is not None:
                self._refuse_second(session, author, kind, topic)
            raise
        review = view_of(self._registry, row)
        self._trace(session, review, "opened", by=author)
        self._registry.notify(RequestOpened(session, row.id, kind))
        return review

    def answered(self, session: Session, request_id: str, text: str = "") -> ReviewView:
        """See the interface.

        Too late is too late at once, whether the job that marks expired requests has run or not.
        """
        now = self._clock.now()
        self._lock(session, request_id)
        in_time = ReviewRequest.more_asked_at > now - self.more_asked_for
        changed = self._change(
            session,
            request_id,
            ReviewRequest.state == ReviewState.MORE_ASKED,
            in_time,
            state=ReviewState.OPEN,
            more_asked_at=None,
            due_on=self.due_on(now),
        )
        if changed is None:
            raise errors.already_decided()
        # What reviewers agreed to was the form as it was before.
        agreements.forget(session, request_id)
        self._trace(session, changed, "answered", by=changed.author, text=optional_text(text))
        return changed

    def forget_answers(self, session: Session, request_ids: Sequence[str]) -> None:
        """See the interface."""
        comparison.forget(session, request_ids)

    @property
    def more_asked_for(self) -> timedelta:
        """How long a request waits for its author."""
        return timedelta(days=self._settings.more_asked_days)

    def withdraw(self, session: Session, request_id: str, *, state: ReviewState) -> bool:
        """See the interface."""
        if state not in {ReviewState.WITHDRAWN, ReviewState.EXPIRED}:
            raise ValueError("a request is withdrawn or expires; everything else is decided")
        self._lock(session, request_id)
        changed = self._change(
            session,
            request_id,
            ReviewRequest.state.in_(UNDECIDED),
            state=state,
            decided_at=self._clock.now(),
        )
        if changed is None:
            return False
        self._trace(session, changed, state.value, by=changed.author if state is ReviewState.WITHDRAWN else None)
        self._registry.notify(RequestEnded(session, changed.id, changed.kind, state.value))
        return True

    # --- the reviewers' acts ---

    def decide(
        self,
        session: Session,
        request_id: str,
        *,
        accept: bool,
        by: str,
        reason: str = "",
        kept: frozenset[str] = frozenset(),
        version: int | None = None,
    ) -> ReviewView:
        """See the interface."""
        reason = "" if accept else required_text(reason, "Le motif du refus")
        self._lock(session, request_id, by=by)
        wanted = judge(self._registry, session, self.get(session, request_id), by)
        if accept and wanted > 1:
            agreed, enough = self._agree(session, request_id, by, kept, version, wanted)
            if not enough:
                return agreed
            version = agreed.version
        state = ReviewState.ACCEPTED if accept else ReviewState.REFUSED
        conditions = [ReviewRequest.state.in_(UNDECIDED), *_not_about(by)]
        if version is not None:
            conditions.append(ReviewRequest.version == version)
        changed = self._change(
            session,
            request_id,
            *conditions,
            state=state,
            decided_at=self._clock.now(),
            decided_by=by,
            sealed_reason=sealed(self._registry, reason, request_id),
            more_asked_at=None,
        )
        if changed is None:
            raise self._why_not(session, request_id, by, version)
        kind = self.kind(changed.kind)
        if accept:
            if wanted == 1:
                self._note_agreement(session, kind, changed, by, kept)
            counted = agreements.counting(self._registry, session, kind, request_id) if wanted > 1 else ()
            # What each of several reviewers granted, and nothing that only one of them did.
            kept = kept.intersection(*agreements.choices_of(session, request_id, counted))
            message = kind.on_accept(self._registry, session, changed, kept)
        else:
            message = kind.on_refuse(self._registry, session, changed, reason)
        self._trace(session, changed, state.value, by=by, text=reason, details={"kept": sorted(kept)} if kept else {})
        self._registry.notify(RequestDecided(session, changed.id, changed.kind, accept))
        return replace(changed, message=message or "")

    def _agree(
        self, session: Session, request_id: str, by: str, kept: frozenset[str], version: int | None, wanted: int
    ) -> tuple[ReviewView, bool]:
        """Note the agreement of one of several reviewers; tell whether there is nobody more to wait for."""
        conditions = [ReviewRequest.state.in_(UNDECIDED), *_not_about(by)]
        if version is not None:
            conditions.append(ReviewRequest.version == version)
        changed = self._change(session, request_id, *conditions, assignee=None)
        if changed is None:
            raise self._why_not(session, request_id, by, version)
        number = self._note_agreement(session, self.kind(changed.kind), changed, by, kept)
        details = {"number": number, "needed": wanted, **({"kept": sorted(kept)} if kept else {})}
        self._trace(session, changed, "agreed", by=by, details=details)
        return changed, number >= wanted

    def _note_agreement(
        self, session: Session, kind: RequestKind, review: ReviewView, by: str, kept: frozenset[str]
    ) -> int:
        """Store one reviewer's agreement with their choices, and return how many count now."""
        number = agreements.agree(self._registry, session, kind, review.id, by, self._clock.now(), kept)
        if number is None:
            raise errors.agreed_already()
        # What the kind asks of each of them (a recorded check of identity) it asks here.
        on_agree = getattr(kind, "on_agree", None)
        if on_agree is not None:
            on_agree(self._registry, session, review, by, kept)
        return number

    def ask_more(self, session: Session, request_id: str, *, by: str, question: str) -> ReviewView:
        """See the interface."""
        question = required_text(question, "Ce que la personne doit compléter")
        self._lock(session, request_id, by=by)
        judge(self._registry, session, self.get(session, request_id), by)
        changed = self._change(
            session,
            request_id,
            ReviewRequest.state == ReviewState.OPEN,
            *_not_about(by),
            state=ReviewState.MORE_ASKED,
            more_asked_at=self._clock.now(),
            assignee=by,
        )
        if changed is None:
            raise self._why_not(session, request_id, by, None)
        kind = self.kind(changed.kind)
        # Before the kind writes anything: what the request says now is what its completion is compared with.
        facts = comparison.snapshot(self._registry, kind.sheets(self._registry, session, changed), request_id)
        kind.on_more_asked(self._registry, session, changed, question)
        self._trace(session, changed, "more_asked", by=by, text=question, facts=facts)
        return changed

    def take(self, session: Session, request_id: str, *, by: str) -> ReviewView:
        """Mark an undecided request as being dealt with by ``by``, whoever had it before."""
        self._lock(session, request_id, by=by)
        judge(self._registry, session, self.get(session, request_id), by)
        changed = self._change(
            session, request_id, ReviewRequest.state.in_(UNDECIDED), *_not_about(by), bump=False, assignee=by
        )
        if changed is None:
            raise self._why_not(session, request_id, by, None)
        self._trace(session, changed, "taken", by=by)
        return changed

    def release(self, session: Session, request_id: str, *, by: str) -> ReviewView:
        """Give an undecided request back to the queue; only who took it can."""
        self._lock(session, request_id, by=by)
        mine = (ReviewRequest.state.in_(UNDECIDED), ReviewRequest.assignee == by)
        changed = self._change(session, request_id, *mine, bump=False, assignee=None)
        if changed is None:
            raise self._why_not(session, request_id, by, None)
        self._trace(session, changed, "released", by=by)
        return changed

    def comment(self, session: Session, request_id: str, *, by: str, text: str) -> None:
        """See the interface."""
        if (review := self.get(session, request_id)) is None:
            raise errors.unknown_request()
        self._trace(session, review, "note", by=by, text=required_text(text, "La note"))

    def further(self, session: Session, request_id: str, *, by: str, action: str) -> str:
        """Carry out a further act that the request's kind offers now; return its message."""
        self._lock(session, request_id, by=by)
        if (review := self.get(session, request_id)) is None:
            raise errors.unknown_request()
        judge(self._registry, session, review, by)
        kind = self.kind(review.kind)
        offered = dict(kind.extra_actions(self._registry, session, review))
        if action not in offered:
            raise errors.changed_meanwhile()
        message = kind.on_extra(self._registry, session, review, action)
        self._trace(session, review, "extra", by=by, text=offered[action], details={"act": action})
        return message

    # --- how each act is written ---

    def _lock(self, session: Session, request_id: str, *, by: str | None = None) -> None:
        if (review := self.get(session, request_id)) is not None:
            lock_concerned(self._registry, session, self.kind(review.kind), review, by=by)

    def _change(
        self, session: Session, request_id: str, *conditions: ColumnElement[bool], bump: bool = True, **values: object
    ) -> ReviewView | None:
        """Update the request if every condition holds now; ``None`` if one does not."""
        if bump:
            values["version"] = ReviewRequest.version + 1
        changed = session.scalars(
            update(ReviewRequest)
            .where(ReviewRequest.id == request_id, *conditions)
            .values(**values)
            .returning(ReviewRequest),
            execution_options={"populate_existing": True, "synchronize_session": False},
        ).one_or_none()
        return self._view(changed)

    def _view(self, row: ReviewRequest | None) -> ReviewView | None:
        return view_of(self._registry, row) if row is not None else None

    def _why_not(self, session: Session, request_id: str, by: str, version: int | None) -> errors.ReviewRefused:
        if (review := self.get(session, request_id)) is None:
            return errors.unknown_request()
        if by in {review.author, review.topic}:
            return errors.own_request()
        if version is not None and review.state in UNDECIDED:
            return errors.changed_meanwhile()
        return errors.already_decided()

    def _refuse_second(self, session: Session, author: str, kind: str, topic: str) -> None:
        other = session.scalars(
            select(ReviewRequest.reference).where(
                ReviewRequest.author == author,
                ReviewRequest.kind == kind,
                ReviewRequest.topic == topic,
                ReviewRequest.state.in_(UNDECIDED),
            )
        ).first()
        if other:
            raise errors.already_open(other)

    def _trace(
        self,
        session: Session,
        review: ReviewView,
        act: str,
        *,
        by: str | None,
        text: str = "",
        details: dict[str, object] | None = None,
        facts: str = "",
    ) -> None:
        stored = sealed(self._registry, text, review.id)
        session.add(
            ReviewEntry(
                request_id=review.id, act=act, by=by, at=self._clock.now(), sealed_text=stored, sealed_facts=facts
            )
        )
        action = "review.commented" if act == "note" else f"review.{act}"
        self._audit.record(
            session, action, actor=by, target=review.reference, details={"kind": review.kind, **(details or {})}
        )


def _not_about(by: str) -> tuple[ColumnElement[bool], ...]:
    return or_(ReviewRequest.author.is_(None), ReviewRequest.author != by), ReviewRequest.topic != by
