"""Tells a database that is away, full or read-only from a mistake in a statement, and drops its connections.

The first is for the operator, and passes: people are asked to try again (503), and the next request asks for a new
connection. The second is a fault of the portal (500).
"""

from __future__ import annotations

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from .locking import lost_lock

#: Execution option of connections whose transactions are read-only by our own choice.
READ_ONLY = "portal_read_only"

#: Seconds after which it is worth trying again: a failover takes about so long.
RETRY_AFTER = 30

#: What the driver reports; which class it has depends on the server's SQLSTATE.
DATABASE_ERRORS: tuple[type[Exception], ...] = (DBAPIError, NoConnectionFree)

_READ_ONLY_TRANSACTION = "25006"
_NOT_SUPPORTED = "0A000"


def watch_disconnects(engine: Engine) -> None:
    """Treat a server that has become read-only (PostgreSQL, after a failover) like one that closed the connection.

    Connections that were opened before stay open when a primary is demoted behind a proxy, and would be given out
    again and again. All of the pool's are replaced: the new ones lead to whichever server is the primary now.
    """
    if engine.dialect.name == "postgresql":
        event.listen(engine, "handle_error", _note_demotion)
    else:
        event.listen(engine, "handle_error", _note_mistake, retval=True)


def _note_mistake(context: ExceptionContext) -> Exception | None:
    """Tell a write in a read-only transaction of ours from a file that can't be written: SQLite has one error."""
    connection, error = context.connection, context.original_exception
    if connection is None or not connection.get_execution_options().get(READ_ONLY, False):
        return None
    if getattr(error, "sqlite_errorname", "") != "SQLITE_READONLY":
        return None
    return ProgrammingError(context.statement or "", None, error, hide_parameters=True)


def _note_demotion(context: ExceptionContext) -> None:
    state = getattr(context.original_exception, "sqlstate", None)
    connection = context.connection
    if connection is None or connection.get_execution_options().get(READ_ONLY, False):
        return  # a statement that writes in a read-only transaction of ours is a mistake, and stays one
    if state == _READ_ONLY_TRANSACTION or (state == _NOT_SUPPORTED and _refused_to_begin(connection)):
        context.is_disconnect = True


def _refused_to_begin(connection: object) -> bool:
    """Tell whether it was the ``BEGIN READ WRITE`` that failed: a standby refuses it, and no transaction is open."""
    from psycopg.pq import TransactionStatus

    driver = getattr(getattr(connection, "connection", None), "driver_connection", None)
    return driver is not None and driver.info.transaction_status is TransactionStatus.IDLE


def is_unavailable(error: BaseException) -> bool:
    """Tell whether an error says that the database can't work now, rather than that a statement is wrong."""
    if isinstance(error, NoConnectionFree):
        return True
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)


def retry_after(error: BaseException) -> int:
    """Return the seconds after which it is worth trying again."""
    return 1 if lost_lock(error) else RETRY_AFTER


def describe(error: BaseException) -> str:
    """Return one line for the operator: the kind of error, its SQLSTATE, what the server says. Never a statement.

    Errors of this kind name no values of rows.
    """
    if not isinstance(error, DBAPIError):
        return f"{type(error).__name__}: no connection of the pool became free in time"
    original = error.orig
    diagnostics = getattr(original, "diag", None)
    said = getattr(diagnostics, "message_primary", None) or str(original)
    state = getattr(original, "sqlstate", None)
    return f"{type(original).__name__}{f' {state}' if state else ''}: {' '.join(said.split())[:200]}"
