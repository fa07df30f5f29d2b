"""Counters in Redis, by setting: the moving window of the ``limits`` library, exact to the entry."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from .store import Full, StoreDown, Taken, Use

#: Seconds to wait for Redis before the door stays closed.
_PATIENCE = 2.0


class RedisStore:
    """See :class:`~esea_auth_plugin.throttle.store.Store`. Time is the machine's: Redis expires its keys by it."""

    def __init__(self, address: str) -> None:
        self._storage = RedisStorage(
            address, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE, key_prefix="esea"
        )
        self._windows = MovingWindowRateLimiter(self._storage)

    def take(self, uses: Sequence[Use]) -> Sequence[Taken]:
        """See :class:`~esea_auth_plugin.throttle.store.Store`."""
        taken: list[Taken] = []
        try:
            for use in uses:
                if not self._windows.hit(_item(use), use.key):
                    wait = self._windows.get_window_stats(_item(use), use.key).reset_time - time.time()
                    self.give_back(taken)
                    raise Full(use.bucket, timedelta(seconds=max(wait, 1)))
                taken.append(Taken(use))
        except (RedisError, OSError) as error:
            raise StoreDown(type(error).__name__) from error
        return taken

    def give_back(self, taken: Sequence[Taken]) -> None:
        """Remove as many entries as were added. The newest go, which is ours or one counted a moment later."""
        connection: Any = self._storage.get_connection()
        try:
            for each in taken:
                connection.lpop(self._name(each.use))
        except (RedisError, OSError) as error:
            raise StoreDown(type(error).__name__) from error

    def forget(self, use: Use) -> None:
        """See :class:`~esea_auth_plugin.throttle.store.Store`."""
        try:
            self._windows.clear(_item(use), use.key)
        except (RedisError, OSError) as error:
            raise StoreDown(type(error).__name__) from error

    def purge(self) -> int:
        """Redis forgets by itself."""
        return 0

    def close(self) -> None:
        """See :class:`~esea_auth_plugin.throttle.store.Store`."""
        connection: Any = self._storage.get_connection()
        connection.close()

    def _name(self, use: Use) -> str:
        return self._storage.prefixed_key(_item(use).key_for(use.key))


def _item(use: Use) -> RateLimitItem:
    return RateLimitItemPerSecond(use.ceiling, int(use.per.total_seconds()), namespace="throttle")
