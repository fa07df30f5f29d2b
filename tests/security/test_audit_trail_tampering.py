"""Tampering that once left the trail « proven »: seals outside the chain, erasure, foreign triggers, other portals."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from tests.audit import Trail, make_trail
from tests.security.test_audit_trail_attacks import forged_event, insert_like_an_honest_row

from esea_auth_plugin.foundation.audit import audit_rows, retention
from esea_auth_plugin.foundation.audit.keys import TrailKeys, origin_of
from esea_auth_plugin.foundation.audit.sealer import ForeignTriggers, ForgedEvents
from esea_auth_plugin.foundation.audit.writing import RowNotWritten
from esea_auth_plugin.foundation.database import IDatabase
from esea_auth_plugin.interfaces import ISealer
from esea_auth_plugin.services import find
from esea_auth_plugin.testing.clock import ManualClock

pytestmark = pytest.mark.databases("sqlite", "postgresql")

STAGING = "https://staging.example.fr"
ADDRESS = {"address": "192.0.2.7"}


def on_postgresql(trail: Trail) -> bool:
    return trail.database.engine.dialect.name == "postgresql"


def allow_any_number(trail: Trail) -> None:
    """Do what whoever owns the tables can: drop or ignore the check on the seals' numbers."""
    if on_postgresql(trail):
        trail.execute("ALTER TABLE esea_audit_seal DROP CONSTRAINT IF EXISTS ck_esea_audit_seal_number")


def insert_seal(trail: Trail, number: int, event_id: str) -> None:
    allow_any_number(trail)
    checks = [] if on_postgresql(trail) else ["PRAGMA ignore_check_constraints = ON"]
    insert = "INSERT INTO esea_audit_seal (number, event_id, link) VALUES (:number, :event_id, '')"
    trail.execute(*checks, insert, number=number, event_id=event_id)
    if not on_postgresql(trail):
        trail.execute("PRAGMA ignore_check_constraints = OFF")


def insert_forged(trail: Trail, at: datetime, *, mac: str = "", origin: str = "") -> str:
    """Insert an event with its digest; the columns of its code are the attacker's."""
    row, digest = forged_event("sign_in.refused", at, {})
    row["target"] = None
    insert_like_an_honest_row(trail.database, "esea_audit_event", row)
    values = {"event_id": row["id"], "at": at, "digest": digest, "mac": mac, "origin": origin}
    insert_like_an_honest_row(trail.database, "esea_audit_digest", values)
    return str(row["id"])


def foreign_trigger(trail: Trail, table: str, act: str = "INSERT") -> None:
    """Have the database drop each row silently."""
    if on_postgresql(trail):
        trail.execute(
            "CREATE OR REPLACE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
            f"CREATE TRIGGER swallow BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION swallow()",
        )
    else:
        trail.execute(f"CREATE TRIGGER swallow BEFORE {act} ON {table} BEGIN SELECT RAISE(IGNORE); END")


@pytest.mark.parametrize("number", [-1, 0])
def test_a_forged_event_with_a_seal_outside_the_chain_is_found(trail: Trail, number: int) -> None:
    trail.record()
    trail.seal()
    forged = insert_forged(trail, trail.clock.now())
    insert_seal(trail, number, forged)
    report = trail.verify()
    assert forged in {problem.event_id for problem in report.problems}
    assert report.sealed == 1
    with pytest.raises(ForgedEvents):
        trail.seal()


def test_an_honest_event_is_not_hidden_by_a_seal_outside_the_chain(trail: Trail) -> None:
    trail.record(personal=ADDRESS)
    trail.seal()
    trail.record(personal=ADDRESS)
    waiting = trail.events()[1].event_id
    insert_seal(trail, -10, waiting)
    trail.execute(
        "DELETE FROM esea_audit_personal WHERE event_id = :id",
        "DELETE FROM esea_audit_event WHERE id = :id",
        id=waiting,
    )
    trail.record()
    trail.seal_despite_forgery()
    report = trail.verify()
    assert {problem.event_id for problem in report.problems} == {waiting}
    assert report.sealed == 2


