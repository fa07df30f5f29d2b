"""Wakes the worker as soon as there is work: an email leaves at once, and an idle worker asks rarely."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Protocol, cast

from sqlalchemy import event, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ..database import IDatabase

_CHANNEL = "esea_work"


class _Listening(Protocol):
    """What is used of psycopg's connection, which only a portal on PostgreSQL has."""

    autocommit: bool

    def execute(self, query: str) -> object:
        """Execute a statement."""

    def notifies(self, *, timeout: float, stop_after: int) -> Iterable[object]:
        """Wait for messages."""

    def close(self) -> None:
        """End the connection, lost or not."""


class Wakeup:
    """Tells the worker that something waits: on PostgreSQL from any process, on SQLite from this one.

    A worker that is told nothing looks all the same, at its own pace: a lost message costs a second.
    """

    def __init__(self, database: IDatabase) -> None:
        self._engine = database.engine
        self._shared = database.engine.dialect.name == "postgresql"
        self._here = threading.Event()
        self._listening: _Listening | None = None
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
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.close()

    def _connection(self) -> _Listening:
        if self._listening is None:
            pooled = self._engine.raw_connection()
            listening = cast(_Listening, pooled.dbapi_connection)
            pooled.detach()  # it listens as long as the worker runs, and takes no place of the pool
            self._listening = listening  # now, so that close() ends one that may not listen: a standby
            listening.autocommit = True
            listening.execute(f"LISTEN {_CHANNEL}")
        return self._listening
