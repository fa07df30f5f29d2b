"""Workstations that wait before a QR code: each asks its one small address at the pace that the server gives."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.bench.measures import cookies_of
from tests.bench.stage import get

from esea_auth_plugin.auth_modes.qr_code.settings import QrSettings
from esea_auth_plugin.testing.pages import press
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.queries import count_queries

WORKSTATIONS = 200
#: Threads of the crowd: enough for its pace, few enough to leave the cores to what is measured.
HANDS = 4
POLL = "/connexion/qr/attente"


@dataclass
class Crowd:
    """What the waiting workstations saw. :ivar asked: seconds that each question took. :ivar late: missed paces."""

    pace: int
    asked: list[float] = field(default_factory=list)
    late: int = 0

    @property
    def median_ms(self) -> float:
        """Median of a question."""
        return statistics.median(self.asked) * 1000


def workstations(portal: Portal, many: int = WORKSTATIONS) -> list[str]:
    """Show a QR code in many browsers; return the cookies of each."""
    cookies = []
    for number in range(many):
        browser = portal.browser(f"10.1.{number // 250}.{number % 250 + 1}")
        press(browser.get("/connexion/qr"), "Continuer").follow()
        cookies.append(cookies_of(browser))
    return cookies


def queries_of_a_question(portal: Portal) -> int:
    """Return how many queries one question costs."""
    browser = portal.browser()
    press(browser.get("/connexion/qr"), "Continuer").follow()
    browser.get(POLL, status=200)
    with count_queries() as seen:
        browser.get(POLL, status=200)
    return len(seen)


@contextmanager
def waiting(portal: Portal, url: str, cookies: Sequence[str]) -> Iterator[Crowd]:
    """Let these workstations wait while something else is measured."""
    crowd = Crowd(portal.find(QrSettings).poll_seconds)
    over = threading.Event()
    threads = [threading.Thread(target=_ask, args=(url, cookies[hand::HANDS], crowd, over)) for hand in range(HANDS)]
    for thread in threads:
        thread.start()
    try:
        yield crowd
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _ask(url: str, cookies: Sequence[str], crowd: Crowd, over: threading.Event) -> None:
    every = crowd.pace / len(cookies)
    due = time.monotonic()
    while not over.is_set():
        for cookie in cookies:
            begun = time.perf_counter()
            status = get(url + POLL, cookie)
            crowd.asked.append(time.perf_counter() - begun)
            if status != 200:
                raise RuntimeError(f"{POLL} answers {status}")
            due += every
            if due < time.monotonic():
                crowd.late += 1
                due = time.monotonic()
            if over.wait(max(0.0, due - time.monotonic())):
                return
