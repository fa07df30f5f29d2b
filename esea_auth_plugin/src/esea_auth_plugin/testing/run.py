"""One folder a test run, shared by every xdist worker, and swept when the run (or a killed one) is over."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from esea_auth_plugin.testing import postgresql

_VARIABLE = "ESEA_TEST_RUN"
_PREFIX = "esea-tests-"


def begin() -> bool:
    """Make the run's folder unless a parent process made it; tell whether this process owns it."""
    if os.environ.get(_VARIABLE):
        return False
    _sweep()
    folder = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-")
    Path(folder).chmod(0o711)  # PostgreSQL runs as another user than root and must reach its own folder in it
    os.environ[_VARIABLE] = folder
    return True


def folder() -> Path:
    """Return the run's folder."""
    return Path(os.environ[_VARIABLE])


def end() -> None:
    """Stop what the run started and remove its folder; for the process that owns it."""
    _remove(folder())
    del os.environ[_VARIABLE]


@contextmanager
def locked(name: str) -> Iterator[Path]:
    """Hold a lock among the workers; yields a path that the first one makes and the others find."""
    with (folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder() / name


def _sweep() -> None:
    """Remove what killed runs left behind: their folder names a process that is gone."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        pid = left.name.removeprefix(_PREFIX).split("-")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            _remove(left)


def _remove(run: Path) -> None:
    if (run / "postgresql" / "data").exists():
        postgresql.stop(run / "postgresql")
    shutil.rmtree(run, ignore_errors=True)
