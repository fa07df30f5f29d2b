"""Counts tries across processes, and closes the door when it can't."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from datetime import timedelta

from ...errors import ServiceUnavailable, TooManyAttempts
from ...interfaces import ISealer, Limit
from ..database.guard import refuse_open_transaction
from .store import Full, Store, StoreDown, Taken, Use
from .waits import in_words

log = logging.getLogger(__name__)


class Throttle:
    """See :class:`~esea_auth_plugin.interfaces.IThrottle`."""

    def __init__(self, store: Store, sealer: ISealer) -> None:
        self._store = store
        self._sealer = sealer

    def reserve(self, *uses: tuple[Limit, str]) -> Reservation:
        """See :meth:`~esea_auth_plugin.interfaces.IThrottle.reserve`."""
        refuse_open_transaction("counting a try")
        wanted = [self._use(limit, key) for limit, key in uses]
        if len({use.key for use in wanted}) != len(wanted):
            raise ValueError("one limit is counted twice for one key")
        if not wanted:
            raise ValueError("no limit to count: a try that nothing limits is a mistake")
        try:
            return Reservation(self._store, self._store.take(wanted))
        except Full as full:
            raise TooManyAttempts(_too_many(full.wait), retry_after=_seconds(full.wait)) from None
        except StoreDown as error:
            raise _closed(error) from error

    def forget(self, limit: Limit, key: str) -> None:
        """See :meth:`~esea_auth_plugin.interfaces.IThrottle.forget`."""
        refuse_open_transaction("forgetting a count")
        try:
            self._store.forget(self._use(limit, key))
        except StoreDown as error:
            raise _closed(error) from error

    def _use(self, limit: Limit, key: str) -> Use:
        if limit.count < 1 or limit.per < timedelta(seconds=1):
            raise ValueError(f"{limit.name} is no limit: at least 1 in at least a second")
        if limit.kept and limit.kept < limit.per:
            raise ValueError(f"{limit.name} is no limit: its tries are forgotten before its wait is over")
        # A keyed hash: the table tells nobody who is being tried, nor lets them be looked up by trying.
        digest = self._sealer.digest(f"{limit.name}\0{key}", purpose="throttle")
        return Use(digest, limit.name, limit.count, limit.per, limit.kept)


class Reservation:
    """See :class:`~esea_auth_plugin.interfaces.Reservation`."""

    def __init__(self, store: Store, taken: Sequence[Taken]) -> None:
        self._store = store
        self._taken = taken

    def give_back(self) -> None:
        """Undo the counts, once; a store that is down keeps them, which only errs on the safe side."""
        refuse_open_transaction("giving a count back")
        taken, self._taken = self._taken, ()
        try:
            self._store.give_back(taken)
        except StoreDown as error:
            log.warning("counts of a success stay: the throttle's store is down (%s)", error)


def _closed(error: StoreDown) -> ServiceUnavailable:
    log.error("the throttle's store does not answer (%s): the door stays closed", error)
    return ServiceUnavailable(
        "La connexion est momentanément indisponible. Réessayez dans quelques minutes.", code="throttle.down"
    )


def _seconds(wait: timedelta) -> int:
    return max(1, math.ceil(wait.total_seconds()))


def _too_many(wait: timedelta) -> str:
    return f"Trop d'essais. Réessayez dans {in_words(_seconds(wait))}."
