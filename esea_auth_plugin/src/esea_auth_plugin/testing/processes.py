"""Starts the helper processes of tests: each start has a deadline, each failure shows command, status and output.

The one place of the tests that starts a process. A process that misses its deadline is killed with its whole group.
Output goes to files, never to pipes: reading a file does not wait, and a grandchild can't hold it open.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from esea_auth_plugin.testing import watchdog

#: Seconds for a program to end, or for a helper to be ready or to stop: a busy machine takes its time.
DEADLINE = 120.0
#: Characters of each output that an error shows.
_SHOWN = 4000
_PAUSE = 0.02

Command = Sequence[str | Path]


class HelperFailed(AssertionError):
    """A helper process failed or missed its deadline; the message holds command, status and last output."""


@dataclass(frozen=True)
class Finished:
    """A program that has ended. :ivar status: exit status, negative for the signal that ended it."""

    status: int
    stdout: str
    stderr: str


def execute(
    command: Command,
    *,
    seconds: float = DEADLINE,
    given: bytes = b"",
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    check: bool = True,
) -> Finished:
    """Run a program to its end and return what it wrote.

    :param seconds: deadline. :param given: its standard input. :param env: its whole environment.
    :param check: refuse an exit status other than 0.
    :raises HelperFailed: the deadline has passed, or the status is refused.
    """
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        stdin.write(given)
        stdin.seek(0)
        process = _start(command, stdin, out, err, cwd, env, signal.SIGKILL)
        try:
            ended = _until(lambda: _has_ended(process), seconds)
        finally:
            status = _end_group(process)
        finished = Finished(status, _content(out), _content(err))
    problem = "" if ended else f"did not end within {seconds:g} s"
    if not problem and check and status:
        problem = f"ended with status {status}"
    if problem:
        raise HelperFailed(_report(command, problem, finished.stdout, finished.stderr))
    return finished


class Helper:
    """A process beside the tests: ``with Helper(command, ready=says("ready")) as helper: …``.

    :param ready: tells whether it has started; it is asked until it agrees. Without it a started process is ready.
    :param seconds: deadline of the start, and of the stop. :param stop: the signal that ends it in order.
    :param log: file for both outputs, kept; without it they are thrown away after the stop.
    """

    def __init__(
        self,
        command: Command,
        *,
        ready: Callable[[Helper], bool] | None = None,
        seconds: float = DEADLINE,
        stop: signal.Signals = signal.SIGTERM,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        log: Path | None = None,
    ) -> None:
        self.command = command
        self._ready = ready
        self._seconds = seconds
        self._stop = stop
        self._cwd = cwd
        self._env = env
        self._log = log
        self._files: list[IO[bytes]] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._status: int | None = None

    def start(self) -> Self:
        """Start it and wait until it is ready.

        :raises HelperFailed: it ended, or was not ready within the deadline; it no longer runs then.
        """
        if self._log is not None:
            self._files = [self._log.open("ab+")]
        else:
            self._files = [tempfile.TemporaryFile(), tempfile.TemporaryFile()]  # noqa: SIM115 - closed by stop
        out, err = self._files[0], self._files[-1]
        self._status = None
        self._process = _start(self.command, subprocess.DEVNULL, out, err, self._cwd, self._env, self._stop)
        ready = self._ready
        try:
            if ready is not None and not _until(lambda: self.has_ended() or ready(self), self._seconds):
                raise self._failed(f"was not ready within {self._seconds:g} s")
            if ready is not None and self.has_ended():
                raise self._failed(f"ended with status {self.kill()} before it was ready")
        except BaseException:
            self.kill()
            self._close()
            raise
        return self

    @property
    def pid(self) -> int:
        """Its process id, which is its group's too."""
        assert self._process is not None, "it was not started"
        return self._process.pid

    def output(self) -> str:
        """Return what it wrote so far, standard output first."""
        return "".join(_content(file) for file in self._files)

    def has_ended(self) -> bool:
        """Tell whether the process has ended."""
        return self._process is None or _has_ended(self._process)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def wait(self) -> int:
        """Wait for its end within the deadline; return its exit status."""
        if not _until(self.has_ended, self._seconds):
            raise self._failed(f"did not end within {self._seconds:g} s")
        return self.kill()

    def stop(self) -> int:
        """End it in order, with its group; return its exit status. Quiet when it has ended already.

        :raises HelperFailed: it did not end within the deadline; it no longer runs then.
        """
        try:
            if self._process is not None and not self.has_ended():
                self.send(self._stop)
            return self.wait()
        finally:
            self._close()

    def kill(self) -> int:
        """End it and its group at once; return its exit status."""
        if self._process is not None:
            self._status = _end_group(self._process)
            self._process = None
        assert self._status is not None, "it was not started"
        return self._status

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()

    def _failed(self, problem: str) -> HelperFailed:
        if self._process is not None:
            self.kill()
        outputs = [_content(file) for file in self._files]
        return HelperFailed(_report(self.command, problem, *outputs))

    def _close(self) -> None:
        while self._files:
            self._files.pop().close()


def says(pattern: str) -> Callable[[Helper], bool]:
    """Return the readiness of a helper whose output matches a regular expression."""
    return lambda helper: re.search(pattern, helper.output()) is not None


def listens(port: int, host: str = "127.0.0.1") -> Callable[[Helper], bool]:
    """Return the readiness of a helper that accepts connections on a port."""

    def ready(helper: Helper) -> bool:
        with socket.socket() as probe:
            probe.settimeout(5)
            return probe.connect_ex((host, port)) == 0

    return ready


def _start(
    command: Command,
    stdin: IO[bytes] | int,
    out: IO[bytes],
    err: IO[bytes],
    cwd: Path | None,
    env: Mapping[str, str] | None,
    stop: signal.Signals,
) -> subprocess.Popen[bytes]:
    """Start a process in a group of its own, and enter it in the run's list of what must end with the run."""
    folder = os.environ.get(watchdog.VARIABLE)
    environment = dict(os.environ if env is None else env)
    if folder is not None and env is not None:
        environment.setdefault(watchdog.VARIABLE, folder)
    process = subprocess.Popen(
        [str(word) for word in command],
        stdin=stdin,
        stdout=out,
        stderr=err,
        cwd=cwd,
        env=environment,
        start_new_session=True,
    )
    if folder is not None:
        watchdog.register(Path(folder), process.pid, stop)
    return process


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Tell whether it has ended, without reaping it: until then its group's number belongs to nobody else."""
    if process.returncode is not None:
        return True
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _end_group(process: subprocess.Popen[bytes]) -> int:
    """Kill what still runs of the group, reap the leader, return its status."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(DEADLINE)
        folder = os.environ.get(watchdog.VARIABLE)
        if folder is not None:
            watchdog.unregister(Path(folder), process.pid)
    return int(process.returncode)


def _until(done: Callable[[], bool], seconds: float) -> bool:
    """Wait until ``done()``; tell whether that came within the deadline."""
    limit = time.monotonic() + seconds
    while not done():
        if time.monotonic() > limit:
            return False
        time.sleep(_PAUSE)
    return True


def _content(file: IO[bytes]) -> str:
    size = os.fstat(file.fileno()).st_size
    return os.pread(file.fileno(), size, 0).decode("utf-8", "replace")


def _report(command: Command, problem: str, *outputs: str) -> str:
    names = ("stdout", "stderr") if len(outputs) == 2 else ("output",)
    shown = [f"--- {name} ---\n{text[-_SHOWN:].rstrip()}" for name, text in zip(names, outputs, strict=True)]
    return "\n".join([f"« {shlex.join(map(str, command))} » {problem}", *shown])
