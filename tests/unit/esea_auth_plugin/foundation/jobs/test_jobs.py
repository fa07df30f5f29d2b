"""Each job runs when it is due, once, whoever else works; a failing one stops nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

import esea_auth_plugin.foundation.jobs.models  # noqa: F401 - tables of the ``database`` fixture
from esea_auth_plugin.foundation.database import IDatabase
from esea_auth_plugin.foundation.database.guard import transaction_is_open
from esea_auth_plugin.foundation.jobs.models import JobRow
from esea_auth_plugin.foundation.jobs.worker import Worker
from esea_auth_plugin.interfaces import IJobs
from esea_auth_plugin.services import find
from esea_auth_plugin.testing.clock import ManualClock
from esea_auth_plugin.testing.processes import DEADLINE
from esea_auth_plugin.testing.threads import at_once

Make = Callable[..., Any]


@pytest.fixture
def with_jobs(package: Make) -> Make:
    """``registry = with_jobs(name=(run, every))``."""

    def make(**jobs: Any) -> Any:
        def declare(config: Any) -> None:
            for name, (run, every, *options) in jobs.items():
                config.add_job(f"test.{name}", run, every, **dict(*options))

        return package("esea_auth_plugin.foundation.jobs", declare)

    return make


def test_a_job_runs_at_once_then_when_its_time_has_come(with_jobs: Make, clock: ManualClock) -> None:
    ran: list[object] = []
    registry = with_jobs(hourly=(ran.append, timedelta(hours=1)))
    jobs = find(registry, IJobs)
    assert (jobs.run_due(), jobs.run_due(), ran) == (1, 0, [registry])
    clock.advance(minutes=59)
    assert jobs.run_due() == 0
    clock.advance(minutes=1)
    assert jobs.run_due() == 1


def test_a_failing_job_stops_no_other_and_is_told(
    with_jobs: Make, database: IDatabase, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(registry: Any) -> None:
        raise ValueError("broken")

    ran: list[object] = []
    registry = with_jobs(a=(fail, timedelta(hours=1)), b=(ran.append, timedelta(hours=1)))
    assert find(registry, IJobs).run_due() == 2
    assert ran
    assert "job test.a failed" in caplog.text
    clock.advance(minutes=5)
    with database.reading() as session:
        ages = find(registry, IJobs).ages(session)
        assert session.get_one(JobRow, "test.a").last_error == "ValueError"
    assert ages == {"test.a": None, "test.b": timedelta(minutes=5)}


def test_jobs_run_outside_transactions(with_jobs: Make) -> None:
    seen: list[bool] = []
    registry = with_jobs(a=(lambda registry: seen.append(transaction_is_open()), timedelta(hours=1)))
    find(registry, IJobs).run_due()
    assert seen == [False]


@pytest.mark.databases("sqlite", "postgresql")
def test_many_workers_run_it_once(with_jobs: Make) -> None:
    ran: list[object] = []
    registry = with_jobs(a=(ran.append, timedelta(hours=1)), b=(ran.append, timedelta(hours=1)))
    at_once(lambda _: find(registry, IJobs).run_due(), range(6))
    assert len(ran) == 2


def test_a_killed_worker_frees_the_job_when_its_lease_ends(with_jobs: Make, clock: ManualClock) -> None:
    class Killed(BaseException):
        """What SIGKILL looks like from inside."""

    ran: list[object] = []

    def die_once(registry: Any) -> None:
        ran.append(registry)
        if len(ran) == 1:
            raise Killed

    registry = with_jobs(a=(die_once, timedelta(minutes=1), {"lease": timedelta(minutes=30)}))
    with pytest.raises(Killed):
        find(registry, IJobs).run_due()
    clock.advance(minutes=29)
    assert find(registry, IJobs).run_due() == 0
    clock.advance(minutes=1)
    assert find(registry, IJobs).run_due() == 1


def test_a_job_with_leases_of_its_own_notes_its_success_now_and_then(
    with_jobs: Make, database: IDatabase, clock: ManualClock
) -> None:
    ran: list[object] = []
    registry = with_jobs(mail=(ran.append, timedelta(seconds=1), {"own_leases": True}))

    def noted() -> Any:
        with database.reading() as session:
            return session.get_one(JobRow, "test.mail").last_success_at

    find(registry, IJobs).run_due()
    first = noted()
    clock.advance(seconds=5)
    find(registry, IJobs).run_due()
    assert (len(ran), noted()) == (2, first)
    clock.advance(seconds=30)
    find(registry, IJobs).run_due()
    assert noted() == clock.now()


def test_the_worker_stops_when_told_after_the_job_under_way(with_jobs: Make) -> None:
    began, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def slow(registry: Any) -> None:
        began.set()
        go_on.wait(DEADLINE)
        ended.set()

    worker = Worker(with_jobs(slow=(slow, timedelta(hours=1))), pace=0.01).start()
    assert began.wait(DEADLINE)
    stopper = threading.Thread(target=worker.stop)
    stopper.start()
    go_on.set()
    stopper.join(DEADLINE)
    assert ended.is_set()
    assert not stopper.is_alive()


def test_the_worker_survives_a_database_that_is_down(with_jobs: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = with_jobs(a=(lambda registry: None, timedelta(hours=1)))
    jobs = find(registry, IJobs)
    tries: list[int] = []
    again = threading.Event()

    def down() -> int:
        tries.append(1)
        if len(tries) > 1:
            again.set()
        raise OSError("no database")

    monkeypatch.setattr(jobs, "run_due", down)
    worker = Worker(registry, pace=0.01).start()
    assert again.wait(DEADLINE)
    worker.stop()
