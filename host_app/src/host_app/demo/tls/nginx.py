"""Starts, reloads and stops an nginx of our own, in the foreground of a child process."""

from __future__ import annotations

import shutil
import signal
import time
from pathlib import Path
from typing import Self

from esea_auth_plugin.testing.processes import DEADLINE, Helper, HelperFailed, execute, listens


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
        self._process: Helper | None = None

    def check(self) -> None:
        """Raise :class:`NginxMissing` with nginx's own words unless it accepts the configuration."""
        found = execute([program(), "-t", "-q", "-e", "stderr", "-c", self.main], check=False)
        if found.status:
            raise NginxMissing(f"nginx refuses {self.main}: {found.stderr.strip()}")

    def __enter__(self) -> Self:
        self.check()
        log = self.main.parent / "log" / "nginx.log"
        try:
            self._process = Helper([program(), "-e", log, "-c", self.main], ready=listens(self.port)).start()
        except HelperFailed as error:
            logged = log.read_text(encoding="utf-8", errors="replace")[-2000:] if log.exists() else ""
            raise NginxMissing(f"nginx did not start: {error}\n{logged}") from error
        return self

    def __exit__(self, *error: object) -> None:
        if self._process is not None:
            self._process.stop()
        self._process = None

    def reload(self) -> None:
        """Read certificates and CRLs anew; connections that are open end by themselves."""
        self.check()
        if self._process is not None:
            self._process.send(signal.SIGHUP)

    def reload_and_wait(self) -> None:
        """Reload, and return when no process serves by the former configuration.

        :raises NginxMissing: a process of the former configuration is still there when the deadline has passed.
        """
        former = self._workers()
        self.reload()
        limit = time.monotonic() + DEADLINE
        while not (now := self._workers()) or now & former:
            if time.monotonic() > limit:
                raise NginxMissing(f"nginx did not reload within {DEADLINE:g} s")
            time.sleep(0.02)

    def _workers(self) -> set[str]:
        if self._process is None:
            return set()
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return set(children.read_text(encoding="ascii").split())
