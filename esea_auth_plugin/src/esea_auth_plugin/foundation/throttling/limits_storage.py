"""The portal's counters as a storage of the ``limits`` library, with the injected clock.

``limits.strategies.MovingWindowRateLimiter(SqlLimitsStorage(store))`` is exact: never over the amount in any stretch of
the item's length. For integrators who bring limits of their own.
"""

from __future__ import annotations

from datetime import timedelta

from limits.storage import MovingWindowSupport, Storage

from .sql_store import SqlStore
from .store import Full, StoreDown, Taken, Use


class SqlLimitsStorage(Storage, MovingWindowSupport):
    """See the head of this file."""

    STORAGE_SCHEME = None  # made from an engine and a clock, not from an address

    def __init__(self, store: SqlStore, wrap_exceptions: bool = False) -> None:
        super().__init__(wrap_exceptions=wrap_exceptions)
        self._store = store

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the store raises when it does not answer."""
        return StoreDown

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count ``amount`` tries of a key, or none."""
        taken: list[Taken] = []
        try:
            for _ in range(amount):
                taken += self._store.take([self._use(key, limit, expiry)])
        except Full:
            self._store.give_back(taken)
            return False
        return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Return since when tries count, in seconds, and how many do."""
        row, now, span = self._store.find(self._use(key, limit, expiry).key), self._store.now(), expiry * 1000
        if row is None or row.last_ms + span <= now:
            return now / 1000, 0
        if row.start_ms + span <= now:
            return row.start_ms / 1000, row.count
        if row.previous_count and row.previous_last_ms + span > now:
            return row.previous_start_ms / 1000, row.count + row.previous_count
        return row.start_ms / 1000, row.count

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count tries without a ceiling; return how many count now."""
        for _ in range(amount):
            self._store.take([self._use(key, 2**31 - 1, expiry)])
        return self.get_moving_window(key, 0, expiry)[1]

    def get(self, key: str) -> int:
        """Return how many tries of the current window count."""
        row = self._store.find(key)
        return row.count if row is not None and row.ends_ms > self._store.now() else 0

    def get_expiry(self, key: str) -> float:
        """Return when the counter ends, in seconds since 1970."""
        row = self._store.find(key)
        return (row.ends_ms if row is not None else self._store.now()) / 1000

    def check(self) -> bool:
        """Tell whether the store answers."""
        try:
            self._store.count()
        except StoreDown:
            return False
        return True

    def reset(self) -> int | None:
        """Remove every counter."""
        return self._store.clear()

    def clear(self, key: str) -> None:
        """Remove one counter."""
        self._store.forget(self._use(key, 0, 0))

    def _use(self, key: str, limit: int, expiry: int) -> Use:
        return Use(key, "limits", limit, timedelta(seconds=expiry))
