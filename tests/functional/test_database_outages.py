"""A database that can't work now: people are told to try again, operators in one line, and nothing has to be restarted.

On a PostgreSQL server of its own, which these tests stop, demote to a standby and promote again.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text
from webtest import TestApp, TestResponse

from esea_auth_plugin.foundation.database import new_id
from esea_auth_plugin.foundation.jobs.worker import Worker
from esea_auth_plugin.foundation.migrations import unchecked, upgrade
from esea_auth_plugin.foundation.shutdown import give_back
from esea_auth_plugin.testing import databases, postgresql, run
from esea_auth_plugin.testing.clock import ManualClock
from esea_auth_plugin.testing.fixtures import Applications
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.smtp import SmtpSink

DEADLINE = 60.0
UNAVAILABLE = "Portail momentanément indisponible"


class Server:
    """The PostgreSQL server of these tests."""

    def __init__(self, home: Path) -> None:
        self.home = home
        postgresql.start(home)
        postgresql.execute(home, 'CREATE DATABASE "portal"')
        self.url = postgresql.url(home, "portal")
        self.running = True

    def stop(self) -> None:
        postgresql.stop(self.home)
        self.running = False

    def start(self) -> None:
        postgresql.start_again(self.home)
        self.running = True

    def demote(self) -> None:
        """Come back as a standby, as the former primary does after a failover."""
        self.stop()
        (self.home / "data" / "standby.signal").touch()
        self.start()

    def promote(self) -> None:
        """Be the primary again."""
        if (self.home / "data" / "standby.signal").exists():
            postgresql.execute(self.home, "SELECT pg_promote()")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server for this module, in the run's folder: PostgreSQL's own user reaches nothing in pytest's."""
    found = Server(run.folder() / f"outages-{databases.worker()}")
    yield found
    found.stop()


@pytest.fixture(scope="module")
def served(server: Server, applications: Applications) -> Iterator[tuple[Any, Any]]:
    """The example portal on that server: its registry and its WSGI application."""
    settings = {**applications.base, "portal.database_url": server.url}
    with unchecked():
        config = applications.configure({"__file__": "test.ini"}, settings)
        wsgi = config.make_wsgi_app()
    upgrade(config.registry)
    yield config.registry, wsgi
    give_back(config.registry)


