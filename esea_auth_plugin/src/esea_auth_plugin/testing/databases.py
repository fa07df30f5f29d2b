"""A fresh database for each test, copied from a template that is migrated once a run.

The copy goes under the feet of an application that lives longer than a test: its engines, whichever they are, see
the new content at their next transaction.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Literal

from esea_auth_plugin.testing import postgresql, run

Backend = Literal["sqlite", "postgresql"]
BACKENDS: tuple[Backend, ...] = ("sqlite", "postgresql")

#: Brings the test's own, empty database up to date, and closes its connections to it.
Migrate = Callable[[], None]


def worker() -> str:
    """Return the name of this xdist worker, ``main`` without xdist."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def address(backend: Backend, name: str) -> str:
    """Return where the database of this name of this worker is, or will be."""
    if backend == "postgresql":
        return postgresql.url(run.folder() / "postgresql", f"{name}_{worker()}")
    return f"sqlite:///{_file(name)}"


def empty(backend: Backend, name: str) -> str:
    """Make the database of this name empty and return its address."""
    if backend == "postgresql":
        _replace(f"{name}_{worker()}", "template0")
    else:
        for file in _file(name).parent.glob(f"{name}.sqlite*"):
            file.unlink()
    return address(backend, name)


def fresh(backend: Backend, name: str, template: str, migrate: Migrate) -> None:
    """Make the database of this name hold what ``migrate`` makes of an empty one, and nothing else.

    :param template: names the content, since applications with different plugins have different tables.
    """
    if backend == "postgresql":
        _fresh_postgresql(f"{name}_{worker()}", f"template_{template}", migrate)
    else:
        _fresh_sqlite(_file(name), f"{template}.sqlite", migrate)


def cluster() -> Path:
    """Return the run's PostgreSQL cluster, started by the first who asks."""
    with run.locked("postgresql") as home:
        if not (home / "data" / "postmaster.pid").exists():
            shutil.rmtree(home, ignore_errors=True)
            postgresql.start(home)
    return home


def _file(name: str) -> Path:
    folder = run.folder() / worker()
    folder.mkdir(exist_ok=True)
    return folder / f"{name}.sqlite"


def _fresh_sqlite(target: Path, template: str, migrate: Migrate) -> None:
    with run.locked(template) as made:
        if not made.exists():
            _clear(target)  # it may hold the tables of the portal that the former test ran
            migrate()
            building = made.with_suffix(".building")
            _copy(target, building)
            building.replace(made)
            return
    _copy(made, target)


def _clear(target: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as nothing, closing(sqlite3.connect(target, timeout=15)) as writer:
        nothing.backup(writer)


def _copy(source: Path, target: Path) -> None:
    """Copy page by page through SQLite itself: open connections to ``target`` stay valid and see the copy."""
    with closing(sqlite3.connect(source)) as reader, closing(sqlite3.connect(target, timeout=15)) as writer:
        reader.backup(writer)


def _fresh_postgresql(name: str, template: str, migrate: Migrate) -> None:
    with run.locked(template) as made:
        if not made.exists():
            _replace(name, "template0")
            migrate()
            _replace(template, name)
            made.touch()
            return
    _replace(name, template)


def _replace(name: str, source: str) -> None:
    home = cluster()
    # FORCE ends the connections that the former test's pools still hold; they notice and connect again.
    postgresql.execute(home, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    postgresql.execute(home, f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
