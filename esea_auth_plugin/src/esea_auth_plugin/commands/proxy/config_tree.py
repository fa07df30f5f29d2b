"""The parsed form of a proxy's configuration, and a size-limited reader for its files."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

#: Upper limit of one configuration with all its includes, in bytes. Parsing takes about two seconds per megabyte.
MAX_BYTES = 16 * 1024 * 1024


class ConfigReadError(Exception):
    """The configuration cannot be read; the message is one line that names the file and the reason."""


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive, or one block with the directives inside it. An include is replaced by what it includes.

    :ivar name: as written for nginx, in lower case for Apache, which ignores case.
    :ivar file: file that holds the directive. :ivar line: line number in that file, from 1.
    """

    name: str
    arguments: tuple[str, ...]
    file: Path
    line: int
    children: tuple[Directive, ...] = ()

    @property
    def value(self) -> str:
        """The first argument, ``""`` without one."""
        return self.arguments[0] if self.arguments else ""

    @property
    def source(self) -> str:
        """``FILE:LINE``, for messages."""
        return f"{self.file}:{self.line}"


def read_bounded(path: Path, limit: int) -> bytes:
    """Return the content of a regular file: opening a pipe would block, and a device never ends.

    :param limit: largest size that is accepted, in bytes.
    :raises ConfigReadError: the file is missing, unreadable, too large, or not a regular file.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ConfigReadError(f"{path}: not a regular file")
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except PermissionError as error:
        raise ConfigReadError(f"{path}: {error.strerror} (run doctor as a user who may read it)") from error
    except OSError as error:
        raise ConfigReadError(f"{path}: {error.strerror}") from error
    if len(content) > limit:
        raise ConfigReadError(f"{path}: larger than {limit:,} bytes")
    return content


def read_config_file(path: Path) -> str:
    """Return the text of a configuration file of at most ``MAX_BYTES``.

    :raises ConfigReadError: as :func:`read_bounded`, or the file is binary.
    """
    content = read_bounded(path, MAX_BYTES)
    if b"\0" in content:
        raise ConfigReadError(f"{path}: binary file, not a configuration")
    return content.decode("utf-8", "replace")
