"""The worker: looks for what is due each second, and at once when it is told. A process, or a thread in the demo."""

from __future__ import annotations

import logging
import signal
import threading
from types import FrameType

from ...interfaces import IJobs
from ...pyramid_types import Registry
from ...services import find
from ..database import describe, is_unavailable
from .wakeup import Wakeup

log = logging.getLogger(__name__)

#: How long it waits when nobody tells it that there is work.
PACE_SECONDS = 1.0


class Worker:
    """Runs the jobs until it is told to stop; the one under way is finished first."""

    def __init__(self, registry: Registry, *, pace: float = PACE_SECONDS) -> None:
        self._registry = registry
        self._pace = pace
        self._wakeup = find(registry, Wakeup)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def run(self) -> None:
        """Work in this thread. A database that is down is told, and asked again at the next turn."""
        log.info("worker started")
        away = False
        while not self._stop.is_set():
            away = self._turn(away)
            if not self._stop.is_set():
                self._wait()
        self._wakeup.close()
        log.info("worker stopped")

    def _wait(self) -> None:
        try:
            self._wakeup.wait(self._pace)
        except Exception:  # a worker that can't be told of work looks for it all the same
            log.exception("the worker could not wait to be told of work")
            self._stop.wait(self._pace)

    def _turn(self, away: bool) -> bool:
        """Look once; return whether the database is away. An outage is told once, and its end."""
        try:
            find(self._registry, IJobs).run_due()
        except Exception as error:
            if not is_unavailable(error):
                log.exception("the worker could not look for its jobs")
                return False
            if not away:
                log.error("database unavailable, jobs wait: %s", describe(error))
            return True
        if away:
            log.info("database available again")
        return False

    def run_process(self) -> None:
        """Work until SIGTERM or SIGINT, as a process of its own."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told)
        self.run()

    def start(self) -> Worker:
        """Work in a thread of its own."""
        self._thread = threading.Thread(target=self.run, name="portal-worker", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Tell it to stop, and wait for the thread if there is one."""
        self._stop.set()
        self._wakeup.wake()
        if self._thread is not None:
            self._thread.join()

    def _told(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()
        self._wakeup.wake()
