"""Queues: what is shown, in which order, and in how many queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from esea_auth_plugin.foundation.database import IDatabase, new_id
from esea_auth_plugin.foundation.reviews import queue
from esea_auth_plugin.foundation.reviews.models import ReviewRequest
from esea_auth_plugin.foundation.reviews.queue import MAX_SHOWN, PAGE_SIZE, Asked
from esea_auth_plugin.foundation.reviews.search import like_pattern
from esea_auth_plugin.interfaces import IReviews, ReviewState
from esea_auth_plugin.normalise.folding import fold_words
from esea_auth_plugin.services import find

ME = new_id()


def fill(session: Session, clock: Any, count: int, **given: Any) -> None:
    """Insert many requests at once, one minute apart."""
    rows = []
    for number in range(count):
        title = given.get("title", f"Personne {number:06d}")
        rows.append(
            {
                "id": new_id(),
                "kind": "trial",
                "reference": f"DEM-{number:04d}-{new_id()[:4]}",
                "state": "open",
                "title": title,
                "sort_title": fold_words(title),
                "search_text": fold_words(f"{title} {number}"),
                "topic": "",
                "created_at": clock.now() + timedelta(minutes=number),
                "due_on": clock.now().date(),
                "sealed_reason": "",
                "version": 0,
            }
            | {key: value for key, value in given.items() if key != "title"}
        )
    session.execute(insert(ReviewRequest), rows)


def shown(registry: Any, session: Session, clock: Any, **asked: Any) -> queue.QueuePage:
    return queue.queue_page(registry, session, ["trial"], Asked(**asked), mine=ME, today=clock.now().date())


def test_words_are_found_without_accents_case_or_order(registry: Any, session: Session, clock: Any) -> None:
    reviews = find(registry, IReviews)
    reviews.open(session, "trial", title="Léa Noëlle – ROR", author=new_id(), search="lea@chu.example.fr 100%")
    reviews.open(session, "trial", title="Paul Martin – ROR", author=new_id())
    for words in ("noelle LEA", "NOËLLE", "lea@chu", "ror léa"):
        assert [row.title for row in shown(registry, session, clock, words=words).rows] == ["Léa Noëlle – ROR"], words
    assert shown(registry, session, clock, words="lea martin").total == 0
    assert shown(registry, session, clock, words="").total == 2


def test_wildcards_are_letters(session: Session, registry: Any, clock: Any) -> None:
    find(registry, IReviews).open(session, "trial", title="Anne Pierre", author=None)
    assert like_pattern("a_b%\\") == "%a\\_b\\%\\\\%"
    assert shown(registry, session, clock, words="a__e").total == 0


def test_tabs_filters_and_orders(session: Session, registry: Any, clock: Any) -> None:
    reviews: Any = find(registry, IReviews)
    one, two, three = (reviews.open(session, "trial", title=name, author=None) for name in ("Zoé", "Élise", "Paul"))
    reviews.take(session, one.id, by=ME)
    reviews.decide(session, three.id, accept=True, by=ME)
    assert {row.title for row in shown(registry, session, clock).rows} == {"Zoé", "Élise"}
    assert [row.title for row in shown(registry, session, clock, order="intitule").rows] == ["Élise", "Zoé"]
    assert [row.title for row in shown(registry, session, clock, whose="moi").rows] == ["Zoé"]
    assert [row.title for row in shown(registry, session, clock, whose="libres").rows] == ["Élise"]
    assert [row.title for row in shown(registry, session, clock, tab="acceptees").rows] == ["Paul"]
    assert shown(registry, session, clock, late=True).total == 0
    clock.advance(days=7)
    assert shown(registry, session, clock, late=True).total == 2
    waiting = queue.counts(session, ["trial"], mine=ME, today=clock.now().date())["trial"]
    assert (waiting.open, waiting.more_asked, waiting.late, waiting.mine) == (2, 0, 2, 1)
    assert two.state is ReviewState.OPEN


def test_pages_follow_each_other_without_gap_or_repeat(session: Session, registry: Any, clock: Any) -> None:
    fill(session, clock, 2 * PAGE_SIZE + 3)
    seen = [row.title for page in (1, 2, 3) for row in shown(registry, session, clock, page=page).rows]
    assert seen == sorted(seen)
    assert len(set(seen)) == 2 * PAGE_SIZE + 3
    assert shown(registry, session, clock, page=40).page == 3


def test_counting_and_paging_stop_somewhere(session: Session, registry: Any, clock: Any) -> None:
    fill(session, clock, MAX_SHOWN + 10)
    page = shown(registry, session, clock)
    assert page.more_than_shown
    assert page.pages == MAX_SHOWN // PAGE_SIZE
    assert Asked.read({"page": "999999"}).page == Asked.read({"page": "-1"}).page == 1
    assert Asked.read({"page": "9999"}).page == MAX_SHOWN // PAGE_SIZE
    assert Asked.read({"etat": "x", "tri": "'", "qui": "?"}) == Asked()


def test_a_page_costs_the_same_queries_whatever_the_length(
    database: IDatabase, registry: Any, clock: Any, queries: Callable[[], Any]
) -> None:
    costs = []
    for count in (3, 3_000):
        with database.writing() as session:
            fill(session, clock, count)
        with database.reading() as session, queries() as seen:
            shown(registry, session, clock, words="personne", whose="libres")
            queue.counts(session, ["trial"], mine=ME, today=clock.now().date())
        costs.append(len(seen))
    assert costs == [3, 3]


@pytest.mark.parametrize("order", ["echeance", "anciennes", "recentes", "intitule"])
def test_a_queue_is_read_along_an_index(session: Session, registry: Any, clock: Any, order: str) -> None:
    fill(session, clock, 5)
    conditions = [ReviewRequest.kind == "trial", *queue._conditions(Asked(), ME, clock.now().date())]
    wanted = select(ReviewRequest).where(*conditions).order_by(*queue._order(order))
    sql = str(wanted.limit(25).compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
    plan = " ".join(str(row) for row in session.execute(text(f"EXPLAIN QUERY PLAN {sql}")))
    assert "USING INDEX ix_esea_request_" in plan
    assert "TEMP B-TREE" not in plan


def test_what_is_due_first_comes_first_whatever_its_queue(session: Session, registry: Any, clock: Any) -> None:
    today = clock.now().date()
    for number in range(2 * PAGE_SIZE):
        kind = ("trial", "other", "third")[number % 3]
        due = today + timedelta(days=number * 7 % 40 - 10)
        fill(session, clock, 1, kind=kind, due_on=due, reference=f"DEM-{number}", title=f"N{number}")
    fill(session, clock, 1, kind="fourth", due_on=today - timedelta(days=90), reference="DEM-X")
    seen = []
    for page in (1, 2):
        found = queue.queue_page(registry, session, ["trial", "other", "third"], Asked(page=page), mine=ME, today=today)
        assert found.total == 2 * PAGE_SIZE
        seen += [row.due_on for row in found.rows]
    assert seen == sorted(seen)
    assert len(seen) == 2 * PAGE_SIZE


def test_the_next_request_is_due_next_and_may_be_decided(session: Session, registry: Any, clock: Any) -> None:
    reviews: Any = find(registry, IReviews)
    colleague = new_id()

    def ask(title: str, **given: Any) -> Any:
        clock.advance(minutes=1)
        return reviews.open(session, "trial", title=title, author=given.get("author"), topic=given.get("topic", ""))

    mine, about_me, taken = ask("Mienne", author=ME), ask("De moi", topic=ME), ask("Prise")
    first, second = ask("Première"), ask("Seconde")
    reviews.take(session, taken.id, by=colleague)

    def following(after: Any = None, by: str = ME) -> Any:
        found = queue.next_request(registry, session, ["trial", "other"], mine=by, after=after)
        return found and found.title

    assert following() == following(after=mine) == "Première"
    assert following(after=first) == "Seconde"
    assert following(after=second) == "Première"  # round again
    assert following(by=colleague) == "Mienne"
    decided = reviews.decide(session, first.id, accept=True, by=ME)
    assert following(after=decided) == "Seconde"
    reviews.decide(session, second.id, accept=True, by=ME)
    assert following() is None
    assert queue.next_request(registry, session, [], mine=ME) is None
    assert about_me.title == "De moi"
