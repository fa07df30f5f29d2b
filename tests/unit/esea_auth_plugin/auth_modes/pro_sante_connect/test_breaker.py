"""The breaker and the cached documents, at a clock that the test moves."""

from __future__ import annotations

import itertools
import threading

import pytest

from esea_auth_plugin.auth_modes.pro_sante_connect.breaker import Breaker, Unavailable
from esea_auth_plugin.auth_modes.pro_sante_connect.discovery import RETRY, Cached, PscDown
from esea_auth_plugin.testing.processes import DEADLINE


class Seconds:
    """A monotonic clock."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def is_open(breaker: Breaker) -> bool:
    return breaker.open


def fail(breaker: Breaker) -> None:
    with pytest.raises(PscDown), breaker.call():
        raise PscDown


def test_three_failures_in_a_row_open_it_and_the_pause_doubles(seconds: Seconds) -> None:
    breaker = Breaker(failures=3, pause=10, tell=seconds)
    for _ in range(3):
        fail(breaker)
    assert is_open(breaker)
    seconds.now += 10
    assert not is_open(breaker)
    fail(breaker)  # the one call that finds out
    seconds.now += 19
    assert is_open(breaker)
    seconds.now += 1
    assert not is_open(breaker)


def test_a_success_closes_it_and_failures_apart_do_not_add_up(seconds: Seconds) -> None:
    breaker = Breaker(failures=3, pause=10, tell=seconds)
    for _ in range(5):
        fail(breaker)
        fail(breaker)
        with breaker.call():
            pass
    assert not is_open(breaker)


def test_one_too_many_is_refused_at_once_and_counts_as_no_failure(seconds: Seconds) -> None:
    breaker = Breaker(failures=1, most_waiting=1, tell=seconds)
    with breaker.call(), pytest.raises(Unavailable), breaker.call():
        pass
    assert not is_open(breaker)


def test_a_document_is_asked_for_seldom_and_kept_while_it_can_not_be_read(seconds: Seconds) -> None:
    answers: list[object] = ["first", PscDown(), "second"]
    asked = []

    def fetch() -> object:
        asked.append(seconds.now)
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    cached = Cached(fetch, kept=3600, tell=seconds)
    assert [cached.get(), cached.get()] == ["first", "first"]
    seconds.now += 3600
    assert [cached.get(), cached.get()] == ["first", "first"]  # it failed, and is not asked again at once
    seconds.now += RETRY
    assert cached.get() == "second"
    assert len(asked) == 3


def test_without_any_answer_so_far_a_failure_is_told_and_not_repeated_at_once(seconds: Seconds) -> None:
    asked = []

    def fetch() -> object:
        asked.append(1)
        raise PscDown

    cached = Cached(fetch, kept=3600, tell=seconds)
    for _ in range(5):
        with pytest.raises(PscDown):
            cached.get()
    assert len(asked) == 1


def test_reading_once_more_keeps_its_distance(seconds: Seconds) -> None:
    """Whoever sends tokens with odd key ids makes us ask once a minute, no more."""
    numbers = itertools.count(1)
    cached = Cached(lambda: next(numbers), kept=3600, tell=seconds)
    cached.get()
    for _ in range(100):
        cached.again(60)
    seconds.now += 60
    assert cached.again(60) == 2


def test_few_wait_for_a_first_answer_and_the_others_are_told_at_once(seconds: Seconds) -> None:
    """Never a stack of waiting workers."""
    go, begun = threading.Event(), threading.Event()

    def fetch() -> str:
        begun.set()
        go.wait(DEADLINE)
        return "there"

    cached = Cached(fetch, kept=3600, tell=seconds)
    told: list[str] = []

    def ask() -> None:
        try:
            told.append(str(cached.get()))
        except PscDown:
            told.append("down")

    threads = [threading.Thread(target=ask) for _ in range(8)]
    threads[0].start()
    begun.wait(DEADLINE)
    for thread in threads[1:]:
        thread.start()
    while told.count("down") < 5 and any(thread.is_alive() for thread in threads):
        threading.Event().wait(0.01)
    go.set()
    for thread in threads:
        thread.join(DEADLINE)
    assert sorted(told) == ["down"] * 5 + ["there"] * 3
