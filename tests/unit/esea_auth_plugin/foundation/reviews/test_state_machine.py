"""Requests: what may become of them, who may do it, and that it happens once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from esea_auth_plugin.errors import PortalError
from esea_auth_plugin.events import AccountClosed, RequestDecided, RequestEnded
from esea_auth_plugin.foundation.audit import audit_rows
from esea_auth_plugin.foundation.database import IDatabase, new_id
from esea_auth_plugin.foundation.reviews.history import history, last_question
from esea_auth_plugin.foundation.reviews.jobs import expire_unanswered
from esea_auth_plugin.foundation.reviews.models import ReviewEntry, ReviewRequest
from esea_auth_plugin.interfaces import IReviews, ReviewState, ReviewView
from esea_auth_plugin.services import find
from esea_auth_plugin.testing.threads import at_once

ANNE, PAUL, ZOE = (new_id() for _ in range(3))


@pytest.fixture
def reviews(registry: Any) -> Any:
    return find(registry, IReviews)


def opened(reviews: Any, session: Session, **given: Any) -> ReviewView:
    values = {"title": "Anne Pierre – ROR", "author": ANNE, "topic": "ror", **given}
    return reviews.open(session, "trial", **values)  # type: ignore[no-any-return]


def code(refused: Any) -> str:
    return str(refused.value.code)


def test_an_accepted_request_calls_its_kind_tells_and_leaves_one_audit_row(
    reviews: Any, session: Session, kind: Any, registry: Any
) -> None:
    review = opened(reviews, session)
    reviews.decide(session, review.id, accept=True, by=PAUL, kept=frozenset({"ror"}), version=review.version)
    assert kind.told == [("accepted", review.reference, "ror")]
    after = reviews.get(session, review.id)
    assert (after.state, after.decided_by, after.version) == (ReviewState.ACCEPTED, PAUL, 1)
    rows = audit_rows(session, target=review.reference)
    assert sorted((row.action, row.actor) for row in rows) == [("review.accepted", PAUL), ("review.opened", ANNE)]


def test_a_decided_request_is_never_decided_again(reviews: Any, session: Session, kind: Any) -> None:
    review = opened(reviews, session)
    reviews.decide(session, review.id, accept=False, by=PAUL, reason="Motif trop vague")
    acts: tuple[Callable[[], object], ...] = (
        lambda: reviews.decide(session, review.id, accept=True, by=ZOE),
        lambda: reviews.ask_more(session, review.id, by=ZOE, question="Pourquoi ?"),
        lambda: reviews.take(session, review.id, by=ZOE),
        lambda: reviews.release(session, review.id, by=ZOE),
        lambda: reviews.answered(session, review.id),
    )
    for act in acts:
        with pytest.raises(PortalError) as refused:
            act()
        assert code(refused) == "review.already_decided"
    assert reviews.withdraw(session, review.id, state=ReviewState.WITHDRAWN) is False
    assert kind.told == [("refused", review.reference, "Motif trop vague")]


@pytest.mark.parametrize("given", [{"author": PAUL}, {"author": None, "topic": PAUL}])
def test_nobody_acts_on_a_request_of_their_own_or_about_themselves(
    reviews: Any, session: Session, kind: Any, given: dict[str, Any]
) -> None:
    review = opened(reviews, session, **given)
    acts: tuple[Callable[[], object], ...] = (
        lambda: reviews.decide(session, review.id, accept=True, by=PAUL),
        lambda: reviews.decide(session, review.id, accept=False, by=PAUL, reason="non"),
        lambda: reviews.ask_more(session, review.id, by=PAUL, question="Pourquoi ?"),
        lambda: reviews.take(session, review.id, by=PAUL),
        lambda: reviews.further(session, review.id, by=PAUL, action="again"),
    )
    for act in acts:
        with pytest.raises(PortalError) as refused:
            act()
        assert code(refused) == "review.own_request"
    assert kind.told == []
    assert reviews.get(session, review.id).state is ReviewState.OPEN


def test_a_page_older_than_the_request_decides_nothing(reviews: Any, session: Session) -> None:
    review = opened(reviews, session)
    reviews.ask_more(session, review.id, by=PAUL, question="Quel service ?")
    reviews.answered(session, review.id)
    with pytest.raises(PortalError) as refused:
        reviews.decide(session, review.id, accept=True, by=PAUL, version=review.version)
    assert code(refused) == "review.changed"


def test_a_completed_request_comes_back_to_the_same_reviewer(registry: Any, reviews: Any, session: Session) -> None:
    review = opened(reviews, session)
    asked = reviews.ask_more(session, review.id, by=PAUL, question="Quel service ?")
    assert (asked.state, last_question(registry, session, review.id)) == (ReviewState.MORE_ASKED, "Quel service ?")
    back = reviews.answered(session, review.id)
    assert (back.state, back.assignee) == (ReviewState.OPEN, PAUL)
    assert [moment.act for moment in history(registry, session, review.id)] == ["opened", "more_asked", "answered"]


def test_a_refusal_needs_a_reason_and_a_question_its_text(reviews: Any, session: Session) -> None:
    review = opened(reviews, session)
    with pytest.raises(PortalError):
        reviews.decide(session, review.id, accept=False, by=PAUL, reason=" \r\n ")
    with pytest.raises(PortalError):
        reviews.ask_more(session, review.id, by=PAUL, question="\x00")
    with pytest.raises(PortalError):
        reviews.comment(session, review.id, by=PAUL, text="x" * 2_001)


def test_one_open_request_per_person_kind_and_topic(reviews: Any, session: Session) -> None:
    first = opened(reviews, session)
    with pytest.raises(PortalError) as refused:
        opened(reviews, session)
    assert code(refused) == "review.already_open"
    assert first.reference in refused.value.message
    opened(reviews, session, topic="espace-pro")
    opened(reviews, session, author=None)
    opened(reviews, session, author=None)
    reviews.decide(session, first.id, accept=False, by=PAUL, reason="non")
    opened(reviews, session)


def test_a_request_is_found_by_what_people_say_on_the_phone(reviews: Any, session: Session) -> None:
    review = opened(reviews, session)
    spoken = review.reference.replace("-", " ").lower()
    assert reviews.by_reference(session, spoken) == review
    assert reviews.by_reference(session, "DEM-0000-0000") is None
    assert reviews.by_reference(session, "' OR 1=1 --") is None


def test_an_unanswered_request_expires_and_is_too_late_before_the_job_runs(
    reviews: Any, database: IDatabase, registry: Any, clock: Any
) -> None:
    seen: list[Any] = []
    registry.registerHandler(seen.append, (RequestEnded,))
    with database.writing() as session:
        review = opened(reviews, session)
    with database.writing() as session:
        reviews.ask_more(session, review.id, by=PAUL, question="Quel service ?")
    clock.advance(days=29, hours=23)
    assert expire_unanswered(registry) == 0
    clock.advance(hours=1)
    with database.writing() as session, pytest.raises(PortalError):
        reviews.answered(session, review.id)
    assert expire_unanswered(registry) == 1
    assert expire_unanswered(registry) == 0
    with database.reading() as session:
        assert reviews.get(session, review.id).state is ReviewState.EXPIRED
    assert [(event.request_id, event.state) for event in seen] == [(review.id, "expired")]


def test_a_closed_account_asks_for_nothing_more(reviews: Any, session: Session, registry: Any) -> None:
    open_one, decided = opened(reviews, session), opened(reviews, session, topic="espace-pro")
    reviews.decide(session, decided.id, accept=True, by=PAUL)
    registry.notify(AccountClosed(session, ANNE, "départ"))
    assert reviews.get(session, open_one.id).state is ReviewState.WITHDRAWN
    assert reviews.get(session, decided.id).state is ReviewState.ACCEPTED


def test_a_decision_whose_kind_fails_leaves_nothing_behind(
    reviews: Any, database: IDatabase, kind: Any, registry: Any
) -> None:
    with database.writing() as session:
        review = opened(reviews, session)
    kind.fails = True
    with pytest.raises(PortalError), database.writing() as session:
        reviews.decide(session, review.id, accept=True, by=PAUL)
    with database.reading() as session:
        assert reviews.get(session, review.id) == review
        assert len(session.scalars(select(ReviewEntry)).all()) == 1
        assert audit_rows(session, action="review.accepted") == []


def test_a_subscriber_is_told_once_a_decision(reviews: Any, session: Session, registry: Any) -> None:
    seen: list[Any] = []
    registry.registerHandler(seen.append, (RequestDecided,))
    review = opened(reviews, session)
    reviews.decide(session, review.id, accept=True, by=PAUL)
    with pytest.raises(PortalError):
        reviews.decide(session, review.id, accept=True, by=ZOE)
    assert [(event.request_id, event.accepted) for event in seen] == [(review.id, True)]


def test_an_act_that_is_not_offered_is_refused(reviews: Any, session: Session, kind: Any) -> None:
    review = opened(reviews, session)
    assert reviews.further(session, review.id, by=PAUL, action="again") == "Renvoyé."
    with pytest.raises(PortalError):
        reviews.further(session, review.id, by=PAUL, action="drop")
    assert kind.told == [("extra", "again")]


@pytest.mark.databases("sqlite", "postgresql")
def test_twenty_reviewers_at_once_make_one_decision(
    reviews: Any, database: IDatabase, kind: Any, registry: Any
) -> None:
    with database.writing() as session:
        review = opened(reviews, session)

    def decide(number: int) -> str:
        try:
            with database.writing() as session:
                reviews.decide(session, review.id, accept=number % 2 == 0, by=new_id(), reason="trop tard")
            return "decided"
        except PortalError as refused:
            return refused.code

    assert sorted(at_once(decide, range(20))) == ["decided"] + ["review.already_decided"] * 19
    with database.reading() as session:
        entries = session.scalars(select(ReviewEntry.act)).all()
        decisions = [row for row in audit_rows(session) if row.action in {"review.accepted", "review.refused"}]
    assert sorted(entries) in (["accepted", "opened"], ["opened", "refused"])
    assert len(decisions) == 1


@pytest.mark.databases("sqlite", "postgresql")
def test_twenty_forms_at_once_open_one_request(reviews: Any, database: IDatabase) -> None:
    def ask(_: int) -> str:
        try:
            with database.writing() as session:
                opened(reviews, session)
            return "opened"
        except PortalError as refused:
            return refused.code

    assert sorted(at_once(ask, range(20))) == ["opened"] + ["review.already_open"] * 19
    with database.reading() as session:
        assert len(session.scalars(select(ReviewRequest)).all()) == 1
