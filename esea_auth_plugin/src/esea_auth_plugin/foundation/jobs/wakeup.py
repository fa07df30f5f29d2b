"""Wakes the worker as soon as there is work: an email leaves at once, and an idle worker asks rarely."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Protocol, cast

from sqlalchemy import Connection, event, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ..database import IDatabase

_CHANNEL = "esea_work"


class _Listening(Protocol):
    """What is used of psycopg's connection, which only a portal on PostgreSQL has."""

    def notifies(self, *, timeout: float, stop_after: int) -> Iterable[object]:
        """Wait for messages."""


class Wakeup:
    """Tells the worker that something waits: on PostgreSQL from any process, on SQLite from this one.

    A worker that is told nothing looks all the same, at its own pace: a lost message costs a second.
    """

    def __init__(self, database: IDatabase) -> None:
        self._engine = database.engine
        self._shared = database.engine.dialect.name == "postgresql"
        self._here = threading.Event()
        self._listening: Connection | None = None
        driver = database.engine.dialect.loaded_dbapi
        self._away: tuple[type[Exception], ...] = (SQLAlchemyError, driver.Error)

    def announce(self, session: Session) -> None:
        """Wake the worker when this transaction is committed; nothing happens if it is rolled back."""
        if self._shared:
            session.execute(select(func.pg_notify(_CHANNEL, "")))
        else:
            event.listen(session, "after_commit", lambda session: self._here.set(), once=True)

    def wake(self) -> None:
        """Wake the worker of this process now."""
        self._here.set()

    def wait(self, seconds: float) -> bool:
        """Wait until there is work, at most ``seconds``; return whether there is. Only the worker calls it."""
        if not self._shared or self._here.is_set():
            told = self._here.wait(seconds)
            self._here.clear()
            return told
        try:
            return any(True for _ in self._connection().notifies(timeout=seconds, stop_after=1))
        except self._away:  # the database is away: the worker says so when it looks
            self.close()
            return self._here.wait(seconds)

    def close(self) -> None:
        """Stop listening."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None

    def _connection(self) -> _Listening:
        if self._listening is None:
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            connection.detach()  # it listens as long as the worker runs, and takes no place of the pool
            connection.exec_driver_sql(f"LISTEN {_CHANNEL}")
            self._listening = connection
        return cast(_Listening, self._listening.connection.driver_connection)
