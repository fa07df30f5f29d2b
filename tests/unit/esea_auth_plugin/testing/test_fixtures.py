"""The fixtures themselves: fresh databases, a clock that processes share, real mail, counted queries."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import text

from esea_auth_plugin.foundation.database import IDatabase
from esea_auth_plugin.foundation.security.clock import FileClock
from esea_auth_plugin.interfaces import IClock
from esea_auth_plugin.services import find
from esea_auth_plugin.testing import databases
from esea_auth_plugin.testing.clock import ManualClock
from esea_auth_plugin.testing.smtp import SmtpSink


@pytest.mark.databases(*databases.BACKENDS)
def test_a_database_is_fresh_again_under_open_connections(backend: databases.Backend, database: IDatabase) -> None:
    def migrate() -> None:
        with database.writing() as session:
            session.execute(text("CREATE TABLE thing (id INTEGER)"))
        database.engine.dispose()

    for _ in range(3):
        databases.fresh(backend, "unit", f"things_{databases.worker()}", migrate)
        with database.writing() as session:
            session.execute(text("INSERT INTO thing VALUES (1)"))
            assert session.scalar(text("SELECT count(*) FROM thing")) == 1


def test_the_clock_stands_still_and_other_processes_read_it(clock: ManualClock) -> None:
    before = clock.now()
    assert clock.now() == before
    clock.advance(hours=2)
    assert clock.path is not None
    assert FileClock(clock.path).now() == clock.now() > before


def test_a_room_alone_runs_on_the_test_clock(package: Callable[..., Any], clock: ManualClock) -> None:
    assert find(package(), IClock).now() == clock.now()


def test_mail_arrives_decoded(smtp: SmtpSink) -> None:
    message = EmailMessage()
    message["Subject"] = "Votre code à usage unique"
    message["To"] = "anne.pierre@chu.example.fr"
    message.set_content("Voici votre code : 123 456, valable jusqu'à 2026. http://localhost/x")
    message.add_alternative("<p>Voici votre code</p>", subtype="html")
    with smtplib.SMTP(smtp.host, smtp.port) as client:
        client.send_message(message, "retours@example.fr", ["Anne.Pierre@chu.example.fr"])
    letter = smtp.wait("anne.pierre@chu.example.fr", subject="code à usage")
    assert letter.code == "123456"
    assert letter.links == ["http://localhost/x"]
    assert letter.sender == "retours@example.fr"
    assert "<p>" in letter.html


def test_queries_are_counted_without_transaction_noise(database: IDatabase, queries: Callable[[], Any]) -> None:
    with queries() as seen, database.writing() as session:
        session.execute(text("SELECT 1"))
    assert len(seen) == 1
    assert "SELECT 1" in str(seen)
