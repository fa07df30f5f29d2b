"""What a store of counters does, whichever it is: take all or nothing, give back, forget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from ...errors import PortalError


@dataclass(frozen=True, slots=True)
class Use:
    """One try against one counter. ``key`` is already hashed. ``bucket`` is the limit's name.

    :ivar kept: not zero for tries in a row: see :class:`~esea_auth_plugin.interfaces.Limit`.
    """

    key: str
    bucket: str
    ceiling: int
    per: timedelta
    kept: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Taken:
    """A try that was counted, with what the store needs to take it back."""

    use: Use
    mark: int = 0


class Full(PortalError):
    """One counter is full. ``wait`` is how long until it has."""

    code = "throttle.full"

    def __init__(self, bucket: str, wait: timedelta) -> None:
        super().__init__(bucket)
        self.bucket = bucket
        self.wait = wait


class StoreDown(Exception):
    """The store does not answer, or not in time."""


class Store(Protocol):
    """Counters shared by every process of the portal."""

    def take(self, uses: Sequence[Use]) -> Sequence[Taken]:
        """Count each use, or none of them.

        :raises Full: one is full. :raises StoreDown: the store does not answer.
        """

    def give_back(self, taken: Sequence[Taken]) -> None:
        """Undo counts. :raises StoreDown: the store does not answer."""

    def forget(self, use: Use) -> None:
        """Clear a counter. :raises StoreDown: the store does not answer."""

    def purge(self) -> int:
        """Remove counters that count for nothing any more; return how many."""

    def close(self) -> None:
        """Give back every connection; the next call opens new ones."""
