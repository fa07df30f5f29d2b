"""Threads of race tests: together, in order, and never for ever."""

from __future__ import annotations

import threading

import pytest

from esea_auth_plugin.testing.threads import at_once


def test_all_run_at_the_same_moment_and_answer_in_order() -> None:
    meeting = threading.Barrier(5, timeout=60)

    def act(number: int) -> int:
        meeting.wait(60)
        return number * 2

    assert at_once(act, range(5)) == [0, 2, 4, 6, 8]


def test_fewer_threads_serve_all_values() -> None:
    names: set[str] = set()

    def act(number: int) -> int:
        names.add(threading.current_thread().name)
        return number

    assert at_once(act, range(50), most=3) == list(range(50))
    assert len(names) <= 3


def test_an_error_in_a_thread_is_the_test_s() -> None:
    with pytest.raises(ZeroDivisionError):
        at_once(lambda number: 1 // number, range(3))


def test_a_thread_that_hangs_fails_with_its_stack() -> None:
    over = threading.Event()
    with pytest.raises(AssertionError, match=r"(?s)1 threads still run after 0.2 s.*over\.wait"):
        at_once(lambda number: number or over.wait(60), range(3), seconds=0.2)
    over.set()
