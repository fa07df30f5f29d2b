"""Where the present moment comes from: the machine, or a file that a test moves for the processes it starts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from ...errors import ConfigurationError, Problem
from ...interfaces import IClock


class SystemClock:
    """:class:`~esea_auth_plugin.interfaces.IClock` of a real portal."""

    def now(self) -> datetime:
        """Return the machine's moment, aware, in UTC."""
        return datetime.now(UTC)


class FileClock:
    """Reads the moment from a file at each call, so that several processes share the clock of one test."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def now(self) -> datetime:
        """Return the moment written in the file.

        :raises ValueError: the file holds no aware ISO 8601 moment.
        """
        moment = datetime.fromisoformat(self.path.read_text(encoding="ascii").strip())
        if moment.tzinfo is None:
            raise ValueError(f"{self.path} holds a moment without time zone")
        return moment.astimezone(UTC)


def clock_for(env: str, path: str) -> IClock:
    """Return the clock that the settings ask for.

    :param env: ``portal.env``; :param path: ``portal.clock``, empty for the machine's clock.
    :raises ConfigurationError: a file is named outside ``portal.env = test``. Who moves the clock revives expired
        tokens and lifts locks, so no portal that people use may take its time from a file.
    """
    if not path:
        return SystemClock()
    if env != "test":
        raise ConfigurationError(
            [
                Problem(
                    "portal.clock",
                    "",
                    "a clock in a file is for tests only",
                    "remove the key, or set portal.env = test",
                )
            ]
        )
    return FileClock(Path(path))
