"""Runs the jobs that are due, each once however many workers there are."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ...errors import OperatorError
from ...interfaces import IClock
from ...pyramid_types import Registry
from ...services import find
from ..database import IDatabase, describe, is_unavailable
from ..database.availability import DATABASE_ERRORS
from ..database.retrying import repeated
from .declared import Job, jobs_of
from .models import JobRow

log = logging.getLogger(__name__)

#: A job that runs each second writes down its success once in so long, not each time.
_NOTE_EVERY = timedelta(seconds=30)


class Jobs:
    """:class:`~esea_auth_plugin.interfaces.IJobs`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._database = find(registry, IDatabase)
        self._clock = find(registry, IClock)
        #: Leases of jobs whose end could not be written, since the database was away: name and number of the run.
        self._unended: dict[str, int] = {}

    def run_due(self) -> int:
        """See :class:`~esea_auth_plugin.interfaces.IJobs`. A job that fails is logged and stops no other."""
        self._end_interrupted()
        rows = self._rows()
        ran = 0
        for job in jobs_of(self._registry).values():
            row = rows[job.name]
            ran += self._run_shared(job, row) if job.own_leases else self._run_leased(job, row)
        return ran

    def ages(self, session: Session) -> Mapping[str, timedelta | None]:
        """See :class:`~esea_auth_plugin.interfaces.IJobs`."""
        now = self._clock.now()
        known = {row.name: row for row in session.scalars(select(JobRow))}
        return {name: _age(known.get(name), now) for name in jobs_of(self._registry)}

    def failing(self, session: Session) -> Mapping[str, str]:
        """See :class:`~esea_auth_plugin.interfaces.IJobs`."""
        known = jobs_of(self._registry)
        rows = session.scalars(select(JobRow).where(JobRow.last_error != ""))
        return {row.name: row.last_error for row in rows if row.name in known}

    def _rows(self) -> dict[str, JobRow]:
        names = set(jobs_of(self._registry))
        with self._database.reading() as session:
            rows = {row.name: row for row in session.scalars(select(JobRow)) if row.name in names}
        if names == set(rows):
            return rows
        with self._database.writing() as session:
            for name in sorted(names - set(rows)):
                session.execute(_insert_unless_there(session, name, self._clock.now()))
        with self._database.reading() as session:
            return {row.name: row for row in session.scalars(select(JobRow))}

    def _run_leased(self, job: Job, row: JobRow) -> int:
        now = self._clock.now()
        if row.next_at > now:
            return 0
        with self._database.writing() as session:
            taken = session.execute(
                update(JobRow)
                .where(JobRow.name == job.name, JobRow.runs == row.runs, JobRow.next_at <= now)
                .values(runs=row.runs + 1, next_at=now + job.lease)
                .returning(JobRow.name)
            ).one_or_none()
        if taken is None:  # another worker was faster
            return 0
        values = self._outcome(job)
        try:
            with self._database.writing() as session:
                session.execute(
                    update(JobRow)
                    .where(JobRow.name == job.name, JobRow.runs == row.runs + 1)
                    .values(next_at=now + job.every, **values)
                )
        except DATABASE_ERRORS:
            self._unended[job.name] = row.runs + 1
            raise
        return 1

    def _end_interrupted(self) -> None:
        """Free the jobs that an outage interrupted: they are due at once, and not only when their lease is over."""
        for name, runs in list(self._unended.items()):
            with self._database.writing() as session:
                session.execute(
                    update(JobRow).where(JobRow.name == name, JobRow.runs == runs).values(next_at=self._clock.now())
                )
            del self._unended[name]

    def _run_shared(self, job: Job, row: JobRow) -> int:
        values = self._outcome(job)
        noted = row.last_success_at
        if values["last_error"] or row.last_error or noted is None or self._clock.now() - noted >= _NOTE_EVERY:
            with self._database.writing() as session:
                session.execute(update(JobRow).where(JobRow.name == job.name).values(**values))
        return 1

    def _outcome(self, job: Job) -> dict[str, object]:
        try:
            repeated(lambda: job.run(self._registry))
        except OperatorError as error:
            log.error("job %s failed: %s", job.name, error)
            return {"last_failure_at": self._clock.now(), "last_error": type(error).__name__[:80]}
        except Exception as error:
            if is_unavailable(error):
                log.error("job %s: database unavailable: %s", job.name, describe(error))
            else:
                log.exception("job %s failed", job.name)
            return {"last_failure_at": self._clock.now(), "last_error": type(error).__name__[:80]}
        return {"last_success_at": self._clock.now(), "last_error": ""}


def _age(row: JobRow | None, now: datetime) -> timedelta | None:
    return now - row.last_success_at if row is not None and row.last_success_at is not None else None


def _insert_unless_there(session: Session, name: str, now: datetime) -> Insert:
    """Two workers may meet a new job at the same moment."""
    values = {"name": name, "runs": 0, "next_at": now, "last_error": ""}
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(JobRow).values(**values).on_conflict_do_nothing()
    return sqlite.insert(JobRow).values(**values).on_conflict_do_nothing()
