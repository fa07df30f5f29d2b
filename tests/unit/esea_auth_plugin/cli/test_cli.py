"""The command line does what it says, and says in one line why it can't."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from esea_auth_plugin.commands.line import parser
from esea_auth_plugin.testing.smtp import SmtpSink

Run = Callable[..., tuple[int, str, str]]


def subject_of(folder: Path, identifier: str) -> str:
    """Put an account in the small portal, the shortest way."""
    from esea_auth_plugin.commands.loading import registry_of
    from esea_auth_plugin.foundation.database import IDatabase
    from esea_auth_plugin.interfaces import AccountState, IAccounts
    from esea_auth_plugin.services import find

    registry = registry_of(str(folder / "portal.ini"))
    with find(registry, IDatabase).writing() as session:
        account = find(registry, IAccounts).create(
            session,
            identifier=identifier,
            email=f"{identifier}@chu.example.fr",
            attributes={"civility": "Mme", "first_name": "Anne", "last_name": "Pierre"},
            origin="declared",
            state=AccountState.ACTIVE,
        )
    find(registry, IDatabase).engine.dispose()
    subject: str = account.subject
    return subject


def rows(folder: Path, query: str) -> list[Any]:
    connection = sqlite3.connect(folder / "portal.sqlite")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_keys_come_first_and_only_their_owner_reads_them(run: Run, folder: Path) -> None:
    status, _, told = run("migrate")
    assert status == 2
    assert "portal.secret_keys" in told
    status, printed, _ = run("keys", "new")
    assert (status, stat.S_IMODE((folder / "keys").stat().st_mode)) == (0, 0o600)
    secret = (folder / "keys").read_text().splitlines()[-1].split()[1]
    assert secret not in printed
    run("keys", "new")
    assert len([line for line in (folder / "keys").read_text().splitlines() if line.startswith("k")]) == 2


def test_a_database_that_is_behind_is_told_in_one_line(run: Run, folder: Path) -> None:
    run("keys", "new")
    status, _, told = run("worker", "--once")
    assert status == 2
    assert f"run `esea-admin {folder / 'portal.ini'} migrate`" in told
    assert "Traceback" not in told


def test_migrate_upgrades_then_has_nothing_to_do(run: Run) -> None:
    run("keys", "new")
    assert run("migrate", "--check")[:2] == (1, "behind: esea_foundation, esea_auth\n")
    assert run("migrate")[:2] == (0, "upgraded: esea_foundation, esea_auth\n")
    assert run("migrate")[:2] == (0, "the database is up to date\n")
    assert run("migrate", "--check")[:2] == (0, "the database is as the code expects\n")


def test_dropping_a_branch_asks_for_yes(portal_run: Run, folder: Path) -> None:
    assert portal_run("migrate", "--downgrade", "esea_auth")[0] == 2
    assert portal_run("migrate", "--downgrade", "nothing", "--yes")[2].startswith("esea-admin: no branch nothing")
    assert portal_run("migrate", "--downgrade", "esea_auth", "--yes")[0] == 0
    names = {name for (name,) in rows(folder, "SELECT name FROM sqlite_master")}
    assert "esea_account" not in names
    assert "esea_session" in names or "esea_delivery" in names


def test_an_invitation_is_mailed_by_the_worker(portal_run: Run, smtp: SmtpSink) -> None:
    status, printed, _ = portal_run("account", "invite", "zoe@chu.example.fr", "--role", "support")
    assert (status, "24 hours" in printed) == (0, True)
    assert smtp.emails() == []
    assert portal_run("worker", "--once")[0] == 0
    assert [letter.subject for letter in smtp.emails("zoe@chu.example.fr")] == ["support cli"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("account", "invite", "zoe@chu.example.fr", "--role", "chief"), "no role chief; this portal's: support"),
        (("account", "invite", "zoe\r\n@chu.fr", "--role", "support"), "ne peut pas recevoir"),
        (("role", "add", "nobody", "support"), "no account nobody"),
        (("role", "remove", "anne.pierre", "support"), "does not have the role"),
    ],
)
def test_what_can_not_be_done_is_told_in_one_line(
    portal_run: Run, folder: Path, arguments: tuple[str, ...], why: str
) -> None:
    subject_of(folder, "anne.pierre")
    status, _, told = portal_run(*arguments)
    assert status == 2
    assert why in told
    assert told.count("\n") == 1


def test_a_role_is_given_and_taken_back_under_the_name_of_the_command_line(portal_run: Run, folder: Path) -> None:
    subject = subject_of(folder, "anne.pierre")
    assert portal_run("role", "add", "anne.pierre", "support")[0] == 0
    assert rows(folder, "SELECT subject, role, given_by FROM esea_role") == [(subject, "support", "cli")]
    assert portal_run("role", "remove", "anne.pierre@chu.example.fr", "support")[0] == 0
    assert rows(folder, "SELECT * FROM esea_role") == []
    acts = [action for (action,) in rows(folder, "SELECT action FROM esea_audit_event ORDER BY at, id")]
    assert {"role.given", "role.withdrawn"} <= set(acts)


def test_the_trail_is_proven_and_its_first_broken_row_named(portal_run: Run, folder: Path) -> None:
    subject_of(folder, "anne.pierre")
    portal_run("role", "add", "anne.pierre", "support")
    status, printed, _ = portal_run("audit", "verify")
    assert (status, "waiting for their seal: 0" in printed) == (0, False)
    portal_run("worker", "--once")
    status, printed, _ = portal_run("audit", "verify")
    assert (status, "waiting for their seal: 0" in printed) == (0, True)
    head = printed.splitlines()[-1].rpartition(" ")[2]
    assert portal_run("audit", "verify", "--anchor", head)[0] == 0
    connection = sqlite3.connect(folder / "portal.sqlite")
    connection.execute("DROP TRIGGER esea_audit_event_no_update")
    connection.execute("UPDATE esea_audit_event SET outcome = 'refused' WHERE action = 'role.given'")
    connection.commit()
    connection.close()
    status, printed, _ = portal_run("audit", "verify")
    assert status == 1
    assert "BROKEN at seal" in printed


def test_doctor_warns_of_what_is_valid_and_wrong(portal_run: Run, folder: Path, smtp: SmtpSink) -> None:
    portal_run("worker", "--once")
    status, printed, _ = portal_run("doctor")
    assert status == 1
    assert "portal.env is development" in printed
    assert "portal.url is not https" in printed
    assert "mail:" not in printed
    (folder / "keys").chmod(0o644)
    ini = folder / "portal.ini"
    ini.write_text(ini.read_text().replace(f"portal.mail_port = {smtp.port}", "portal.mail_port = 1"))
    _, printed, _ = portal_run("doctor")
    assert "readable by everybody" in printed
    assert "the SMTP server can't be used (ConnectionRefusedError)" in printed


def test_modes_are_listed_with_who_brings_them(portal_run: Run) -> None:
    _, printed, _ = portal_run("list-modes")
    lines = [line.split() for line in printed.splitlines()]
    assert [line for line in lines if "enabled" in line] == [
        ["mail_code", "enabled", "esea-auth-plugin"],
        ["password", "enabled", "esea-auth-plugin"],
    ]
    assert ["totp", "installed", "esea-auth-plugin"] in lines, "what is not enabled is listed too"


def test_every_problem_of_the_settings_is_told_at_once_without_a_value(run: Run, folder: Path) -> None:
    run("keys", "new")
    ini = folder / "portal.ini"
    ini.write_text(ini.read_text() + "portal.mail_prot = 25\nportal.mail_timeout = s3cret\n")
    status, _, told = run("migrate")
    assert status == 2
    assert "did you mean `portal.mail_port`" in told
    assert "portal.mail_timeout" in told
    assert "s3cret" not in told


def test_a_single_percent_sign_is_told_without_the_value(run: Run, folder: Path) -> None:
    ini = folder / "portal.ini"
    ini.write_text(ini.read_text() + "portal.mail_user = p%4ss\n")
    status, _, told = run("migrate")
    assert (status, told.count("\n"), "write it twice" in told) == (2, 1, True)
    assert "p%4ss" not in told


def test_a_missing_file_is_told(run: Run) -> None:
    status, _, told = run("migrate", config="nowhere.ini")
    assert (status, told) == (2, "esea-admin: nowhere.ini: no such file; give the portal's ini file first\n")


def test_no_command_takes_a_password() -> None:
    assert "password" not in parser().format_help().lower()
