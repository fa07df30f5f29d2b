"""The commands of the audit trail, and what ``doctor`` says of it and of a key file that is not the right one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def events(portal_run: Run, folder: Path) -> Run:
    """``run`` on a portal whose trail holds events, one with a side row."""
    from esea_auth_plugin.commands.loading import registry_of
    from esea_auth_plugin.foundation.database import IDatabase
    from esea_auth_plugin.interfaces import IAuditTrail
    from esea_auth_plugin.services import find

    registry = registry_of(str(folder / "portal.ini"))
    with find(registry, IDatabase).writing() as session:
        for _ in range(3):
            find(registry, IAuditTrail).record(session, "role.given", personal={"address": "192.0.2.7"})
    find(registry, IDatabase).engine.dispose()
    portal_run("worker", "--once")
    return portal_run


def add(folder: Path, *lines: str) -> None:
    ini = folder / "portal.ini"
    ini.write_text(ini.read_text() + "".join(f"{line}\n" for line in lines))


def execute(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "portal.sqlite")) as connection, connection:
        connection.execute(statement)


def keys_told(run: Run) -> list[str]:
    return [line for line in run("doctor")[1].splitlines() if line.startswith("keys:")]


def test_doctor_has_nothing_to_say_of_the_right_key_file(events: Run) -> None:
    assert keys_told(events) == []
    events("keys", "new")
    assert keys_told(events) == [], "a new key on top of the former one"
    status, printed, _ = events("audit", "verify")
    assert (status, "sealed and proven: 3" in printed) == (0, True)


def test_doctor_tells_of_another_portal_s_key_file(events: Run, folder: Path) -> None:
    (folder / "keys").unlink()
    events("keys", "new")
    told = keys_told(events)
    assert "the key file is not this portal's" in told[0]
    assert events("audit", "verify")[0] == 1


def test_doctor_tells_of_a_former_key_that_is_missing(events: Run, folder: Path) -> None:
    former = next(line for line in (folder / "keys").read_text().splitlines() if line.startswith("k"))
    events("keys", "new")
    events("worker", "--once")
    rest = (folder / "keys").read_text().replace(f"{former}\n", "")
    (folder / "keys").write_text(rest)
    told = "\n".join(keys_told(events))
    assert f"{former.split()[0]} is missing" in told or "not this portal's" in told
    assert "esea_audit_digest" in told


def test_doctor_tells_of_another_key_under_the_same_name(events: Run, folder: Path) -> None:
    lines = (folder / "keys").read_text().splitlines(keepends=True)
    name, secret = lines[-1].split()
    lines[-1] = f"{name} {secret[:-2][::-1]}{secret[-2:]}\n"
    (folder / "keys").write_text("".join(lines))
    assert keys_told(events) == [
        f"keys: the key {name} does not open what was sealed under its name: it is another key"
    ]


@pytest.mark.parametrize("content", [None, "not a key\n", ""])
def test_a_key_file_that_can_not_be_read_stops_doctor_in_words(events: Run, folder: Path, content: str | None) -> None:
    (folder / "keys").unlink()
    if content is not None:
        (folder / "keys").write_text(content)
    status, _, told = events("doctor")
    assert status == 2
    assert "portal.secret_keys" in told
    assert "Traceback" not in told


def test_doctor_tells_of_a_secret_that_everybody_reads(events: Run, folder: Path) -> None:
    (folder / "mail_password").write_text("s3cret")
    (folder / "mail_password").chmod(0o644)
    add(folder, f"portal.mail_password = file:{folder}/mail_password")
    assert keys_told(events) == [f"keys: {folder}/mail_password is readable by everybody on this machine: chmod 600"]


def test_doctor_tells_of_a_removed_trigger_and_of_what_waits_too_long(events: Run, folder: Path) -> None:
    assert "audit:" not in events("doctor")[1]
    execute(folder, "DROP TRIGGER esea_audit_seal_no_delete")
    execute(folder, "INSERT INTO esea_audit_digest (event_id, at, digest) VALUES ('x', '2020-01-01 00:00:00.0', 'x')")
    printed = events("doctor")[1]
    assert "audit: append-only triggers were removed or replaced: esea_audit_seal_no_delete" in printed
    assert "audit: 1 events wait for their seal" in printed
    status, verified, _ = events("audit", "verify")
    assert status == 1
    assert "WARNING: append-only triggers" in verified
    assert "BROKEN at unsealed, event x" in verified


def test_doctor_and_verification_tell_of_a_foreign_trigger(events: Run, folder: Path) -> None:
    assert events("audit", "verify")[0] == 0
    execute(
        folder,
        "CREATE TRIGGER swallow BEFORE INSERT ON esea_audit_event"
        " WHEN NEW.action = 'role.given' BEGIN SELECT RAISE(IGNORE); END",
    )
    assert "can drop or change events: swallow on esea_audit_event" in events("doctor")[1]
    status, verified, _ = events("audit", "verify")
    assert status == 1
    assert "WARNING: triggers or rules that are not the portal's: swallow on esea_audit_event" in verified


def test_heads_are_signed_checked_and_used(events: Run, folder: Path) -> None:
    assert events("audit", "sign-head")[0] == 2
    add(folder, f"portal.audit_head_file = {folder}/heads", f"portal.audit_head_key = file:{folder}/head_key")
    status, printed, _ = events("audit", "new-head-key")
    assert (status, "BEGIN PUBLIC KEY" in printed, "PRIVATE" in printed) == (0, True, False)
    assert events("audit", "new-head-key")[0] == 2
    assert "no head of the trail was signed yet" in events("doctor")[1]
    status, printed, _ = events("audit", "sign-head")
    assert (status, printed.startswith("head 1 signed: 3:")) == (0, True)
    assert "audit:" not in events("doctor")[1]
    assert "heads 1 to 1 verify" in events("audit", "check-heads")[1]
    events("worker", "--once")
    assert events("audit", "verify")[0] == 0
    copy = folder / "copy"
    copy.write_text((folder / "heads").read_text())
    (folder / "heads").write_text("")
    status, printed, _ = events("audit", "verify")
    assert (status, "BROKEN head file: it ends with head 0" in printed) == (1, True)
    assert events("audit", "verify", "--heads", str(copy))[0] == 0
    copy.write_text(copy.read_text().replace('"number":3', '"number":2'))
    assert events("audit", "check-heads", "--heads", str(copy))[0] == 1
    assert events("audit", "verify", "--heads", str(copy))[0] == 1
    assert events("audit", "verify", "--heads", str(folder / "missing"))[0] == 2


def test_doctor_tells_of_an_old_head_and_of_a_file_that_can_not_be_written(events: Run, folder: Path) -> None:
    from datetime import UTC, datetime, timedelta

    from esea_auth_plugin.foundation.audit.heads import HeadFile, new_line
    from esea_auth_plugin.foundation.security.signing import create_signing_key

    key = create_signing_key(folder / "head_key")
    add(folder, f"portal.audit_head_file = {folder}/no/heads", f"portal.audit_head_key = file:{folder}/head_key")
    assert "can't be written" in events("doctor")[1]
    (folder / "no").mkdir()
    old = datetime.now(UTC) - timedelta(days=2, minutes=1)
    line = new_line(HeadFile(), key, sequence=1, at=old, portal="http://localhost", number=1, link="x")
    (folder / "no" / "heads").write_text(line)
    assert "audit: the last head of the trail was signed on" in events("doctor")[1]
    (folder / "no" / "heads").write_text("{}\n")
    assert "audit: the head file can't be used: line 1 is no head" in events("doctor")[1]
