"""The outbox keeps nothing readable, loses nothing, and doubles nothing that the recipient can't recognise."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, select, text

from esea_auth_plugin.foundation.audit.models import AuditEvent
from esea_auth_plugin.foundation.database import IDatabase
from esea_auth_plugin.foundation.database.guard import transaction_is_open
from esea_auth_plugin.foundation.mail.delivery import BACK_OFF, purge
from esea_auth_plugin.foundation.mail.models import Delivery
from esea_auth_plugin.foundation.mail.safety import UnsafeHeader
from esea_auth_plugin.foundation.mail.transport import MailRefused
from esea_auth_plugin.interfaces import IMailWorker, IOutbox
from esea_auth_plugin.services import find
from esea_auth_plugin.testing.clock import ManualClock
from esea_auth_plugin.testing.threads import at_once

TOKEN = "Qk3-jeton-secret-9Zz"
TO = "anne.pierre@chu.example.fr"


def post(registry: Any, database: IDatabase, *, to: str = TO, name: str = "Anne Pierre", **more: Any) -> str:
    with database.writing() as session:
        return find(registry, IOutbox).post(
            session, "test.welcome", to=to, values={"name": name, "token": TOKEN}, **more
        )


def row(database: IDatabase, delivery: str) -> Delivery:
    with database.reading() as session:
        return session.get_one(Delivery, delivery)


def dump(database: IDatabase) -> str:
    with database.engine.connect() as connection:
        tables = ("esea_delivery", "esea_audit_event", "esea_audit_personal", "esea_job")
        rows = [[list(map(str, each)) for each in connection.execute(text(f"SELECT * FROM {name}"))] for name in tables]
    return json.dumps(rows)


@pytest.mark.databases("sqlite", "postgresql")
def test_a_letter_leaves_with_its_act_and_is_wiped_once_sent(registry: Any, database: IDatabase, kept: Any) -> None:
    delivery = post(registry, database)
    waiting = dump(database)
    assert TOKEN not in waiting
    assert TO not in waiting
    assert find(registry, IMailWorker).deliver_due() == 1
    [(message, _, recipient)] = kept.mails
    assert recipient == TO
    assert TOKEN in message.get_body(("plain",)).get_content()
    sent = row(database, delivery)
    assert (sent.state, sent.content, sent.recipient) == ("sent", None, None)
    assert find(registry, IMailWorker).deliver_due() == 0


def test_a_rolled_back_act_sends_nothing(registry: Any, database: IDatabase, kept: Any) -> None:
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        find(registry, IOutbox).post(session, "test.welcome", to=TO, values={"name": "A", "token": TOKEN})
        raise ZeroDivisionError
    assert find(registry, IMailWorker).deliver_due() == 0


def test_nothing_is_sent_inside_a_transaction(registry: Any, database: IDatabase, kept: Any) -> None:
    open_ones: list[bool] = []
    kept.during = lambda: open_ones.append(transaction_is_open())
    post(registry, database)
    find(registry, IMailWorker).deliver_due()
    assert open_ones == [False]


def test_a_server_that_is_down_loses_nothing_and_is_asked_less_and_less(
    registry: Any, database: IDatabase, kept: Any, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    kept.fails_with = ConnectionRefusedError(f"for {TO}")
    delivery = post(registry, database)
    for wait in BACK_OFF:
        assert find(registry, IMailWorker).deliver_due() == 0
        assert row(database, delivery).next_at == clock.now() + wait
        assert find(registry, IMailWorker).deliver_due() == 0, "not before its time"
        clock.advance(seconds=wait.total_seconds())
    kept.fails_with = None
    assert find(registry, IMailWorker).deliver_due() == 1
    assert TO not in caplog.text


def test_after_the_last_try_it_is_given_up_loudly(
    registry: Any, database: IDatabase, kept: Any, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    kept.fails_with = ConnectionRefusedError()
    delivery = post(registry, database)
    for wait in (*BACK_OFF, timedelta()):
        find(registry, IMailWorker).deliver_due()
        clock.advance(seconds=wait.total_seconds())
    lost = row(database, delivery)
    assert (lost.state, lost.content, lost.recipient) == ("given_up", None, None)
    assert [record.levelno for record in caplog.records if "given up" in record.message] == [logging.ERROR]
    with database.reading() as session:
        assert session.scalars(select(AuditEvent.action)).all() == ["mail.given_up"]
        assert find(registry, IMailWorker).backlog(session).given_up == 1


def test_a_refused_recipient_is_given_up_at_once(registry: Any, database: IDatabase, kept: Any) -> None:
    kept.fails_with = MailRefused("SMTP 550")
    delivery = post(registry, database)
    find(registry, IMailWorker).deliver_due()
    assert row(database, delivery).state == "given_up"


def test_a_worker_killed_in_mid_send_leaves_the_letter_to_the_next_under_the_same_message_id(
    registry: Any, database: IDatabase, kept: Any, clock: ManualClock
) -> None:
    class Killed(BaseException):
        """What SIGKILL looks like from inside."""

    def die() -> None:
        kept.mails.append((None, "", ""))
        raise Killed

    delivery = post(registry, database)
    kept.during = die
    with pytest.raises(Killed):
        find(registry, IMailWorker).deliver_due()
    kept.during = lambda: None
    assert find(registry, IMailWorker).deliver_due() == 0, "its lease still runs"
    clock.advance(minutes=6)
    assert find(registry, IMailWorker).deliver_due() == 1
    assert kept.mails[-1][0]["Message-ID"] == row(database, delivery).message_id


def test_a_worker_whose_lease_ran_out_marks_nothing(
    registry: Any, database: IDatabase, kept: Any, clock: ManualClock
) -> None:
    delivery = post(registry, database)

    def slow() -> None:
        kept.during = lambda: None
        clock.advance(minutes=6)
        find(registry, IMailWorker).deliver_due()
        kept.fails_with = TimeoutError()

    kept.during = slow
    find(registry, IMailWorker).deliver_due()
    assert row(database, delivery).state == "sent", "the other worker's success stands"


@pytest.mark.databases("sqlite", "postgresql")
def test_two_workers_send_a_letter_once(registry: Any, database: IDatabase, kept: Any) -> None:
    for _ in range(5):
        post(registry, database)
    at_once(lambda _: find(registry, IMailWorker).deliver_due(), range(4))
    assert len({mail["Message-ID"] for mail, _, _ in kept.mails}) == len(kept.mails) == 5


def test_what_expired_is_wiped_unsent_and_told(
    registry: Any, database: IDatabase, kept: Any, clock: ManualClock
) -> None:
    kept.fails_with = ConnectionRefusedError()
    delivery = post(registry, database, valid_until=clock.now() + timedelta(seconds=5))
    find(registry, IMailWorker).deliver_due()
    clock.advance(seconds=5)
    kept.fails_with = None
    find(registry, IMailWorker).deliver_due()
    assert kept.mails == []
    assert (row(database, delivery).state, row(database, delivery).content) == ("expired", None)


def test_a_letter_moved_to_another_row_does_not_open(registry: Any, database: IDatabase, kept: Any) -> None:
    first, second = post(registry, database), post(registry, database, to="mallory@evil.example")
    with database.writing() as session:
        session.get_one(Delivery, second).content = session.get_one(Delivery, first).content
    find(registry, IMailWorker).deliver_due()
    assert [recipient for _, _, recipient in kept.mails] == [TO]


def test_an_idle_outbox_writes_nothing(registry: Any, database: IDatabase) -> None:
    begun: list[str] = []

    def note(connection: Connection, cursor: Any, statement: str, *rest: Any) -> None:
        begun.append(statement.split()[0])

    event.listen(database.engine, "before_cursor_execute", note)
    find(registry, IMailWorker).deliver_due()
    event.remove(database.engine, "before_cursor_execute", note)
    assert begun == ["SELECT"]


def test_old_deliveries_are_forgotten(registry: Any, database: IDatabase, kept: Any, clock: ManualClock) -> None:
    delivery = post(registry, database)
    find(registry, IMailWorker).deliver_due()
    clock.advance(days=31)
    purge(registry)
    with database.reading() as session:
        assert session.get(Delivery, delivery) is None


@pytest.mark.parametrize(
    "address",
    [
        "a@b.fr\r\nBcc: c@d.fr",
        "a@b.fr, c@d.fr",
        "Anne <a@b.fr>",
        "a@b.fr\u202e",
        "a b@c.fr",
        "@b.fr",
        "a@",
        "a@b@c.fr",
        f"{'a' * 250}@b.fr",
        "a..b@c.fr",
        "a@-b.fr",
        "é@b.fr",
    ],
)
def test_what_is_not_one_bare_address_is_refused_when_posted(registry: Any, database: IDatabase, address: str) -> None:
    with pytest.raises(UnsafeHeader):
        post(registry, database, to=address)


@pytest.mark.parametrize("name", ["Anne\r\nBcc: x@y.fr", "Anne\u202egnp", "Anne\nX: y", "An\x00ne", "Anne\u2028x"])
def test_a_name_that_breaks_the_subject_is_refused_when_posted(registry: Any, database: IDatabase, name: str) -> None:
    with pytest.raises(UnsafeHeader):
        post(registry, database, name=name)
