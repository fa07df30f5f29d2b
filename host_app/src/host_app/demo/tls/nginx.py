"""Starts, reloads and stops an nginx of our own, in the foreground of a child process."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

#: Longest wait for nginx to listen or to stop, in seconds.
_PATIENCE = 10.0


class NginxMissing(Exception):
    """There is no nginx on this machine, or it refuses its configuration; the message says what to do."""


def program() -> str:
    """Return the path of nginx, which Debian keeps out of the PATH of users."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise NginxMissing("nginx is missing: apt-get install nginx (or make machine)")
    return found


class Nginx:
    """``with Nginx(main, port): …`` serves; leaving it stops every process of it."""

    def __init__(self, main: Path, port: int) -> None:
        self.main = main
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None

    def check(self) -> None:
        """Raise :class:`NginxMissing` with nginx's own words unless it accepts the configuration."""
        found = subprocess.run(  # noqa: S603 - words of our own
            [program(), "-t", "-q", "-e", "stderr", "-c", str(self.main)], capture_output=True, text=True, check=False
        )
        if found.returncode:
            raise NginxMissing(f"nginx refuses {self.main}: {found.stderr.strip()}")

    def __enter__(self) -> Self:
        self.check()
        self._process = subprocess.Popen(  # noqa: S603 - words of our own
            [program(), "-e", str(self.main.parent / "log" / "nginx.log"), "-c", str(self.main)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # an interrupt at the terminal is ours to hand on, in order
        )
        self._wait_until_it_listens()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def reload(self) -> None:
        """Read certificates and CRLs anew; connections that are open end by themselves."""
        self.check()
        if self._process is not None:
            self._process.send_signal(signal.SIGHUP)

    def reload_and_wait(self) -> None:
        """Reload, and return when no process serves by the former configuration."""
        former = self._workers()
        self.reload()
        limit = time.monotonic() + _PATIENCE
        while time.monotonic() < limit and (not (now := self._workers()) or now & former):
            time.sleep(0.02)

    def _workers(self) -> set[str]:
        if self._process is None:
            return set()
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return set(children.read_text(encoding="ascii").split())

    def _wait_until_it_listens(self) -> None:
        limit = time.monotonic() + _PATIENCE
        while time.monotonic() < limit and self._process is not None and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        log = self.main.parent / "log" / "nginx.log"
        raise NginxMissing(f"nginx did not start: {log.read_text(encoding='utf-8')[-2000:] if log.exists() else ''}")
