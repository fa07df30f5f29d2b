"""Ends every process of a test run, and removes the run's folder, when the process that owns the run is gone.

Run as a program, it waits until its standard input closes: the kernel closes it however the owner ended (SIGKILL too).
Only the standard library is imported: the program starts by its path, without the site packages.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

#: Names the run's folder in the environment of each of its processes.
VARIABLE = "ESEA_TEST_RUN"
#: Seconds between the polite signal and SIGKILL.
_GRACE = 5.0


def register(folder: Path, pid: int, stop: signal.Signals) -> None:
    """Note the leader of a process group that must not outlive the run. :param stop: the signal that ends it."""
    records = folder / "processes"
    records.mkdir(exist_ok=True)
    (records / str(pid)).write_text(f"{_started(pid)} {int(stop)}", encoding="ascii")


def unregister(folder: Path, pid: int) -> None:
    """Forget a process group that has ended."""
    (folder / "processes" / str(pid)).unlink(missing_ok=True)


def end_processes(folder: Path) -> None:
    """End every process of the run: registered groups by their own signal first, then whoever carries its name."""
    pending = list(_registered(folder))
    for pid, stop in pending:
        _signal(pid, stop)
    limit = time.monotonic() + _GRACE
    while pending and time.monotonic() < limit:
        time.sleep(0.02)
        pending = [(pid, stop) for pid, stop in pending if _is_running(pid)]
    for pid, _ in _registered(folder):
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
    for pid in _carrying(folder):
        _signal(pid, signal.SIGKILL)


def remove(folder: Path) -> None:
    """End the run's processes and remove its folder."""
    end_processes(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _registered(folder: Path) -> Iterator[tuple[int, signal.Signals]]:
    """Yield process id and stop signal; an id that the system gave to another process since is left out."""
    for record in (folder / "processes").glob("*"):
        with suppress(OSError, ValueError):
            started, stop = record.read_text(encoding="ascii").split()
            if _started(int(record.name)) == started:
                yield int(record.name), signal.Signals(int(stop))


def _carrying(folder: Path) -> Iterator[int]:
    """Yield the processes that inherited the run's variable: workers of the test runner, browsers, their children."""
    mark = f"{VARIABLE}={folder}\0".encode()
    for environment in Path("/proc").glob("[0-9]*/environ"):
        pid = int(environment.parent.name)
        with suppress(OSError):
            if pid != os.getpid() and mark in environment.read_bytes():
                yield pid


def _started(pid: int) -> str:
    """Return when a process started, in the kernel's own unit; ``""`` when there is none."""
    try:
        # The command's name, in parentheses, may hold blanks.
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
    except OSError:
        return ""


def _is_running(pid: int) -> bool:
    try:
        return (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0] != "Z"
        )
    except OSError:
        return False


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def main(folder: Path) -> None:
    """Wait for the owner's end, then clear up what it left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # its work begins when the others were interrupted
    sys.stdin.buffer.read()
    if folder.exists():
        remove(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
