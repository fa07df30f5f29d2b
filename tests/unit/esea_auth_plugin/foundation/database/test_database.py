"""Transactions behave the same on SQLite as the house promises: no writer starves, a reader can't write."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import String, select, text, update
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from esea_auth_plugin.foundation.database import (
    Database,
    UtcDateTime,
    make_engine,
    make_metadata,
    refuse_open_transaction,
    transaction_is_open,
)
from esea_auth_plugin.foundation.database.guard import SlowWorkInTransaction
from esea_auth_plugin.testing.threads import at_once


class Base(DeclarativeBase):
    metadata = make_metadata()


class Token(Base):
    __tablename__ = "token"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    uses: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    engine = make_engine(f"sqlite:///{tmp_path / 'essai.sqlite'}")
    Base.metadata.create_all(engine)
    yield Database(engine)
    engine.dispose()


def test_writers_that_read_first_never_fail(database: Database) -> None:
    with database.writing() as session:
        session.add(Token(name="compteur", uses=0))
    failures: list[Exception] = []

    def add_fifty(_: int) -> None:
        for _ in range(50):
            try:
                with database.writing() as session:
                    uses = session.scalars(select(Token.uses)).one()
                    session.execute(update(Token).values(uses=uses + 1))
            except OperationalError as error:
                failures.append(error)

    at_once(add_fifty, range(4))
    with database.reading() as session:
        assert session.scalars(select(Token.uses)).one() == 200
    assert failures == []


def test_a_reading_session_cannot_write(database: Database) -> None:
    with database.reading() as session, pytest.raises(DBAPIError, match=r"(?i)read.?only"):
        session.execute(text("INSERT INTO token (name, uses) VALUES ('x', 0)"))
    with database.writing() as session:  # the same pooled connection writes again afterwards
        session.add(Token(name="y"))


def test_what_raises_is_rolled_back(database: Database) -> None:
    with pytest.raises(RuntimeError), database.writing() as session:
        session.add(Token(name="perdu"))
        session.flush()
        raise RuntimeError
    with database.reading() as session:
        assert session.get(Token, "perdu") is None


def test_moments_are_kept_in_utc_and_naive_ones_refused(database: Database) -> None:
    summer = datetime(2026, 7, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    with database.writing() as session:
        session.add(Token(name="t", used_at=summer))
    with database.reading() as session:
        found = session.scalars(select(Token.used_at)).one()
    assert found == summer
    assert getattr(found, "tzinfo", None) is UTC
    with pytest.raises(StatementError), database.writing() as session:
        session.add(Token(name="naif", used_at=datetime(2026, 7, 1)))  # noqa: DTZ001 - that is the mistake


def test_slow_work_is_refused_while_a_transaction_is_open(database: Database) -> None:
    assert not transaction_is_open()
    with database.reading() as session:
        refuse_open_transaction("hachage")  # a session that has not begun holds nothing
        session.execute(text("SELECT 1"))
        with pytest.raises(SlowWorkInTransaction, match="hachage"):
            refuse_open_transaction("hachage")
    refuse_open_transaction("hachage")
