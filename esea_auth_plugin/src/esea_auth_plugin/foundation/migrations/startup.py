"""Stops the start, in one line, when the database is behind the code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from alembic.util.exc import CommandError
from sqlalchemy.exc import OperationalError

from ...errors import ConfigurationError, Problem
from ...pyramid_types import Registry
from ..shutdown import give_back
from .runner import behind

_checking: ContextVar[bool] = ContextVar("esea_migrations_checking", default=True)


@contextmanager
def unchecked() -> Iterator[None]:
    """Build an application whose database may be behind: for the command that will migrate it."""
    token = _checking.set(False)
    try:
        yield
    finally:
        _checking.reset(token)


def check_database(event: Any) -> None:
    """Subscriber of ``ApplicationCreated``: raise :class:`ConfigurationError` unless the database is up to date."""
    if not _checking.get():
        return
    try:
        _check(event.app.registry)
    except ConfigurationError:
        give_back(event.app.registry)  # nobody else will: the start ends here
        raise


def _check(registry: Registry) -> None:
    where = registry.settings.get("__file__", "")
    command = f"esea-admin {where or 'CONFIG'} migrate"
    try:
        late = behind(registry)
    except OperationalError as error:
        cause = f"the database does not answer ({type(error.orig).__name__})"
        raise ConfigurationError(
            [Problem("portal.database_url", where, cause, "start it, check the address")]
        ) from error
    except CommandError as error:
        cure = "install that plugin again, and downgrade its branch before taking it out"
        raise ConfigurationError([Problem("portal.database_url", where, str(error), cure)]) from error
    if late:
        cause = f"the database is behind for {', '.join(late)}"
        raise ConfigurationError([Problem("portal.database_url", where, cause, f"run `{command}`")])
