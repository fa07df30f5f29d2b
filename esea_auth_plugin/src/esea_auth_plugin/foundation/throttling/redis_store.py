"""Counters in Redis, by setting: the moving window of the ``limits`` library, exact to the entry, and rows of tries."""

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

#: Tries in a row, as in ``streaks.py``: count one and answer 0, or answer the milliseconds to wait. Redis forgets the
#: counter ``kept`` after its last try.
_ROW = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local count = tonumber(redis.call('HGET', KEYS[1], 'count') or 0)
local free = tonumber(redis.call('HGET', KEYS[1], 'last') or 0) + ARGV[2]
if count >= tonumber(ARGV[1]) then
  if free > now then return free - now end
  count = 0
end
redis.call('HSET', KEYS[1], 'count', count + 1, 'last', now)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 0
"""
_ROW_BACK = """
if tonumber(redis.call('HGET', KEYS[1], 'count') or 0) > 0 then redis.call('HINCRBY', KEYS[1], 'count', -1) end
"""


class RedisStore:
    """See :class:`~esea_auth_plugin.foundation.throttling.store.Store`.

    Time is the server's: Redis expires its keys by it.
    """

    def __init__(self, address: str) -> None:
        self._storage = RedisStorage(
            address, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE, key_prefix="esea"
        )
        self._windows = MovingWindowRateLimiter(self._storage)

    def take(self, uses: Sequence[Use]) -> Sequence[Taken]:
        """See :class:`~esea_auth_plugin.foundation.throttling.store.Store`."""
        taken: list[Taken] = []
        try:
            for use in uses:
                wait = self._wait(use)
                if wait is not None:
                    self.give_back(taken)
                    raise Full(use.bucket, wait)
                taken.append(Taken(use))
        except (RedisError, OSError) as error:
            raise StoreDown(type(error).__name__) from error
        return taken

    def give_back(self, taken: Sequence[Taken]) -> None:
        """Remove as many entries as were added. The newest go, which is ours or one counted a moment later."""
        try:
            for each in taken:
                if each.use.kept:
                    self._connection.eval(_ROW_BACK, 1, self._name(each.use))
                else:
                    self._connection.lpop(self._name(each.use))
        except (RedisError, OSError) as error:
            raise StoreDown(type(error).__name__) from error

    def forget(self, use: Use) -> None:
        """See :class:`~esea_auth_plugin.foundation.throttling.store.Store`."""
        try:
            self._windows.clear(_item(use), use.key)
        except (RedisError, OSError) as error:
            raise StoreDown(type(error).__name__) from error

    def purge(self) -> int:
        """Redis forgets by itself."""
        return 0

    def close(self) -> None:
        """See :class:`~esea_auth_plugin.foundation.throttling.store.Store`."""
        self._connection.close()

    @property
    def _connection(self) -> Any:
        return self._storage.get_connection()

    def _wait(self, use: Use) -> timedelta | None:
        """Count one try; or return how long it must wait, and count nothing."""
        if use.kept:
            spans = (int(span.total_seconds() * 1000) for span in (use.per, use.kept))
            wait: int = self._connection.eval(_ROW, 1, self._name(use), use.ceiling, *spans)
            return timedelta(milliseconds=wait) if wait else None
        if self._windows.hit(_item(use), use.key):
            return None
        free_at = self._windows.get_window_stats(_item(use), use.key).reset_time
        return timedelta(seconds=max(free_at - time.time(), 1))

    def _name(self, use: Use) -> str:
        return self._storage.prefixed_key(_item(use).key_for(use.key))


def _item(use: Use) -> RateLimitItem:
    return RateLimitItemPerSecond(use.ceiling, int(use.per.total_seconds()), namespace="throttle")
