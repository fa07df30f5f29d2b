"""Counters in the portal's database, on an engine of their own: they outlive whatever the request does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Connection, Engine, delete, func, make_url, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ...interfaces import IClock
from ..database import make_engine
from . import consecutive_failures as streaks
from . import statements
from .models import ThrottleWindow
from .store import Full, StoreDown, Taken, Use


def make_throttle_engine(url: str) -> Engine:
    """Return the throttle's own engine: few connections, and no patience with a database that hangs."""
    if make_url(url).get_backend_name() == "sqlite":
        return make_engine(url)
    patience = "-c statement_timeout=5000 -c lock_timeout=3000"
    return make_engine(url, pool_size=5, max_overflow=15, connect_args={"options": patience, "connect_timeout": 5})


class SqlStore:
    """See :class:`~esea_auth_plugin.foundation.throttling.store.Store`. Each call is one short transaction."""

    def __init__(self, engine: Engine, clock: IClock) -> None:
        self._engine = engine
        self._clock = clock

    def take(self, uses: Sequence[Use]) -> Sequence[Taken]:
        """See :class:`~esea_auth_plugin.foundation.throttling.store.Store`."""
        now = self.now()
        with self._transaction() as connection:
            marks: dict[str, int] = {}
            # Windows first, then rows of tries: every process takes its locks in the same order.
            for take, kind in ((statements.take, False), (streaks.take, True)):
                wanted = [use for use in uses if bool(use.kept) is kind]
                if wanted:
                    upsert = take(connection.dialect.name)
                    counted = connection.execute(upsert, statements.rows(wanted, now))
                    marks |= {row.key: row.start_ms for row in counted}
            refused = [use for use in uses if use.key not in marks]
            if refused:
                raise self._full(connection, refused, now)  # rolls back what the others counted
        return [Taken(use, marks[use.key]) for use in uses]

    def give_back(self, taken: Sequence[Taken]) -> None:
        """See :class:`~esea_auth_plugin.foundation.throttling.store.Store`."""
        rounds: list[dict[str, Taken]] = []  # one, unless a key was counted several times
        for each in taken:
            free = next((one for one in rounds if each.use.key not in one), None)
            if free is None:
                rounds.append(free := {})
            free[each.use.key] = each
        if rounds:
            with self._transaction() as connection:
                for one in rounds:
                    connection.execute(statements.give_back(list(one.values())))

    def forget(self, use: Use) -> None:
        """See :class:`~esea_auth_plugin.foundation.throttling.store.Store`."""
        with self._transaction() as connection:
            connection.execute(statements.forget(use.key))

    def purge(self) -> int:
        """See :class:`~esea_auth_plugin.foundation.throttling.store.Store`."""
        with self._transaction() as connection:
            return int(connection.execute(statements.purge(self.now())).rowcount)

    def close(self) -> None:
        """See :class:`~esea_auth_plugin.foundation.throttling.store.Store`."""
        self._engine.dispose()

    def count(self) -> int:
        """Return how many counters there are."""
        with self._transaction() as connection:
            return connection.scalar(select(func.count()).select_from(ThrottleWindow)) or 0

    def clear(self) -> int:
        """Remove every counter (``limits`` calls it ``reset``)."""
        with self._transaction() as connection:
            return int(connection.execute(delete(ThrottleWindow)).rowcount)

    def find(self, key: str) -> ThrottleWindow | None:
        """Return one counter, detached."""
        with self._transaction() as connection, Session(connection) as session:
            row: ThrottleWindow | None = session.scalar(statements.look([key]))
            return row

    def now(self) -> int:
        """Return the clock's moment in milliseconds since 1970."""
        return int(self._clock.now().timestamp() * 1000)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise StoreDown(type(error).__name__) from error

    def _full(self, connection: Connection, refused: Sequence[Use], now: int) -> Full:
        uses = {use.key: use for use in refused}
        with Session(connection) as session:
            waits = {
                row.key: statements.free_at(row, uses[row.key]) - now
                for row in session.scalars(statements.look(list(uses)))
            }
        longest = max(refused, key=lambda use: waits.get(use.key, 0))
        return Full(longest.bucket, timedelta(milliseconds=max(1, waits.get(longest.key, 1))))