def test_retention_does_not_remove_what_only_a_seal_outside_the_chain_covers(trail: Trail) -> None:
    trail.record()
    trail.seal()
    forged = insert_forged(trail, trail.clock.now())
    insert_seal(trail, -1, forged)
    trail.clock.advance(days=400)
    assert retention.prune(trail.registry) == 1
    with trail.database.reading() as session:
        assert [row.id for row in audit_rows(session, action="sign_in.refused")] == [forged]


def test_the_database_refuses_a_seal_without_a_place(trail: Trail) -> None:
    trail.record()
    insert = "INSERT INTO esea_audit_seal (number, event_id, link) VALUES (0, :event_id, '')"
    with pytest.raises(IntegrityError):
        trail.execute(insert, event_id=trail.events()[0].event_id)


def test_erasure_of_a_person_leaves_events_that_were_turned_into_theirs(trail: Trail) -> None:
    trail.record(target="subject-anne", personal=ADDRESS)
    trail.record(target="subject-zoe", personal=ADDRESS)
    trail.seal()
    anne = trail.events()[0].event_id
    trail.untrigger()
    trail.execute("UPDATE esea_audit_event SET target = 'subject-zoe' WHERE id = :id", id=anne)
    with trail.database.writing() as session:
        assert retention.erase_personal(trail.registry, session, "subject-zoe", by=None) == 1
    trail.execute("UPDATE esea_audit_event SET target = 'subject-anne' WHERE id = :id", id=anne)
    with trail.database.reading() as session:
        left = session.scalars(text("SELECT event_id FROM esea_audit_personal WHERE sealed <> ''")).all()
    assert left == [anne]
    assert trail.verify().proven


def test_an_erasure_explains_only_the_rows_of_its_own_person(trail: Trail) -> None:
    """A mark that a portal without the check above made: with the keys, for somebody else's event."""
    trail.record(target="subject-anne", personal=ADDRESS)
    trail.record(target="subject-zoe", personal=ADDRESS)
    trail.record("audit.personal_erased", target="subject-zoe", details={"count": 2})
    trail.seal()
    anne, zoe, erasure = (event.event_id for event in trail.events())
    keys = find(trail.registry, TrailKeys)
    for each in (anne, zoe):
        trail.execute(
            "UPDATE esea_audit_personal SET sealed = '', erased_by = :by, erased_mac = :mac WHERE event_id = :id",
            by=erasure,
            mac=keys.erasure_mac(each, erasure),
            id=each,
        )
    assert [problem.event_id for problem in trail.verify().problems] == [anne]


def test_an_event_that_was_changed_is_not_erased_by_its_reference(trail: Trail) -> None:
    trail.record(target="subject-anne")
    trail.seal()
    event_id = trail.events()[0].event_id
    trail.untrigger()
    trail.execute("UPDATE esea_audit_event SET target = 'subject-zoe'")
    with trail.database.writing() as session, pytest.raises(ValueError, match="changed"):
        retention.erase(trail.registry, session, event_id, by=None, reason="dpo")


@pytest.mark.parametrize("table", ["esea_audit_event", "esea_audit_digest", "esea_audit_personal", "esea_audit_seal"])
def test_a_row_that_the_database_drops_silently_fails_the_act(trail: Trail, table: str) -> None:
    trail.record(personal=ADDRESS)
    foreign_trigger(trail, table)
    with pytest.raises(RowNotWritten):
        trail.record(personal=ADDRESS)
        trail.seal()
    assert [table in name for name in trail.verify().foreign_triggers] == [True]


def test_an_erasure_that_the_database_drops_silently_fails(trail: Trail) -> None:
    trail.record(target="subject-zoe", personal=ADDRESS)
    foreign_trigger(trail, "esea_audit_personal", "UPDATE")
    with trail.database.writing() as session, pytest.raises(RowNotWritten):
        retention.erase_personal(trail.registry, session, "subject-zoe", by=None)


