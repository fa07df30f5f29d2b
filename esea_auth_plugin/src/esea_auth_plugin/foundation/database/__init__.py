"""The database: base classes, the UTC type, engines, and the sessions that requests and jobs work in."""

from __future__ import annotations

from ...pyramid_types import Configurator, Registry
from ...services import find
from ...settings import FoundationSettings
from .availability import describe, is_unavailable
from .base import AccountsModel, FoundationModel, Model, UtcDateTime, make_metadata, new_id, rows_changed, tables_of
from .engine import Database, IDatabase, make_engine
from .guard import refuse_open_transaction, transaction_is_open
from .locking import lock_accounts, lost_lock
from .request_session import request_of, request_session, write_on_get
from .retrying import retrying

__all__ = [
    "AccountsModel",
    "Database",
    "FoundationModel",
    "IDatabase",
    "Model",
    "UtcDateTime",
    "describe",
    "is_unavailable",
    "lock_accounts",
    "lost_lock",
    "make_engine",
    "make_metadata",
    "new_id",
    "refuse_open_transaction",
    "request_of",
    "retrying",
    "rows_changed",
    "tables_of",
    "transaction_is_open",
    "write_on_get",
]


def includeme(config: Configurator) -> None:
    """Publish :class:`IDatabase` and ``request.dbsession``."""

    def database(registry: Registry) -> IDatabase:
        return Database(make_engine(find(registry, FoundationSettings).database_url))

    config.add_settings({"tm.manager_hook": "pyramid_tm.explicit_manager", "tm.annotate_user": "false"})
    config.include("pyramid_tm")
    config.add_service(IDatabase, database)
    config.add_request_method(request_session, "dbsession", reify=True)
