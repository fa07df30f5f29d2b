"""Attacks on the audit trail by somebody with full SQL access and without the portal's keys."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, inspect, text
from tests.audit import Trail

from esea_auth_plugin.foundation.audit import audit_rows, retention
from esea_auth_plugin.foundation.audit.content import canonical
from esea_auth_plugin.foundation.audit.keys import TrailKeys, origin_of
from esea_auth_plugin.foundation.audit.models import AuditDigest
from esea_auth_plugin.foundation.audit.sealer import BATCH, ForgedEvents
from esea_auth_plugin.foundation.audit.verification import verify
from esea_auth_plugin.foundation.database import IDatabase
from esea_auth_plugin.foundation.security.tokens import new_salt, salted_digest
from esea_auth_plugin.interfaces import IAuditTrail, ISealer
from esea_auth_plugin.services import find

pytestmark = pytest.mark.databases("sqlite", "postgresql")


def forged_event(action: str, at: datetime, details: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Return an event's columns and the digest that the portal would compute: no secret is needed for either."""
    salt = new_salt().hex()
    row = {
        "id": str(uuid.uuid4()),
        "at": at,
        "action": action,
        "outcome": "success",
        "actor": None,
        "target": None,
        "details": json.dumps(details, sort_keys=True, separators=(",", ":")),
        "personal_digest": "",
        "salt": salt,
    }
    content = {name: row[name] for name in ("id", "action", "outcome", "actor", "target", "details")}
    content |= {"at": at.astimezone(UTC).isoformat(timespec="microseconds"), "personal": ""}
    return row, salted_digest(bytes.fromhex(salt), canonical(content).encode())


def insert_like_an_honest_row(database: IDatabase, table: str, values: dict[str, Any]) -> None:
    """Insert a row; columns that the attacker can't compute are copied from a row that the portal wrote."""
    with database.writing() as session:
        columns = [column["name"] for column in inspect(session.connection()).get_columns(table)]
        given = [f":{name}" if name in values else name for name in columns]
        if session.get_bind().dialect.name == "sqlite" and "at" in values:
            values = {**values, "at": values["at"].astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")}
        session.execute(
            text(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(given)} FROM {table} LIMIT 1"),
            values,
        )


def insert_forged_event(database: IDatabase, action: str, at: datetime, details: dict[str, Any]) -> str:
    row, digest = forged_event(action, at, details)
    insert_like_an_honest_row(database, "esea_audit_event", row)
    insert_like_an_honest_row(database, "esea_audit_digest", {"event_id": row["id"], "at": row["at"], "digest": digest})
    return str(row["id"])


def test_a_forged_retention_event_does_not_explain_an_emptied_trail(trail: Trail) -> None:
    """The attack of issue 10, 1.2: forge `audit.pruned`, let the portal seal it, delete everything else."""
    for _ in range(5):
        trail.record(target="subject-anne", personal={"address": "192.0.2.7"})
    trail.seal()
    anchor = trail.verify().head
    now = trail.clock.now()
    forged = insert_forged_event(trail.database, "audit.pruned", now, {"before": now.isoformat(), "count": 5})
    trail.seal_despite_forgery()
    trail.execute("DELETE FROM esea_audit_personal")
    trail.execute("DELETE FROM esea_audit_event WHERE id <> :forged", forged=forged)
    assert not trail.verify(anchor=anchor).proven
    assert not trail.verify().proven


@pytest.mark.parametrize("code", ["", "m1", "m1.unknown.00", "copied", "other_portal"])
def test_a_forged_event_is_never_sealed_and_blocks_nothing_behind_it(trail: Trail, code: str) -> None:
    trail.record()
    honest = trail.events()[0]
    before = trail.clock.now() - timedelta(hours=1)
    forged, digest = forged_event("role.given", before, {})
    other_portal = TrailKeys(find(trail.registry, ISealer), origin_of("https://staging.example.fr"))
    codes = {
        "copied": honest.mac,
        "other_portal": other_portal.event_mac(forged["id"], before, digest),
    }
    insert_like_an_honest_row(trail.database, "esea_audit_event", forged)
    values = {"event_id": forged["id"], "at": before, "digest": digest, "mac": codes.get(code, code)}
    if code == "other_portal":
        values["origin"] = other_portal.origin
    insert_like_an_honest_row(trail.database, "esea_audit_digest", values)
    trail.record()
    trail.seal_despite_forgery()
    report = trail.verify()
    assert (report.sealed, report.unsealed) == (2, 1)
    assert {problem.event_id for problem in report.problems} == {forged["id"]}
    trail.record()
    trail.seal_despite_forgery()
    assert trail.verify().sealed == 3


def test_more_forged_events_than_a_batch_do_not_block_the_honest_ones(trail: Trail) -> None:
    trail.record()
    early = trail.clock.now() - timedelta(hours=1)
    rows = [{"event_id": str(uuid.uuid4()), "at": early, "digest": "x", "mac": "x"} for _ in range(BATCH + 1)]
    with trail.database.writing() as session:
        session.execute(insert(AuditDigest), rows)
    trail.seal_despite_forgery()
    report = trail.verify()
    assert (report.sealed, report.unsealed) == (1, BATCH + 1)
    assert report.problem_count > len(report.problems)


def test_a_copied_event_under_another_id_does_not_pass(trail: Trail) -> None:
    """Replay: content, digest and code of an honest event, all of them, under a new id."""
    trail.record(target="subject-anne")
    insert_like_an_honest_row(trail.database, "esea_audit_event", {"id": "replayed"})
    insert_like_an_honest_row(trail.database, "esea_audit_digest", {"event_id": "replayed"})
    trail.seal_despite_forgery()
    assert not trail.verify().proven


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("DELETE FROM esea_audit_personal WHERE event_id = :one", "lost its side row"),
        ("UPDATE esea_audit_personal SET sealed = '' WHERE event_id = :one", "emptied side row"),
        (
            "UPDATE esea_audit_personal SET sealed = '', erased_by = 'migration', erased_mac = 'm1.x.y'"
            " WHERE event_id = :one",
            "emptied side row",
        ),
        ("UPDATE esea_audit_personal SET sealed = 's1.lost.' || :body WHERE event_id = :one", "not on the ring"),
        (
            "UPDATE esea_audit_personal SET sealed = '',"
            " erased_by = (SELECT erased_by FROM esea_audit_personal WHERE erased_by <> ''),"
            " erased_mac = (SELECT erased_mac FROM esea_audit_personal WHERE erased_by <> '')"
            " WHERE event_id = :one",
            "emptied side row",
        ),
    ],
)
def test_a_side_row_that_goes_without_explanation_is_found(trail: Trail, statement: str, why: str) -> None:
    trail.record(target="subject-anne", personal={"address": "192.0.2.7"})
    trail.record(target="subject-zoe", personal={"address": "192.0.2.8"})
    with trail.database.writing() as session:
        assert retention.erase_personal(trail.registry, session, "subject-zoe", by=None) == 1
    trail.seal()
    assert trail.verify().proven
    one = trail.events()[0].event_id
    trail.execute(statement.replace(":body", f"'{'A' * 60}'"), one=one)
    report = trail.verify()
    assert [(problem.event_id, why in problem.why) for problem in report.problems] == [(one, True)], report.problems


