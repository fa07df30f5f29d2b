"""Two transactions at the same moment, in a chosen order: one is held at a statement while the other one runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, event, text

#: Longer than any step takes on a busy machine; reached only by a test that would otherwise hang.
DEADLINE = 60.0
_POLL = 0.02

_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


@dataclass
class Outcome:
    """What one of the two did: its result, or what it raised."""

    result: Any = None
    error: BaseException | None = None


class _Act(threading.Thread):
    def __init__(self, act: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._act = act
        self.outcome = Outcome()
        self.ended = threading.Event()

    def run(self) -> None:
        try:
            self.outcome.result = self._act()
        except BaseException as error:
            self.outcome.error = error
        finally:
            self.ended.set()


def race(engine: Engine, first: Callable[[], Any], second: Callable[[], Any], *, hold: str) -> tuple[Outcome, Outcome]:
    """Run ``first`` up to its statement that begins with ``hold``, then ``second`` until it waits or ends, then both.

    What ``first`` has written until then is not committed, and what it has locked stays locked. The order is the same
    at each run: nothing depends on how fast the machine is.
    """
    held, go, begun = threading.Event(), threading.Event(), threading.Event()
    one, two = _Act(first), _Act(second)

    def at_statement(_conn: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        if threading.current_thread() is one and not held.is_set() and statement.startswith(hold):
            held.set()
            assert go.wait(DEADLINE), "nobody let the first transaction go"

    def at_begin(_conn: Connection) -> None:
        if threading.current_thread() is two and not _conn.get_execution_options().get("portal_read_only"):
            begun.set()

    event.listen(engine, "before_cursor_execute", at_statement)
    # Of every engine: limits are counted through one of their own.
    event.listen(Engine, "begin", at_begin, insert=True)
    try:
        one.start()
        while not held.wait(_POLL):
            assert not one.ended.is_set(), f"never came to « {hold} »: {one.outcome}"
        two.start()
        while not two.ended.wait(_POLL) and not _waits(engine, begun):
            pass
        go.set()
        for act in (one, two):
            act.join(DEADLINE)
            assert not act.is_alive(), "still waiting"
    finally:
        go.set()
        event.remove(engine, "before_cursor_execute", at_statement)
        event.remove(Engine, "begin", at_begin)
    return one.outcome, two.outcome


def _waits(engine: Engine, begun: threading.Event) -> bool:
    """Tell whether the second transaction waits for the first one's lock."""
    if engine.dialect.name != "postgresql":
        return begun.is_set()  # it waits in its BEGIN IMMEDIATE
    with engine.connect() as connection:
        return bool(connection.scalar(_WAITING))
