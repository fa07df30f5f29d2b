"""Mails that are due together go through one connection, which the server may end when it likes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from esea_auth_plugin.foundation.mail.models import Delivery
from esea_auth_plugin.interfaces import IMailWorker, IOutbox
from esea_auth_plugin.services import find


def test_a_batch_goes_through_one_connection(by_smtp: Any, database: Any, smtp: Any) -> None:
    post_welcomes(by_smtp, database, 3)
    assert find(by_smtp, IMailWorker).deliver_due() == 3
    assert smtp.connections == 1


def test_a_server_that_ends_its_connections_early_loses_no_mail(by_smtp: Any, database: Any, smtp: Any) -> None:
    smtp.mails_per_connection = 2
    post_welcomes(by_smtp, database, 5)
    assert find(by_smtp, IMailWorker).deliver_due() == 5
    assert smtp.connections == 3
    assert len({letter.to for letter in smtp.emails()}) == len(smtp.emails()) == 5


def test_a_refused_mail_does_not_stop_those_behind_it(by_smtp: Any, database: Any, smtp: Any) -> None:
    smtp.refuse = "550 nobody here"
    post_welcomes(by_smtp, database, 2)
    assert find(by_smtp, IMailWorker).deliver_due() == 0
    with database.reading() as session:
        assert set(session.scalars(select(Delivery.state))) == {"given_up"}
    assert smtp.connections == 1


def post_welcomes(by_smtp: Any, database: Any, count: int) -> None:
    with database.writing() as session:
        for number in range(count):
            values = {"name": "Zoé", "token": "t"}
            find(by_smtp, IOutbox).post(session, "test.welcome", to=f"zoe{number}@b.fr", values=values)
