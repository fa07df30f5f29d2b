"""Starts a throw-away PostgreSQL cluster: no network, a socket in a temporary folder, no promise to survive a crash."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
from pathlib import Path

from esea_auth_plugin.testing import processes, watchdog

#: Speed over safety: the cluster's life is one test run.
_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "autovacuum": "off",
    "timezone": "UTC",
}


class PostgresMissing(RuntimeError):
    """No PostgreSQL server is installed; ``make test`` installs it where it may."""


def binaries() -> Path:
    """Return the folder of the newest server installed (Debian keeps it off the PATH)."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    raise PostgresMissing("no PostgreSQL server here: apt-get install postgresql")


def start(home: Path) -> None:
    """Make a cluster in ``home`` and start it, reachable only through the socket in ``home``."""
    home.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(home, _server_user())
    home.chmod(0o711)  # so that root's tests reach the socket; the data folder keeps its own 0700
    _run("initdb", "-D", str(home / "data"), "-U", "esea", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
    start_again(home)


def start_again(home: Path) -> None:
    """Start the cluster in ``home``, which was stopped."""
    options = " ".join(f"-c {name}='{value}'" for name, value in _OPTIONS.items())
    options += f" -c unix_socket_directories='{home}'"
    _run("pg_ctl", "-D", str(home / "data"), "-l", str(home / "log"), "-w", "-o", options, "start")
    server = int((home / "data" / "postmaster.pid").read_text().split()[0])
    # SIGQUIT is PostgreSQL's immediate shutdown: unlike SIGKILL it ends the server's own children too.
    watchdog.register(home.parent, server, signal.SIGQUIT)


def stop(home: Path) -> None:
    """Stop the cluster, which a test starts again; the run's own ends with the run."""
    _run("pg_ctl", "-D", str(home / "data"), "-m", "fast", "-w", "stop")


def url(home: Path, database: str) -> str:
    """Return the SQLAlchemy address of a database of the cluster."""
    return f"postgresql+psycopg://esea@/{database}?host={home}"


def execute(home: Path, statement: str) -> None:
    """Run one statement outside any transaction, as CREATE DATABASE asks."""
    import psycopg

    with psycopg.connect(host=str(home), user="esea", dbname="postgres", autocommit=True) as connection:
        connection.execute(statement.encode())


def _run(program: str, *arguments: str) -> None:
    command = [str(binaries() / program), *arguments]
    if os.geteuid() == 0:  # the server refuses to run as root
        command = ["runuser", "-u", _server_user(), "--", *command]
    processes.execute(command, cwd=Path("/"))


def _server_user() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
