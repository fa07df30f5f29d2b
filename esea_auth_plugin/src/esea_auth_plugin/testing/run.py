"""One folder a test run, shared by every xdist worker, and swept when the run (or a killed one) is over."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from esea_auth_plugin.testing import watchdog

_VARIABLE = watchdog.VARIABLE
_PREFIX = "esea-tests-"
#: Seconds for the watchdog to see that the run is over.
_PATIENCE = 60.0

_watchdogs: list[subprocess.Popen[bytes]] = []


def begin() -> bool:
    """Make the run's folder unless a parent process made it; tell whether this process owns it."""
    if os.environ.get(_VARIABLE):
        return False
    _sweep()
    folder = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-")
    Path(folder).chmod(0o711)  # PostgreSQL runs as another user than root and must reach its own folder in it
    _watch(folder)
    os.environ[_VARIABLE] = folder
    return True


def folder() -> Path:
    """Return the run's folder."""
    return Path(os.environ[_VARIABLE])


def end() -> None:
    """Stop what the run started and remove its folder; for the process that owns it."""
    watchdog.remove(folder())
    del os.environ[_VARIABLE]
    process = _watchdogs.pop()
    assert process.stdin is not None
    process.stdin.close()
    process.wait(_PATIENCE)


@contextmanager
def locked(name: str) -> Iterator[Path]:
    """Hold a lock among the workers; yields a path that the first one makes and the others find."""
    with (folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder() / name


def _watch(folder: str) -> None:
    """Start the program that clears up when this process is killed: it can't do so itself."""
    environment = {name: value for name, value in os.environ.items() if name != _VARIABLE}
    _watchdogs.append(
        subprocess.Popen(
            [sys.executable, "-I", "-S", watchdog.__file__, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,  # whoever waits for the end of the run's output must not wait for it
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=environment,
        )
    )


def _sweep() -> None:
    """Remove what killed runs left behind, their watchdog killed too: their folder names a process that is gone."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        pid = left.name.removeprefix(_PREFIX).split("-")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            watchdog.remove(left)
