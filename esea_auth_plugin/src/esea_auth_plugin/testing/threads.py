"""Runs one function in many threads at the same moment, for tests of races; a thread that hangs fails the test."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from typing import TypeVar

from esea_auth_plugin.testing.processes import DEADLINE

Value = TypeVar("Value")
Result = TypeVar("Result")


def at_once(
    act: Callable[[Value], Result], values: Iterable[Value], *, most: int | None = None, seconds: float = DEADLINE
) -> list[Result]:
    """Call ``act`` with each value, every call in a thread of its own; return what it returned, in the same order.

    The threads wait for each other before they begin. An error in one of them is raised here.

    :param most: number of threads, when they are fewer than the values.
    :raises AssertionError: a thread still runs when the deadline has passed; the message holds its stack. It is a
        daemon: unlike a thread of an executor it does not keep the process from ending.
    """
    pending = list(enumerate(values))
    total = len(pending)
    number = min(most or total, total)
    start, lock = threading.Barrier(number, timeout=seconds), threading.Lock()
    results: dict[int, Result] = {}
    errors: list[BaseException] = []

    def run() -> None:
        try:
            start.wait()
            while True:
                with lock:
                    if not pending:
                        return
                    place, value = pending.pop(0)
                results[place] = act(value)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, name=f"at-once-{place}", daemon=True) for place in range(number)]
    for thread in threads:
        thread.start()
    limit = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, limit - time.monotonic()))
    stuck = [thread for thread in threads if thread.is_alive()]
    assert not stuck, f"{len(stuck)} threads still run after {seconds:g} s:\n" + "\n".join(map(_stack, stuck))
    if errors:
        raise errors[0]
    return [results[place] for place in range(total)]


def _stack(thread: threading.Thread) -> str:
    frame = sys._current_frames().get(thread.ident or 0)
    return f"{thread.name}:\n" + ("".join(traceback.format_stack(frame)) if frame is not None else "")
