"""The demo's first day: that of its database. The catalogue's relative days count from it, whenever the demo starts."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import column, func, inspect, select, table

from esea_auth_plugin.foundation.database import UtcDateTime, make_engine

_ACCOUNTS = table("esea_account", column("created_at", UtcDateTime))


def first_day(database_url: str) -> str:
    """Return the day on which the demo's people were created, ``YYYY-MM-DD`` in Europe/Paris, or ``""`` before that."""
    engine = make_engine(database_url)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table(_ACCOUNTS.name):
                return ""
            begun = connection.scalar(select(func.min(_ACCOUNTS.c.created_at)))
    finally:
        engine.dispose()
    return begun.astimezone(ZoneInfo("Europe/Paris")).date().isoformat() if begun else ""
