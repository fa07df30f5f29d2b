"""The worker is told of work as soon as its transaction is committed, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

import esea_auth_plugin.foundation.jobs.models  # noqa: F401 - tables of the ``database`` fixture
from esea_auth_plugin.foundation.database import IDatabase
from esea_auth_plugin.foundation.jobs.wakeup import Wakeup
from esea_auth_plugin.foundation.jobs.worker import Worker
from esea_auth_plugin.pyramid_types import Configurator, Registry
from esea_auth_plugin.services import find
from esea_auth_plugin.testing.processes import DEADLINE

pytestmark = pytest.mark.databases("sqlite", "postgresql")


@pytest.fixture
def wakeup(database: IDatabase) -> Iterator[Wakeup]:
    made = Wakeup(database)
    made.wait(0)  # it listens from now on
    yield made
    made.close()


def test_a_committed_announcement_wakes(wakeup: Wakeup, database: IDatabase) -> None:
    with database.writing() as session:
        wakeup.announce(session)
    assert wakeup.wait(DEADLINE)
    assert not wakeup.wait(0)


def test_an_announcement_that_is_rolled_back_does_not_wake(wakeup: Wakeup, database: IDatabase) -> None:
    with pytest.raises(LookupError), database.writing() as session:
        wakeup.announce(session)
        raise LookupError
    assert not wakeup.wait(0.2)


def test_announcements_before_the_wait_are_not_lost(wakeup: Wakeup, database: IDatabase) -> None:
    for _ in range(3):
        with database.writing() as session:
            wakeup.announce(session)
    assert wakeup.wait(DEADLINE)


def test_a_worker_that_looks_rarely_works_at_once_when_told(
    package: Callable[..., Registry], database: IDatabase
) -> None:
    ran = threading.Semaphore(0)

    def declare(config: Configurator) -> None:
        config.add_job("test.each_turn", lambda registry: ran.release(), timedelta(0), own_leases=True)

    registry = package("esea_auth_plugin.foundation.jobs", declare)
    worker = Worker(registry, pace=10 * DEADLINE).start()
    try:
        assert ran.acquire(timeout=DEADLINE)  # its first turn
        with database.writing() as session:
            find(registry, Wakeup).announce(session)
        assert ran.acquire(timeout=DEADLINE)
    finally:
        find(registry, Wakeup).wake()
        with database.writing() as session:
            find(registry, Wakeup).announce(session)  # a worker that listens on PostgreSQL sees that it is told to stop
        worker.stop()


def test_a_connection_that_was_lost_is_made_again(wakeup: Wakeup, database: IDatabase) -> None:
    if database.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no connection to lose")
    with database.writing() as session:
        listening = "query LIKE 'LISTEN%' AND datname = current_database()"
        assert session.scalar(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {listening}"))
    assert not wakeup.wait(0.1)
    assert not wakeup.wait(0)  # it listens again
    with database.writing() as session:
        wakeup.announce(session)
    assert wakeup.wait(DEADLINE)
