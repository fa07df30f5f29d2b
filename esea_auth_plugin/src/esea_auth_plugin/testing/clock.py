"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

#: A Monday morning in office hours, so that due dates and ages read naturally.
DEFAULT_MOMENT = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)


class ManualClock:
    """``IClock`` for tests. ``path``, when given, mirrors the moment for processes that the test started."""

    def __init__(self, moment: datetime = DEFAULT_MOMENT, *, path: Path | None = None) -> None:
        self.path = path
        self.set(moment)

    def now(self) -> datetime:
        """Return the moment that the test set."""
        return self._moment

    def set(self, moment: datetime) -> None:
        """Move to an aware moment."""
        if moment.tzinfo is None:
            raise ValueError("the clock needs an aware moment")
        self._moment = moment.astimezone(UTC)
        if self.path is not None:
            fresh = self.path.with_suffix(".new")
            fresh.write_text(self._moment.isoformat(), encoding="ascii")
            fresh.replace(self.path)  # readers see the old or the new moment, never half a line

    def advance(self, **length: float) -> datetime:
        """Move forward by a ``timedelta(**length)``; return the new moment."""
        self.set(self._moment + timedelta(**length))
        return self._moment
