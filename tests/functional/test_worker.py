"""The worker as a process: it sends what the pages posted, ends when told, and loses nothing when it is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from esea_auth_plugin.interfaces import IInvitations
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.processes import Helper
from esea_auth_plugin.testing.smtp import SmtpSink

TO = "zoe@chu.example.fr"
LOGGING = """
[loggers]
keys = root
[handlers]
keys = console
[formatters]
keys = line
[logger_root]
level = INFO
handlers = console
[handler_console]
class = StreamHandler
args = (sys.stderr,)
formatter = line
[formatter_line]
format = %(asctime)s %(levelname)s %(name)s %(message)s
"""
Start = Callable[[], Helper]


@pytest.fixture
def worker(portal: Portal, base_settings: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """``process = worker()``: starts a worker of the portal under test."""
    lines = {**base_settings, "portal.database_url": str(portal.db.engine.url)}
    ini = tmp_path / "portal.ini"
    ini.write_text(
        "[app:main]\nuse = egg:host-app\n"
        + "".join(f"{key} = {value.replace(chr(37), 2 * chr(37))}\n" for key, value in lines.items())
        + LOGGING
    )
    started: list[Helper] = []

    def start() -> Helper:
        command = [sys.executable, "-m", "esea_auth_plugin.cli", str(ini), "worker"]
        started.append(Helper(command, log=tmp_path / "log").start())
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.stop()


def invite(portal: Portal) -> None:
    with portal.db.writing() as session:
        portal.find(IInvitations).invite(session, TO, "support", by="cli")


def test_it_sends_what_was_posted_and_ends_when_told(portal: Portal, worker: Start, smtp: SmtpSink) -> None:
    process = worker()
    invite(portal)
    assert smtp.wait(TO).subject
    assert process.stop() == 0


def test_killed_in_mid_send_it_loses_nothing_and_the_double_is_recognised(
    portal: Portal, worker: Start, smtp: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server took the mail and the worker dies before it hears so: the worst moment there is."""
    whole = smtp.handle_DATA
    answered: list[bool] = []

    async def kept_without_answer(server: Any, session: Any, envelope: Any) -> str:
        answer = await whole(server, session, envelope)
        if not answered:
            answered.append(True)
            os.kill(process.pid, signal.SIGKILL)
            await asyncio.sleep(0)
        return answer

    monkeypatch.setattr(smtp, "handle_DATA", kept_without_answer)
    invite(portal)
    process = worker()
    assert process.wait() == -signal.SIGKILL
    assert portal.emails(TO) == smtp.emails(TO), "its lease still runs"
    portal.clock.advance(minutes=6)
    first, second = portal.emails(TO)
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert portal.emails(TO) == [first, second], "sent once more and no further"


def test_with_the_mail_server_down_no_page_fails_and_nothing_is_lost(portal: Portal, smtp: SmtpSink) -> None:
    person = portal.person()
    smtp.refuse = "451 try later"
    page = portal.app.get("/connexion/otp").maybe_follow()
    assert page.status_int == 200
    invite(portal)
    assert portal.emails() == []
    assert portal.app.get("/healthz").json["mail"]["waiting"] == 1
    smtp.refuse = None
    portal.clock.advance(seconds=11)
    assert [letter.to for letter in portal.emails()] == [TO]
    assert person.email not in {letter.to for letter in portal.emails()}