@pytest.fixture
def portal(served: tuple[Any, Any], server: Server, clock: ManualClock, smtp: SmtpSink) -> Iterator[Portal]:
    """The portal, its server running as the primary before and after."""
    found = Portal(*served, clock, smtp, "postgresql")
    yield found
    if not server.running:
        server.start()
    server.promote()
    found.close()


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the operator was told, and assert that no traceback came with it."""
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert not any(record.exc_info for record in errors)
    return [record.getMessage() for record in errors]


def is_a_polite_503(answer: TestResponse) -> None:
    """Assert that a person or a program is told to try again, and nothing of the database."""
    assert answer.status_int == 503 and int(answer.headers["Retry-After"]) >= 1
    assert UNAVAILABLE in answer.text
    assert not re.search("traceback|psycopg|sqlalchemy|SELECT|INSERT|UPDATE", answer.text)


def somebody(portal: Portal) -> tuple[TestApp, Person]:
    """Return a signed-in browser and its person, whom no other test of this module knows."""
    return portal.signed_in(identifier=f"anne.{new_id()[:8]}")


def signing_out(portal: Portal) -> Callable[..., TestResponse]:
    """Return an act that writes: the sign-out of somebody who is signed in, as often as it is called."""
    browser, _ = somebody(portal)
    form = next(form for form in browser.get("/connexion/deconnexion").forms.values() if "csrf_token" in form.fields)
    return lambda **headers: form.submit(status="*", headers=headers)


def test_a_server_that_became_read_only_is_told_and_left(
    portal: Portal, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """F23: after a failover, the portal still talks to the former primary."""
    sign_out = signing_out(portal)
    server.demote()
    assert portal.browser().get("/connexion").status_int == 200  # what only reads goes on
    caplog.clear()
    is_a_polite_503(sign_out())
    assert len(told(caplog)) == 1 and "database unavailable" in told(caplog)[0]
    problem = sign_out(Accept="application/json")
    assert problem.content_type == "application/problem+json" and problem.json["status"] == 503
    server.promote()
    assert sign_out().status_int == 303


def test_limits_that_can_t_be_counted_refuse_politely(
    portal: Portal, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    page = portal.browser().get("/connexion/otp").maybe_follow()
    server.demote()
    caplog.clear()
    form = next(form for form in page.forms.values() if "login" in form.fields)
    form["login"], form["password"] = "anne.pierre", "quelconque"
    answer = form.submit(status="*")
    assert answer.status_int == 503 and answer.headers["Retry-After"]
    assert len(told(caplog)) == 1


def test_a_write_deferred_to_the_end_of_the_request_fails_as_politely(
    portal: Portal, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """« Last seen » of a session is written after the views: no exception view sees it fail."""
    browser, _ = somebody(portal)
    portal.clock.advance(minutes=2)
    server.demote()
    caplog.clear()
    is_a_polite_503(browser.get("/compte", status="*"))
    assert len(told(caplog)) == 1


def test_a_server_that_is_down_and_comes_back_needs_no_restart_of_ours(
    portal: Portal, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    browser, _ = somebody(portal)
    server.stop()
    caplog.clear()
    is_a_polite_503(browser.get("/compte", status="*"))
    assert len(told(caplog)) == 1
    server.start()
    assert browser.get("/compte").status_int == 200


def test_a_server_that_was_restarted_is_not_even_noticed(portal: Portal, server: Server) -> None:
    browser, _ = somebody(portal)
    server.stop()
    server.start()
    assert browser.get("/compte").status_int == 200


def failing(engine: Engine, begins: str, act: Callable[[Connection], None]) -> Any:
    """Return a listener that acts before the first statement that begins so."""
    done: list[str] = []

    def before(connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not done and statement.startswith(begins):
            done.append(statement)
            act(connection)

    event.listen(engine, "before_cursor_execute", before)
    return before


def test_a_connection_that_the_administrator_ended_costs_one_answer(
    portal: Portal, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    sign_out = signing_out(portal)

    def terminate(connection: Connection) -> None:
        raw = connection.connection.driver_connection
        assert raw is not None
        postgresql.execute(server.home, f"SELECT pg_terminate_backend({raw.info.backend_pid}, 5000)")

    listener = failing(portal.db.engine, "UPDATE esea_session", terminate)
    caplog.clear()
    is_a_polite_503(sign_out())
    event.remove(portal.db.engine, "before_cursor_execute", listener)
    assert len(told(caplog)) == 1
    assert sign_out().status_int == 303


@pytest.mark.parametrize("limit", ["statement_timeout", "lock_timeout"])
def test_a_statement_that_waits_too_long_is_given_up(
    portal: Portal, caplog: pytest.LogCaptureFixture, limit: str
) -> None:
    sign_out = signing_out(portal)

    def hurry(connection: Connection) -> None:
        connection.connection.cursor().execute(f"SET LOCAL {limit} = '50ms'")

    listener = failing(portal.db.engine, "UPDATE esea_session", hurry)
    caplog.clear()
    with portal.db.engine.connect() as other:
        other.execute(text("SELECT id FROM esea_session FOR UPDATE"))
        is_a_polite_503(sign_out())
        other.rollback()
    event.remove(portal.db.engine, "before_cursor_execute", listener)
    assert len(told(caplog)) == 1
    assert sign_out().status_int == 303


def test_a_full_disk_is_told(portal: Portal, caplog: pytest.LogCaptureFixture) -> None:
    """The server says so by its own code, whichever statement it was."""
    sign_out = signing_out(portal)
    with portal.db.engine.begin() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
                "$$BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END$$"
            )
        )
        connection.execute(text("CREATE TRIGGER full_disk BEFORE UPDATE ON esea_session EXECUTE FUNCTION full_disk()"))
    caplog.clear()
    try:
        is_a_polite_503(sign_out())
    finally:
        with portal.db.engine.begin() as connection:
            connection.execute(text("DROP FUNCTION full_disk() CASCADE"))
    assert told(caplog) == [line for line in told(caplog) if "DiskFull 53100: could not extend file" in line] != []
    assert sign_out().status_int == 303


def test_the_worker_tells_an_outage_once_and_works_again_by_itself(
    portal: Portal, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    somebody(portal)
    caplog.set_level(logging.INFO, logger="esea_auth_plugin.foundation.jobs.worker")
    server.demote()
    portal.clock.advance(hours=2)
    caplog.clear()
    turned = threading.Event()
    turns: list[None] = []

    class Counting(Worker):
        def _turn(self, away: bool) -> bool:
            try:
                return super()._turn(away)
            finally:
                turns.append(None)
                turned.set()

    def wait_for(turn: int) -> None:
        while len(turns) < turn:
            turned.clear()
            assert turned.wait(DEADLINE)

    worker = Counting(portal.registry, pace=0.01).start()
    try:
        wait_for(4)
        assert len(told(caplog)) == 1 and "jobs wait" in told(caplog)[0]
        server.promote()
        wait_for(len(turns) + 3)
    finally:
        worker.stop()
    assert len(told(caplog)) == 1
    assert "database available again" in caplog.text
    with portal.db.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM esea_job WHERE last_success_at IS NOT NULL"))


@pytest.mark.databases("sqlite")
def test_a_sqlite_file_that_somebody_else_writes_to_is_an_outage_too(
    applications: Applications, clock: ManualClock, smtp: SmtpSink, caplog: pytest.LogCaptureFixture
) -> None:
    found = Portal(*applications.get("sqlite", {}), clock, smtp, "sqlite")
    sign_out = signing_out(found)
    engine = found.db.engine

    def impatient(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA busy_timeout = 50")

    event.listen(engine, "connect", impatient)
    engine.dispose()
    caplog.clear()
    with found.db.session(read_only=False) as other:
        other.execute(text("DELETE FROM esea_parked_form"))
        is_a_polite_503(sign_out())
        other.rollback()
    assert [line.rpartition(": ")[2] for line in told(caplog)] == ["database is locked"]
    assert sign_out().status_int == 303
    event.remove(engine, "connect", impatient)
    found.close()
