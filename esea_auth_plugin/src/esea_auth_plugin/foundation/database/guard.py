"""Tells whether this thread holds a database transaction open.

No password is hashed, no mail sent and no limit counted while one is open: on SQLite it holds the only write
lock, on PostgreSQL a connection that others wait for. The mechanisms that are slow call
:func:`refuse_open_transaction` first, so that a mistake fails in the first test that runs it.
"""

from __future__ import annotations

import threading

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction


class _Held(threading.local):
    def __init__(self) -> None:
        self.sessions: set[int] = set()


_held = _Held()


class SlowWorkInTransaction(RuntimeError):
    """A mechanism that must run outside transactions was called inside one: a mistake in the calling code."""


def transaction_is_open() -> bool:
    """Tell whether a session of this thread has begun a transaction."""
    return bool(_held.sessions)


def refuse_open_transaction(what: str) -> None:
    """Raise :class:`SlowWorkInTransaction` if this thread holds a transaction open."""
    if transaction_is_open():
        raise SlowWorkInTransaction(f"{what}: read first, end the transaction, then do the slow part")


def watch(session: Session) -> None:
    """Follow the transactions of a session."""

    def begun(session: Session, transaction: SessionTransaction, connection: object) -> None:
        _held.sessions.add(id(session))

    def ended(session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None:
            _held.sessions.discard(id(session))

    event.listen(session, "after_begin", begun)
    event.listen(session, "after_transaction_end", ended)
