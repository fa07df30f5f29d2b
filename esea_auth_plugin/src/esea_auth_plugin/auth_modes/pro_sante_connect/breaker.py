"""Keeps a slow or silent Pro Santé Connect from holding the portal's workers.

A cache of the recent past, never a state that matters: a process that restarts asks again, and that is all.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Unavailable(Exception):
    """Not asked at all: it failed a moment ago, or enough of us are waiting for it already."""


class Breaker:
    """Opens after some failures in a row, for a pause that doubles; lets few calls through at a time.

    :param most_waiting: calls under way at once in this process; the next one is refused, it does not queue.
    """

    def __init__(
        self,
        *,
        failures: int = 3,
        pause: float = 10.0,
        longest: float = 120.0,
        most_waiting: int = 4,
        tell: Callable[[], float] = time.monotonic,
    ) -> None:
        self._failures = failures
        self._pause = pause
        self._longest = longest
        self._notify = tell
        self._slots = threading.BoundedSemaphore(most_waiting)
        self._lock = threading.Lock()
        self._failed = 0
        self._closed_until = 0.0

    @property
    def open(self) -> bool:
        """Tell whether calls are refused now."""
        with self._lock:
            return self._notify() < self._closed_until

    @contextmanager
    def call(self) -> Iterator[None]:
        """Do one call inside; any exception counts as a failure.

        :raises Unavailable: without calling.
        """
        if self.open or not self._slots.acquire(blocking=False):
            raise Unavailable
        try:
            yield
        except BaseException:
            self._note(failed=True)
            raise
        else:
            self._note(failed=False)
        finally:
            self._slots.release()

    def _note(self, *, failed: bool) -> None:
        with self._lock:
            if not failed:
                self._failed = 0
                return
            self._failed += 1
            beyond = self._failed - self._failures
            if beyond >= 0:
                # One call in each pause finds out whether it is back; 2**beyond keeps the next pause apart.
                self._closed_until = self._notify() + min(self._pause * 2**beyond, self._longest)
