"""What is measured: pages, their queries, complete sign-ins, the way of a mail, and once-only under a crowd."""

from __future__ import annotations

import statistics
import threading
import time
from dataclasses import dataclass

from tests.bench.stage import get
from webtest import TestApp

from esea_auth_plugin.errors import PortalError
from esea_auth_plugin.foundation.jobs.worker import Worker
from esea_auth_plugin.interfaces import IPasswords, IReviews
from esea_auth_plugin.testing import sign_up as wizard
from esea_auth_plugin.testing.pages import send
from esea_auth_plugin.testing.portal import PASSWORD, Person, Portal
from esea_auth_plugin.testing.queries import count_queries
from esea_auth_plugin.testing.threads import at_once

CLIENTS = 4
SECONDS = 4.0


@dataclass(frozen=True)
class PageFigures:
    """One page: how many a second, how long one takes, how many queries it makes."""

    path: str
    per_second: float
    median_ms: float
    p95_ms: float
    queries: int


def cookies_of(browser: TestApp) -> str:
    """Return the Cookie header of a browser of the tests."""
    return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


def page(url: str, path: str, browser: TestApp) -> PageFigures:
    """Load a page from several clients at once, then count its queries in this process."""
    cookie = cookies_of(browser)
    # Every process has compiled its templates before it is measured.
    at_once(lambda _: get(url + path, cookie), range(8 * CLIENTS), most=CLIENTS)
    durations: list[float] = []
    end = time.monotonic() + SECONDS
    lock = threading.Lock()

    def client(_: int) -> None:
        while time.monotonic() < end:
            begun = time.perf_counter()
            status = get(url + path, cookie)
            took = time.perf_counter() - begun
            if status != 200:
                raise RuntimeError(f"{path} answers {status}")
            with lock:
                durations.append(took)

    begun = time.monotonic()
    at_once(client, range(CLIENTS))
    rate = len(durations) / (time.monotonic() - begun)
    browser.get(path, status=200)  # what is written once a minute is written now
    with count_queries() as seen:
        browser.get(path, status=200)
    percentiles = statistics.quantiles(durations, n=20)
    return PageFigures(path, rate, statistics.median(durations) * 1000, percentiles[-1] * 1000, len(seen))


@dataclass(frozen=True)
class SignInFigures:
    """A complete sign-in, in milliseconds: everything, and the password's hash in it."""

    total_ms: float
    hash_ms: float


def sign_ins(portal: Portal, many: int = 20) -> SignInFigures:
    """Sign people in one after the other, mail by SMTP included; one hash is verified in each."""
    people = [portal.person() for _ in range(many)]
    begun = time.perf_counter()
    for person in people:
        portal.sign_in(portal.browser(), person)
    total = (time.perf_counter() - begun) / many
    begun = time.perf_counter()
    for person in people:
        portal.find(IPasswords).check(person.subject, PASSWORD)
    return SignInFigures(total * 1000, (time.perf_counter() - begun) / many * 1000)


def mail_latencies(portal: Portal, many: int = 10) -> list[float]:
    """Return the seconds from the click that asks for a code to its arrival at the SMTP server."""
    worker = Worker(portal.registry).start()
    try:
        return [_latency(portal, portal.person()) for _ in range(many)]
    finally:
        worker.stop()


def _latency(portal: Portal, person: Person) -> float:
    asked = portal.browser().get("/connexion/otp")
    begun = time.perf_counter()
    send(asked, {"Identifiant ou email": person.identifier, "Mot de passe": person.password})
    portal.smtp.wait(person.email)
    return time.perf_counter() - begun


def race(portal: Portal, tries: int = 200) -> int:
    """Let many reviewers decide one request at once; return how many succeeded."""
    wizard.sign_up(portal.browser())
    reviews = portal.find(IReviews)
    reviewers = [portal.person(roles=["support"], identifier=f"relecteur.{n}").subject for n in range(tries)]
    with portal.db.reading() as session:
        from sqlalchemy import select

        from esea_auth_plugin.foundation.reviews.models import ReviewRequest

        request = session.scalars(
            select(ReviewRequest.id).where(ReviewRequest.kind == "sign_up", ReviewRequest.reference.like("DEM-%"))
        ).one()

    def decide(number: int) -> bool:
        try:
            with portal.db.writing() as session:
                reviews.decide(session, request, accept=True, by=reviewers[number])
        except PortalError:
            return False
        return True

    return sum(at_once(decide, range(tries), most=20))
