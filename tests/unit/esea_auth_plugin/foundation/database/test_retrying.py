"""A transaction that lost a lock is run again, as often as is useful, and nothing else is."""

from __future__ import annotations

import logging
from pathlib import Path

import psycopg.errors
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session

from esea_auth_plugin.foundation.database import IDatabase, is_unavailable, make_engine
from esea_auth_plugin.foundation.database.availability import describe, retry_after
from esea_auth_plugin.foundation.database.engine import Database
from esea_auth_plugin.foundation.database.locking import ATTEMPTS

DEADLOCK = OperationalError("UPDATE x", {}, psycopg.errors.DeadlockDetected())


def failing(times: int, error: DBAPIError, seen: list[Session]) -> object:
    def act(session: Session) -> int:
        seen.append(session)
        if len(seen) <= times:
            raise error
        return len(seen)

    return act


@pytest.mark.parametrize(
    "kind",
    [psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure, psycopg.errors.LockNotAvailable],
)
def test_a_lost_lock_is_tried_again_in_another_transaction(database: IDatabase, kind: type[psycopg.Error]) -> None:
    seen: list[Session] = []
    assert database.run(failing(2, OperationalError("UPDATE x", {}, kind()), seen)) == 3  # type: ignore[arg-type]
    assert len(set(map(id, seen))) == 3


def test_it_is_given_up_in_the_end(database: IDatabase) -> None:
    seen: list[Session] = []
    with pytest.raises(OperationalError):
        database.run(failing(100, DEADLOCK, seen))  # type: ignore[arg-type]
    assert len(seen) == ATTEMPTS
    assert retry_after(DEADLOCK) == 1 and is_unavailable(DEADLOCK)


def test_another_error_is_not_tried_again(database: IDatabase) -> None:
    seen: list[Session] = []
    with pytest.raises(OperationalError):
        database.run(failing(1, OperationalError("UPDATE x", {}, psycopg.errors.DiskFull()), seen))  # type: ignore[arg-type]
    assert len(seen) == 1


# --- a SQLite file that can't be written, a pool that is empty ---------------------------------------------------


def sqlite(path: Path, query: str = "") -> Database:
    return Database(make_engine(f"sqlite:///{path}{query}"))


def write(database: Database) -> None:
    with database.writing() as session:
        session.execute(text("INSERT INTO one (size) VALUES (zeroblob(100000))"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A SQLite database with one table."""
    path = tmp_path / "portal.sqlite"
    database = sqlite(path)
    with database.writing() as session:
        session.execute(text("CREATE TABLE one (size BLOB)"))
    database.engine.dispose()
    return path


def refused(database: Database) -> BaseException:
    with pytest.raises(DBAPIError) as caught:
        write(database)
    database.engine.dispose()
    return caught.value


def test_a_locked_file_is_an_outage_that_passes(file: Path) -> None:
    holder, database = sqlite(file), sqlite(file, "?timeout=0.05")
    with holder.writing() as session:
        session.execute(text("INSERT INTO one (size) VALUES (NULL)"))
        error = refused(database)
    assert is_unavailable(error) and describe(error) == "OperationalError: database is locked"
    write(database)
    for each in (holder, database):
        each.engine.dispose()


def test_a_read_only_file_is_an_outage(file: Path) -> None:
    database = Database(make_engine(f"sqlite:///file:{file}?mode=ro&uri=true"))
    error = refused(database)
    assert is_unavailable(error) and "readonly" in describe(error)


def test_a_full_disk_is_an_outage(file: Path) -> None:
    database = sqlite(file)
    with database.engine.connect() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))
        connection.connection.cursor().execute(f"PRAGMA max_page_count = {pages}")
    error = refused(database)
    assert is_unavailable(error) and "full" in describe(error)


def test_a_pool_without_a_free_connection_is_an_outage(file: Path) -> None:
    engine = make_engine(f"sqlite:///{file}", pool_size=1, max_overflow=0, pool_timeout=0.05)
    with engine.connect(), pytest.raises(NoConnectionFree) as caught:
        engine.connect()
    engine.dispose()
    assert is_unavailable(caught.value) and "pool" in describe(caught.value)


@pytest.mark.databases("postgresql")
def test_a_connection_whose_server_became_read_only_is_left(database: IDatabase) -> None:
    """As behind a proxy that goes on with the demoted server under a connection that stands."""
    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        connection.rollback()
        raw.autocommit = True
        raw.execute("SET default_transaction_read_only = on")
        raw.autocommit = False
    create = text("CREATE TABLE one (size INTEGER)")
    with pytest.raises(DBAPIError) as caught, database.writing() as session:
        session.execute(create)
    assert is_unavailable(caught.value) and caught.value.connection_invalidated
    assert "ReadOnlySqlTransaction 25006" in describe(caught.value)
    with database.writing() as session:
        session.execute(create)


@pytest.mark.databases("postgresql")
def test_a_statement_that_writes_while_only_reading_stays_a_mistake(database: IDatabase) -> None:
    with pytest.raises(DBAPIError) as caught, database.reading() as session:
        session.execute(text("CREATE TABLE one (size INTEGER)"))
    assert not is_unavailable(caught.value)


@pytest.mark.databases("postgresql")
def test_too_many_connections_is_an_outage(database: IDatabase) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS crowded"))
        connection.execute(text("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0"))
    engine = make_engine(str(database.engine.url.set(username="crowded")))
    with pytest.raises(OperationalError) as caught:
        engine.connect()
    assert is_unavailable(caught.value) and "too many connections" in describe(caught.value)
    assert "\n" not in describe(caught.value)
    with database.engine.begin() as connection:
        connection.execute(text("DROP ROLE crowded"))


def test_a_retry_is_told_without_the_statement(database: IDatabase, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    database.run(failing(1, DEADLOCK, []))  # type: ignore[arg-type]
    assert "40P01" in caplog.text and "UPDATE" not in caplog.text
