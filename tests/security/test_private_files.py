"""What the programs write is their owner's alone, even when they are started with a umask that allows everything."""

from __future__ import annotations

import os
import stat
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from esea_auth_plugin.foundation.database import make_engine
from esea_auth_plugin.testing import ports
from esea_auth_plugin.testing.processes import Helper

ROOT = Path(__file__).parents[2]


@contextmanager
def open_umask() -> Iterator[None]:
    former = os.umask(0)
    try:
        yield
    finally:
        os.umask(former)


def open_to_others(folder: Path) -> list[str]:
    """Return what others than the owner may read or enter."""
    return sorted(
        str(path.relative_to(folder))
        for path in (folder, *folder.rglob("*"))
        if not path.is_symlink() and stat.S_IMODE(path.lstat().st_mode) & 0o077
    )


@pytest.mark.parametrize("former", [False, True])
def test_a_sqlite_database_and_its_neighbours_are_their_owner_s(tmp_path: Path, former: bool) -> None:
    tmp_path.chmod(0o700)
    file = tmp_path / "portail.sqlite"
    if former:
        file.touch(mode=0o644)
        file.chmod(0o644)
    with open_umask():
        engine = make_engine(f"sqlite:///{file}")
        with engine.connect() as connection, connection.begin():
            connection.execute(text("CREATE TABLE example (id INTEGER)"))
            assert (tmp_path / "portail.sqlite-wal").exists()
            assert open_to_others(tmp_path) == []
    engine.dispose()


def test_everything_that_the_demo_writes_is_its_owner_s(tmp_path: Path) -> None:
    """Database, keys, secrets, cards, mail: the demo is really started, with umask 0."""
    tmp_path.chmod(0o700)
    port = ports.lease(also=(1,))
    command = [sys.executable, "-m", "host_app.demo", "--config", str(ROOT / "config/demo.ini"), "--port", str(port)]
    helper = Helper(command, cwd=tmp_path, log=tmp_path / "log", ready=answers(f"http://localhost:{port}/healthz"))
    with open_umask():
        helper.start()
    try:
        (tmp_path / "log").chmod(0o600)
        written = [path.name for path in tmp_path.rglob("*") if path.is_file()]
        assert {"portail.sqlite", "portail.sqlite-wal"} <= set(written)
        assert [name for name in written if name.endswith(".p12")]
        assert open_to_others(tmp_path) == []
    finally:
        helper.stop()


def answers(url: str) -> Callable[[Helper], bool]:
    """Return whether an address answers, as a helper's sign of readiness."""

    def ready(_: Helper) -> bool:
        try:
            with urllib.request.urlopen(url, timeout=10):
                return True
        except OSError:
            return False

    return ready