def test_an_event_deleted_before_its_time_stays_unexplained_once_its_time_has_come(trail: Trail) -> None:
    """The retention of a later day counts what it removed itself; it does not cover what was gone before."""
    for _ in range(3):
        trail.record(target="subject-anne")
    trail.seal()
    trail.execute("DELETE FROM esea_audit_event WHERE id = :one", one=trail.events()[1].event_id)
    assert not trail.verify().proven
    trail.clock.advance(days=366)
    trail.record()
    trail.seal()
    assert retention.prune(trail.registry) == 2
    report = trail.verify()
    assert not report.proven
    assert "3 contents are gone by retention" in report.problems[0].why


def test_retention_over_the_years_explains_itself(trail: Trail) -> None:
    """Events that explained a loss go in their turn, and what they explained stays explained."""
    for month in range(40):
        trail.record(target="subject-anne", personal={"address": "192.0.2.7"})
        trail.seal()
        if month % 7 == 3:
            with trail.database.writing() as session:
                event_id = trail.events()[-1].event_id
                assert retention.erase(trail.registry, session, event_id, by=None, reason="dpo")
        if month % 9 == 4:
            with trail.database.writing() as session:
                assert retention.erase_personal(trail.registry, session, "subject-anne", by=None)
        trail.clock.advance(days=30)
        retention.prune(trail.registry)
        report = trail.verify()
        assert report.proven, (month, report.problems)
    assert report.erased > 25
    with trail.database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM esea_audit_event WHERE action = 'audit.erased'")) == 2


def test_an_event_that_explains_a_loss_is_not_erased_by_itself(trail: Trail) -> None:
    trail.record()
    trail.seal()
    with trail.database.writing() as session:
        first = trail.events()[0].event_id
        retention.erase(trail.registry, session, first, by=None, reason="dpo")
        explanation = audit_rows(session, action="audit.erased")[0]
        with pytest.raises(ValueError, match="explains"):
            retention.erase(trail.registry, session, explanation.id, by=None, reason="dpo")


@pytest.mark.parametrize(
    ("days", "bound", "clock_ahead"),
    [(30, 30, 0), (365, 10, 0), (179, 400, 0), (365, 365, 400)],
    ids=["less than the law asks", "a bound in its own retention", "a day less", "a clock of next year"],
)
def test_a_sealed_retention_that_is_impossible_explains_nothing(
    trail: Trail, days: int, bound: int, clock_ahead: int
) -> None:
    """Even written by the portal's own code, with its keys: a wrong clock, a changed program."""
    for _ in range(2):
        trail.record()
    trail.seal()
    trail.clock.advance(days=20)
    verified_at = trail.clock.now()
    trail.clock.advance(days=clock_ahead)
    now = trail.clock.now()
    details = {"before": (now - timedelta(days=bound)).isoformat(), "count": 2, "total": 2, "retention_days": days}
    if bound > 20 + clock_ahead:
        trail.clock.set(now)
    gone = [event.event_id for event in trail.events()]
    trail.record("audit.pruned", details=details)
    trail.seal()
    for event_id in gone:
        trail.execute("DELETE FROM esea_audit_event WHERE id = :gone", gone=event_id)
    with trail.database.reading() as session:
        assert not verify(session, find(trail.registry, TrailKeys), now=verified_at).proven


