"""SQLite's locks of a running portal survive its further connections, and other processes that come and go."""

from __future__ import annotations

import sys
from pathlib import Path

from sqlalchemy import text

from esea_auth_plugin.foundation.database import make_engine
from esea_auth_plugin.testing.processes import execute

_OTHER_PROCESS = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
print(connection.execute("SELECT count(*) FROM example").fetchone()[0])
connection.close()
"""


def test_another_process_does_not_delete_the_log_of_a_database_in_use(tmp_path: Path) -> None:
    """Closing any descriptor of a file drops the POSIX locks of the whole process on it.

    Without its locks the portal looks gone: the next process that closes the database takes itself for the last one,
    deletes the write-ahead log, and what the portal commits from then on is lost.
    """
    file = tmp_path / "portail.sqlite"
    engine = make_engine(f"sqlite:///{file}")
    with engine.connect() as first, engine.connect() as second:
        with first.begin():
            first.execute(text("CREATE TABLE example (id INTEGER)"))
            first.execute(text("INSERT INTO example VALUES (1)"))
        second.execute(text("SELECT count(*) FROM example"))
        second.rollback()
        with engine.connect():  # a further connection of the pool, made while the others are in use
            pass
        assert execute([sys.executable, "-c", _OTHER_PROCESS, str(file)]).stdout.strip() == "1"
        log = tmp_path / "portail.sqlite-wal"
        assert log.exists()
        with first.begin():
            first.execute(text("INSERT INTO example VALUES (2)"))
    assert execute([sys.executable, "-c", _OTHER_PROCESS, str(file)]).stdout.strip() == "2"
    engine.dispose()
