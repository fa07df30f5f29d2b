"""Workstations that wait before a QR code: each asks its one small address at the pace that the server gives."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from multiprocessing import get_context
from threading import Thread
from typing import Any

from tests.bench.measures import cookies_of
from tests.bench.stage import get

from esea_auth_plugin.auth_modes.qr_code.settings import QrSettings
from esea_auth_plugin.testing.pages import press
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.processes import DEADLINE
from esea_auth_plugin.testing.queries import count_queries

WORKSTATIONS = 200
#: Threads of the crowd: enough for its pace, few enough to leave the cores to what is measured.
HANDS = 8
POLL = "/connexion/qr/attente"


@dataclass
class Crowd:
    """What the waiting workstations saw. :ivar asked: seconds that each question took, during ``seconds`` in all."""

    pace: int
    asked: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def median_ms(self) -> float:
        """Median of a question."""
        return statistics.median(self.asked) * 1000

    @property
    def per_second(self) -> float:
        """Questions a second."""
        return len(self.asked) / self.seconds


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
    """Let these workstations wait while something else is measured: in a process of their own, as theirs is."""
    crowd = Crowd(portal.find(QrSettings).poll_seconds)
    context = get_context("spawn")
    over, answers = context.Event(), context.Queue()
    process = context.Process(target=_crowd, args=(url, list(cookies), crowd.pace, over, answers))
    process.start()
    answers.get(timeout=60)  # they are asking
    begun = time.monotonic()
    try:
        yield crowd
    finally:
        over.set()
        crowd.seconds = time.monotonic() - begun
        crowd.asked = answers.get(timeout=60)
        process.join(DEADLINE)


def _crowd(url: str, cookies: list[str], pace: int, over: Any, answers: Any) -> None:
    asked: list[float] = []
    threads = [Thread(target=_ask, args=(url, cookies[hand::HANDS], pace, asked, over)) for hand in range(HANDS)]
    for thread in threads:
        thread.start()
    answers.put([])
    for thread in threads:
        thread.join(DEADLINE)
    answers.put(asked)


def _ask(url: str, cookies: list[str], pace: int, asked: list[float], over: Any) -> None:
    """Ask for each of these workstations in turn; a question that comes late is not left out."""
    every = pace / len(cookies)
    due = time.monotonic()
    for cookie in cycle(cookies):
        begun = time.perf_counter()
        status = get(url + POLL, cookie)
        asked.append(time.perf_counter() - begun)
        if status != 200:
            raise RuntimeError(f"{POLL} answers {status}")
        due += every
        if over.wait(max(0.0, due - time.monotonic())):
            return
