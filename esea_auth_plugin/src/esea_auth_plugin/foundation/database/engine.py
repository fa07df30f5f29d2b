"""Engines and the short transactions of jobs, sign-in steps and what outlives a request.

SQLite runs in WAL mode with foreign keys on. A writing transaction begins IMMEDIATE: a deferred one that reads
first fails under several writers, because its snapshot can't be raised to a write lock.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Dialect, Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from ...private_files import make_private
from .availability import READ_ONLY, watch_disconnects
from .guard import watch
from .retrying import repeated

T = TypeVar("T")


class IDatabase(Protocol):
    """The database of the portal."""

    engine: Engine

    def session(self, *, read_only: bool) -> Session:
        """Return a session that the caller begins and ends."""

    def reading(self) -> AbstractContextManager[Session]:
        """A short read-only transaction; values read stay usable after it."""

    def writing(self) -> AbstractContextManager[Session]:
        """A short transaction of its own, committed at the end of the block, rolled back if it raises."""

    def run(self, act: Callable[[Session], T]) -> T:
        """Like :meth:`writing`; the whole transaction is run again when it lost a lock (see ``retrying``)."""


def make_engine(url: str, **options: object) -> Engine:
    """Return an engine for a database address, with the portal's rules for its dialect.

    :param url: SQLAlchemy address, ``sqlite:///path`` or ``postgresql+psycopg://…``.
    """
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        if "timeout" not in parts.query:
            options.setdefault("connect_args", {"timeout": 15})
    else:
        options.setdefault("pool_pre_ping", True)
        # Whatever the server's default is: the order of locks and the conditional updates are made for this level.
        options.setdefault("isolation_level", "READ COMMITTED")
        # A person waits no longer than this for a connection; then they are told to try again.
        options.setdefault("pool_timeout", 10)
    # Password hashes, addresses and names are parameters: neither a DEBUG log nor a traceback may show them.
    options.setdefault("hide_parameters", True)
    engine = create_engine(url, **options)
    watch_disconnects(engine)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "do_connect", _sqlite_file)
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
    return engine


def _sqlite_file(dialect: Dialect, record: object, arguments: list[Any], options: dict[str, object]) -> None:
    """Keep the database from others before SQLite creates it; WAL and shared memory take their mode from it."""
    name = str(arguments[0]) if arguments else ""
    if name and name != ":memory:" and not name.startswith("file:"):
        for path in (name, f"{name}-wal", f"{name}-shm"):
            if path == name or Path(path).exists():
                make_private(Path(path))


def _sqlite_connect(connection: Any, record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    read_only = connection.get_execution_options().get(READ_ONLY, False)
    cursor = connection.connection.cursor()
    try:
        cursor.execute(f"PRAGMA query_only = {'ON' if read_only else 'OFF'}")
        cursor.execute("BEGIN" if read_only else "BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        # « database is locked » is an error of SQLAlchemy's like any other: an outage, not a mistake of ours.
        raise OperationalError("BEGIN", None, error) from error
    finally:
        cursor.close()


class Database:
    """See :class:`IDatabase`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reader = engine.execution_options(**{READ_ONLY: True}, **_dialect_read_only(engine))

    def session(self, *, read_only: bool) -> Session:
        """See :class:`IDatabase`."""
        session = Session(self._reader if read_only else self.engine, expire_on_commit=False)
        watch(session)
        return session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """See :class:`IDatabase`."""
        session = self.session(read_only=True)
        try:
            yield session
        finally:
            session.expunge_all()
            session.close()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """See :class:`IDatabase`."""
        session = self.session(read_only=False)
        try:
            yield session
            session.commit()
        finally:
            session.close()

    def run(self, act: Callable[[Session], T]) -> T:
        """See :class:`IDatabase`."""

        def attempt() -> T:
            with self.writing() as session:
                return act(session)

        return repeated(attempt)


def _dialect_read_only(engine: Engine) -> dict[str, object]:
    return {"postgresql_readonly": True} if engine.dialect.name == "postgresql" else {}
