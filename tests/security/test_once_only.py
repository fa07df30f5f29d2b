"""What is single-use is used once, however many ask at the same moment (row 11, decisions.md, ADR 8)."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, MetaData, String, Table, insert, select, update

from esea_auth_plugin.foundation.database import IDatabase
from esea_auth_plugin.foundation.security import tokens
from esea_auth_plugin.testing.threads import at_once

pytestmark = pytest.mark.databases("sqlite", "postgresql")

TICKETS = Table(
    "test_ticket",
    MetaData(),
    Column("digest", String(64), primary_key=True),
    Column("used_by", String(8), nullable=True),
)


def test_twenty_at_once_consume_a_token_once(database: IDatabase) -> None:
    TICKETS.create(database.engine)
    token = tokens.new_token()
    with database.writing() as session:
        session.execute(insert(TICKETS).values(digest=tokens.digest(token, kind="test")))
    winners: list[str] = []

    def consume(name: str) -> None:
        with database.writing() as session:
            statement = (
                update(TICKETS)
                .where(TICKETS.c.digest == tokens.digest(token, kind="test"), TICKETS.c.used_by.is_(None))
                .values(used_by=name)
                .returning(TICKETS.c.used_by)
            )
            winners.extend(session.execute(statement).scalars())

    at_once(consume, map(str, range(20)))
    assert len(winners) == 1
    with database.engine.connect() as elsewhere:  # committed, and not only in the winner's own eyes
        assert elsewhere.scalar(select(TICKETS.c.used_by)) == winners[0]