def test_an_explanation_without_its_seal_explains_nothing(trail: Trail) -> None:
    trail.record()
    trail.seal()
    trail.clock.advance(days=366)
    trail.record()
    assert retention.prune(trail.registry) == 1
    assert trail.verify().proven
    trail.untrigger()
    trail.execute("DELETE FROM esea_audit_seal WHERE number = 3")
    assert not trail.verify().proven


def test_a_removed_or_emptied_trigger_is_told(trail: Trail) -> None:
    assert trail.verify().missing_triggers == []
    if trail.database.engine.dialect.name == "sqlite":
        trail.execute(
            "DROP TRIGGER esea_audit_seal_no_delete",
            "CREATE TRIGGER esea_audit_seal_no_delete BEFORE DELETE ON esea_audit_seal BEGIN SELECT 1; END",
        )
    else:
        trail.execute("ALTER TABLE esea_audit_seal DISABLE TRIGGER esea_audit_seal_no_delete")
    assert trail.verify().missing_triggers == ["esea_audit_seal_no_delete"]
    trail.untrigger()
    assert len(trail.verify().missing_triggers) == (8 if trail.database.engine.dialect.name == "sqlite" else 7)


@pytest.mark.parametrize("part", ["event", "digest"])
def test_half_an_event_that_waits_for_its_seal_can_not_be_removed(trail: Trail, part: str) -> None:
    trail.record()
    trail.untrigger()
    key = "id" if part == "event" else "event_id"
    trail.execute(f"DELETE FROM esea_audit_{part} WHERE {key} = :one", one=trail.events()[0].event_id)
    report = trail.verify()
    assert not report.proven


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE esea_audit_event SET salt = 'no hexadecimal'",
        "UPDATE esea_audit_event SET details = '[[['",
        'UPDATE esea_audit_event SET action = \'audit.pruned\', details = \'{"before": 5, "total": "x"}\'',
        "UPDATE esea_audit_digest SET mac = 'm1..' ",
        "UPDATE esea_audit_personal SET sealed = '...'",
        "UPDATE esea_audit_digest SET at = '9999-12-31 23:59:59.999999'",
        "UPDATE esea_audit_digest SET at = CAST('infinity' AS TIMESTAMP WITH TIME ZONE)",
        "UPDATE esea_audit_event SET at = 'yesterday'",
        "UPDATE esea_audit_digest SET at = x'00ff'",
        "UPDATE esea_audit_digest SET digest = 7, origin = CAST(x'ff' AS TEXT)",
        "UPDATE esea_audit_event SET details = CAST(x'c328' AS TEXT)",
        "UPDATE esea_audit_event SET target = x'ff'",
    ],
)
@pytest.mark.parametrize("sealed", [True, False])
def test_hostile_values_are_reported_and_stop_neither_verification_nor_sealer(
    trail: Trail, change: str, sealed: bool
) -> None:
    postgresql = trail.database.engine.dialect.name == "postgresql"
    if ("infinity" in change) != postgresql and ("infinity" in change or "x'" in change or "yesterday" in change):
        return  # a value that this database refuses to store
    trail.record(personal={"address": "192.0.2.7"})
    if sealed:
        trail.seal()
    trail.untrigger()
    trail.execute(change)
    trail.record()
    with suppress(ForgedEvents):
        trail.seal()
    report = trail.verify()
    assert not report.proven
    assert report.sealed >= 1, "the honest event behind it is sealed and verifies"


def test_no_event_passes_for_one_of_the_time_before_codes(trail: Trail) -> None:
    """The seals of then need a key too, and nothing makes them any more."""
    trail.record()
    trail.seal()
    trail.untrigger()
    trail.execute("UPDATE esea_audit_digest SET mac = '', origin = ''")
    assert not trail.verify().proven
    trail.execute("DELETE FROM esea_audit_seal")
    trail.seal_despite_forgery()
    assert not trail.verify().proven


def test_recording_stays_one_flush_without_a_query(trail: Trail, queries: Callable[[], Any]) -> None:
    with trail.database.writing() as session:
        session.execute(text("SELECT 1"))
        with queries() as seen:
            find(trail.registry, IAuditTrail).record(session, "sign_in.refused", personal={"address": "192.0.2.7"})
    inserts = [statement for statement in seen.statements if statement.startswith("INSERT")]
    assert (len(inserts), len(seen)) == (3, 3)
