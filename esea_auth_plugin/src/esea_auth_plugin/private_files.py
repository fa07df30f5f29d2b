"""Files of the portal are their owner's alone, whatever the umask of the shell that started it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@contextmanager
def owner_only() -> Iterator[None]:
    """Have every file that this process creates meanwhile be of mode 0600 at most, every folder 0700."""
    former = os.umask(_OTHERS)
    try:
        yield
    finally:
        os.umask(former)


def make_private(path: Path) -> None:
    """Create a file that only its owner reads, or take the rights of others off the one there is.

    A file of somebody else is left as it is, and so is one in a folder that does not exist. A file that exists is never
    opened: closing it would drop the POSIX locks that this process holds on it, as SQLite does on its database.
    """
    with suppress(FileExistsError, PermissionError, FileNotFoundError):
        os.close(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with suppress(PermissionError, FileNotFoundError):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & _OTHERS:
            path.chmod(mode & ~_OTHERS)