def test_a_foreign_trigger_fails_the_sealer_which_health_watches(trail: Trail) -> None:
    trail.record()
    foreign_trigger(trail, "esea_audit_event", "DELETE")
    with pytest.raises(ForeignTriggers, match="swallow"):
        trail.seal()
    assert trail.verify().sealed == 1


def test_rules_and_row_filters_of_postgresql_are_told(trail: Trail) -> None:
    assert trail.verify().foreign_triggers == []
    if not on_postgresql(trail):
        return
    trail.execute(
        "CREATE RULE swallow AS ON INSERT TO esea_audit_digest WHERE NEW.digest = 'x' DO INSTEAD NOTHING",
        "ALTER TABLE esea_audit_event ENABLE ROW LEVEL SECURITY",
    )
    assert len(trail.verify().foreign_triggers) == 2


def test_an_event_of_another_portal_with_the_same_keys_is_not_sealed(trail: Trail) -> None:
    """The unauthenticated origin of the last digest opened the door to it."""
    trail.record()
    trail.seal()
    staging = origin_of(STAGING)
    trail.untrigger()
    trail.execute("UPDATE esea_audit_digest SET origin = :origin", origin=staging)
    at = trail.clock.now()
    row, digest = forged_event("sign_in.refused", at, {})
    keys = TrailKeys(find(trail.registry, ISealer), staging)
    insert_like_an_honest_row(trail.database, "esea_audit_event", row)
    values = {"event_id": row["id"], "at": at, "digest": digest, "origin": staging}
    values["mac"] = keys.event_mac(row["id"], at, digest)
    insert_like_an_honest_row(trail.database, "esea_audit_digest", values)
    trail.seal_despite_forgery()
    assert row["id"] in {problem.event_id for problem in trail.verify().problems}


def portal_at(
    package: Callable[..., Any], database: IDatabase, clock: ManualClock, url: str, former: str = ""
) -> Trail:
    settings = {"portal.url": url, "portal.former_urls": former}
    return make_trail(Trail, package, database, clock, settings)


def test_a_trail_of_another_address_does_not_verify_unless_the_address_is_a_former_one(
    package: Callable[..., Any], database: IDatabase, clock: ManualClock
) -> None:
    """What was sealed, what waits, and what explains a loss, all written under the address of before."""
    before = portal_at(package, database, clock, STAGING)
    before.record(target="subject-zoe", personal=ADDRESS)
    with database.writing() as session:
        assert retention.erase_personal(before.registry, session, "subject-zoe", by=None) == 1
    before.record()
    new = "https://portail.example.fr"
    third_party = portal_at(package, database, clock, new)
    third_party.seal_despite_forgery()
    report = third_party.verify()
    assert "former_urls" in report.problems[0].why
    assert (report.sealed, report.unsealed) == (0, 1)
    after = portal_at(package, database, clock, new, former=f"https://older.example.fr {STAGING}")
    assert after.seal() == 1
    after.record()
    after.seal()
    assert after.verify().proven, after.verify().problems
    assert after.verify().sealed == 4


def test_a_chain_of_another_portal_in_place_of_ours_does_not_verify(trail: Trail) -> None:
    """Seals made with our keys, over events of another portal."""
    staging = TrailKeys(find(trail.registry, ISealer), origin_of(STAGING))
    at = datetime(2026, 6, 18, 10, tzinfo=UTC)
    trail.record()
    row, digest = forged_event("sign_in.refused", at, {"copy": uuid.uuid4().hex})
    mac = staging.event_mac(row["id"], at, digest)
    insert_like_an_honest_row(trail.database, "esea_audit_event", row)
    values = {"event_id": row["id"], "at": at, "digest": digest, "origin": staging.origin, "mac": mac}
    insert_like_an_honest_row(trail.database, "esea_audit_digest", values)
    trail.execute(
        "INSERT INTO esea_audit_seal (number, event_id, link) VALUES (1, :id, :link)",
        id=row["id"],
        link=staging.link("", 1, row["id"], digest, mac),
    )
    assert not trail.verify().proven
