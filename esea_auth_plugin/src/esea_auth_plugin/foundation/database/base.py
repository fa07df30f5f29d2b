"""Declarative bases: one naming convention, one time type, and the branch that each table belongs to.

The branch is the Alembic branch that creates the table (see ``migrations``): a host that includes only the
foundation has no accounts table.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, cast

from sqlalchemy import CursorResult, DateTime, MetaData, Table, TypeDecorator, UpdateBase
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Session

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment: stored in UTC, given back in UTC. A naive value is a bug and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments; SQLite keeps no zone, so what it gets is already UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without time zone can't be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment back aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def make_metadata() -> MetaData:
    """Return a metadata that names constraints the way ours are; other plugins make theirs with it."""
    return MetaData(naming_convention=NAMING)


def new_id() -> str:
    """Return a new row id or public subject: a random UUID, as text of 36 characters."""
    return str(uuid.uuid4())


class Model(DeclarativeBase):
    """Base of this plugin's tables."""

    metadata = make_metadata()
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime}
    __branch__: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        table = cls.__dict__.get("__table__")
        if isinstance(table, Table):
            table.info["branch"] = cls.__branch__


class FoundationModel(Model):
    """A table of the foundation: sessions, throttle, mail, jobs, audit, reviews."""

    __abstract__ = True
    __branch__ = "esea_foundation"


class AccountsModel(Model):
    """A table that only the full plugin has: accounts, sign-up, sign-in, modes, catalogue."""

    __abstract__ = True
    __branch__ = "esea_auth"


def tables_of(metadata: MetaData, branch: str) -> Sequence[Table]:
    """Return the tables that a branch creates, in order of their dependencies."""
    return [table for table in metadata.sorted_tables if table.info.get("branch") == branch]


def rows_changed(session: Session, statement: UpdateBase) -> int:
    """Execute an ``UPDATE``, ``DELETE`` or ``INSERT`` and return how many rows it changed."""
    return cast("CursorResult[tuple[()]]", session.execute(statement)).rowcount
