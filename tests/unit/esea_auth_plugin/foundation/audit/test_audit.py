"""The trail is written with the act, can't be changed, and proves itself whatever is erased."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from esea_auth_plugin.foundation.audit import activity_of, audit_rows, personal_of, retention, triggers
from esea_auth_plugin.foundation.audit.keys import TrailKeys
from esea_auth_plugin.foundation.audit.models import AuditSeal
from esea_auth_plugin.foundation.audit.rows import waiting_digests
from esea_auth_plugin.foundation.audit.sealer import seal_all, seal_some
from esea_auth_plugin.foundation.audit.service import AuditTrail, UnknownAction
from esea_auth_plugin.foundation.audit.verification import Report, verify
from esea_auth_plugin.foundation.database import IDatabase
from esea_auth_plugin.foundation.security.keyring import Key, Keyring
from esea_auth_plugin.foundation.security.sealing import Sealer
from esea_auth_plugin.interfaces import IAuditTrail, ISealer
from esea_auth_plugin.services import find
from esea_auth_plugin.testing.clock import ManualClock
from esea_auth_plugin.testing.threads import at_once

pytestmark = pytest.mark.databases("sqlite", "postgresql")

ANNE, SUPPORT = "subject-anne", "subject-support"


def execute(database: IDatabase, *statements: str, **values: Any) -> None:
    with database.writing() as session:
        for statement in statements:
            session.execute(text(statement), values)


def untriggered(database: IDatabase) -> None:
    """What somebody who owns the tables can do."""
    execute(database, *triggers.drop_statements(database.engine.dialect.name))


def test_an_event_is_read_back_as_it_was_written(record: Callable[..., None], database: IDatabase) -> None:
    record(outcome="refused", target=ANNE, details={"code": "password.wrong", "modes": ("b", "a"), "count": 2})
    with database.reading() as session:
        (row,) = audit_rows(session, action="sign_in.refused")
        assert row.outcome == "refused"
        assert row.details == {"code": "password.wrong", "modes": ["b", "a"], "count": 2}
        assert audit_rows(session, action="review.accepted") == []
        assert activity_of(session, ANNE) == [row]


def test_an_event_goes_with_the_act_it_tells_about(registry: Any, database: IDatabase) -> None:
    with pytest.raises(RuntimeError), database.writing() as session:
        find(registry, IAuditTrail).record(session, "review.accepted", actor=SUPPORT)
        raise RuntimeError("the act failed")
    with database.reading() as session:
        assert audit_rows(session) == []


def test_names_and_addresses_lie_sealed_aside(record: Callable[..., None], registry: Any, database: IDatabase) -> None:
    record(personal={"address": "192.0.2.7", "user_agent": "Firefox", "session": ""})
    with database.reading() as session:
        everything = str(
            [
                session.execute(text(f"SELECT * FROM {table}")).all()
                for table in ("esea_audit_event", "esea_audit_personal")
            ]
        )
        (row,) = audit_rows(session)
        assert personal_of(session, find(registry, ISealer), row.id) == {
            "address": "192.0.2.7",
            "user_agent": "Firefox",
        }
    assert "192.0.2.7" not in everything
    assert "Firefox" not in everything


def test_an_action_that_no_room_declared_is_refused(record: Callable[..., None]) -> None:
    with pytest.raises(UnknownAction, match="add_audit_action"):
        record("sign_in.forgotten_to_declare")
    with pytest.raises(UnknownAction, match="outcome"):
        record(outcome="maybe")


@pytest.mark.parametrize("value", ["anne@chu.fr", "x" * 201, ["ok", "anne@chu.fr"]])
def test_what_is_personal_or_long_is_refused_in_the_details(record: Callable[..., None], value: Any) -> None:
    with pytest.raises(ValueError, match="personal"):
        record(details={"note": value})


def test_a_real_portal_rather_writes_a_clumsy_row_than_none(
    audit_room: Callable[..., Any], database: IDatabase
) -> None:
    registry = audit_room(
        **{"portal.env": "production", "portal.clock": "", "portal.url": "https://portail.exemple.fr"}
    )
    with database.writing() as session:
        find(registry, IAuditTrail).record(session, "never.declared", details={"note": "x" * 500})
    with database.reading() as session:
        assert len(audit_rows(session)[0].details["note"]) == 200


def test_a_sealed_trail_proves_and_the_tail_is_told(
    record: Callable[..., None], registry: Any, proof: Callable[..., Report], clock: ManualClock
) -> None:
    assert proof().proven
    for _ in range(3):
        record(target=ANNE, personal={"address": "192.0.2.7"})
    since = clock.now() - timedelta(seconds=3)
    assert (proof().sealed, proof().unsealed, proof().oldest_unsealed) == (0, 3, since)
    assert seal_all(registry) == 3
    assert seal_all(registry) == 0
    record()
    report = proof()
    assert report.proven
    assert (report.sealed, report.unsealed) == (3, 1)
    assert report.head.startswith("3:")


def test_a_late_commit_is_sealed_afterwards_and_is_no_anomaly(
    record: Callable[..., None], registry: Any, database: IDatabase, proof: Callable[..., Report], clock: ManualClock
) -> None:
    early = clock.now()
    clock.advance(minutes=10)
    record()
    seal_all(registry)
    clock.set(early)
    record()  # began first, committed last
    assert seal_all(registry) == 1
    assert proof().proven
    assert proof().sealed == 2


def test_a_sealer_that_was_away_for_a_week_catches_up(
    record: Callable[..., None], registry: Any, proof: Callable[..., Report], clock: ManualClock
) -> None:
    record()
    seal_all(registry)
    for _ in range(3):
        clock.advance(days=3)
        record()
    assert seal_all(registry) == 3
    assert proof().proven


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE esea_audit_digest SET digest = ''",
        "DELETE FROM esea_audit_digest",
        "UPDATE esea_audit_seal SET link = ''",
        "DELETE FROM esea_audit_seal",
        "UPDATE esea_audit_event SET outcome = 'success'",
    ],
)
def test_the_database_refuses_to_change_the_trail(
    record: Callable[..., None], registry: Any, database: IDatabase, proof: Callable[..., Report], statement: str
) -> None:
    record(outcome="refused")
    seal_all(registry)
    with pytest.raises(DBAPIError, match="append-only"):
        execute(database, statement)
    assert proof().proven


def test_the_database_refuses_the_ways_around(record: Callable[..., None], registry: Any, database: IDatabase) -> None:
    """REPLACE removes rows without a DELETE on SQLite, TRUNCATE without row triggers on PostgreSQL."""
    record()
    seal_all(registry)
    around = {
        "sqlite": [
            "INSERT OR REPLACE INTO esea_audit_digest (event_id, at, digest) "
            "SELECT event_id, at, 'x' FROM esea_audit_digest",
            "REPLACE INTO esea_audit_seal SELECT number, event_id, 'x' FROM esea_audit_seal",
        ],
        "postgresql": [
            "TRUNCATE esea_audit_digest, esea_audit_seal",
            "INSERT INTO esea_audit_digest SELECT * FROM esea_audit_digest "
            "ON CONFLICT (event_id) DO UPDATE SET digest = 'x'",
        ],
    }
    for statement in around[database.engine.dialect.name]:
        with pytest.raises(DBAPIError, match="append-only"):
            execute(database, statement)


@pytest.mark.parametrize(
    ("statement", "number", "why"),
    [
        ("UPDATE esea_audit_event SET outcome = 'success' WHERE id = :two", 2, "changed after"),
        ("UPDATE esea_audit_event SET actor = 'other' WHERE id = :two", 2, "changed after"),
        ("UPDATE esea_audit_event SET details = '{}' WHERE id = :two", 2, "changed after"),
        ("UPDATE esea_audit_digest SET digest = 'x' WHERE event_id = :two", 2, "does not follow"),
        ("DELETE FROM esea_audit_seal WHERE event_id = :two", 2, "seal was removed"),
        ("UPDATE esea_audit_seal SET link = 'x' WHERE event_id = :two", 2, "does not follow"),
        ("UPDATE esea_audit_personal SET sealed = 'x' WHERE event_id = :two", 2, "side row"),
        ("DELETE FROM esea_audit_event WHERE id = :two", 2, "lost its content"),
    ],
)
def test_who_owns_the_tables_is_found_out(
    record: Callable[..., None],
    registry: Any,
    database: IDatabase,
    proof: Callable[..., Report],
    statement: str,
    number: int,
    why: str,
) -> None:
    for _ in range(3):
        record(outcome="refused", target=ANNE, details={"code": "x"}, personal={"address": "192.0.2.7"})
    seal_all(registry)
    untriggered(database)
    with database.reading() as session:
        two = audit_rows(session)[1].id
    execute(database, statement, two=two)
    broken = proof().broken
    assert broken is not None
    assert (broken.number, why in broken.why) == (number, True), broken


def test_a_side_row_moved_to_another_event_is_found_out(
    record: Callable[..., None], database: IDatabase, proof: Callable[..., Report]
) -> None:
    record(personal={"address": "192.0.2.1"})
    record(personal={"address": "192.0.2.2"})
    execute(database, "UPDATE esea_audit_personal SET sealed = (SELECT max(sealed) FROM esea_audit_personal)")
    broken = proof().broken
    assert broken is not None
    assert "side row" in broken.why


def test_a_chain_made_anew_without_the_key_does_not_prove(
    record: Callable[..., None], registry: Any, database: IDatabase, proof: Callable[..., Report], clock: ManualClock
) -> None:
    for _ in range(3):
        record()
    seal_all(registry)
    untriggered(database)
    execute(database, "DELETE FROM esea_audit_seal")
    attacker = TrailKeys(Sealer(Keyring([Key("attacker", b"a" * 32)])), find(registry, TrailKeys).origin)
    with database.writing() as session:
        link = ""
        for number, digest in enumerate(list(waiting_digests(session, None)), 1):
            link = attacker.link(link, number, digest.event_id, digest.digest, digest.mac)
            session.add(AuditSeal(number=number, event_id=digest.event_id, link=link))
    assert not proof().proven


def test_an_end_that_was_cut_off_shows_by_the_head_that_was_noted(
    record: Callable[..., None], registry: Any, database: IDatabase, proof: Callable[..., Report]
) -> None:
    for _ in range(3):
        record()
    seal_all(registry)
    head = proof().head
    record()
    seal_all(registry)
    assert proof(anchor=head).proven
    untriggered(database)
    execute(database, "DELETE FROM esea_audit_seal WHERE number > 2")
    assert proof().proven  # by itself a chain can't tell: the digests only wait again
    assert not proof(anchor=head).proven
    seal_all(registry)
    assert proof().proven
    assert not proof(anchor="2:x").proven


def test_a_row_slipped_in_beside_the_portal_is_found_out(
    record: Callable[..., None], database: IDatabase, proof: Callable[..., Report]
) -> None:
    record()
    execute(
        database,
        "INSERT INTO esea_audit_event (id, at, action, outcome, details, personal_digest, salt) "
        "SELECT 'forged', at, action, outcome, details, personal_digest, salt FROM esea_audit_event",
    )
    broken = proof().broken
    assert broken is not None
    assert broken.event_id == "forged"


def test_retention_removes_contents_and_the_proof_holds(
    record: Callable[..., None], registry: Any, database: IDatabase, proof: Callable[..., Report], clock: ManualClock
) -> None:
    for _ in range(3):
        record(target=ANNE, personal={"address": "192.0.2.7"})
    seal_all(registry)
    clock.advance(days=366)
    record()
    assert retention.prune(registry) == 3
    assert retention.prune(registry) == 0
    seal_all(registry)
    report = proof()
    assert report.proven, report.broken
    assert (report.erased, report.sealed) == (3, 5)
    with database.reading() as session:
        (pruned,) = audit_rows(session, action="audit.pruned")
        assert pruned.details["count"] == 3
        assert session.execute(text("SELECT count(*) FROM esea_audit_personal")).scalar() == 0


def test_names_can_be_erased_and_the_proof_holds(
    record: Callable[..., None], registry: Any, database: IDatabase, proof: Callable[..., Report]
) -> None:
    record(target=ANNE, personal={"address": "192.0.2.7"})
    record(target="other", personal={"address": "192.0.2.8"})
    seal_all(registry)
    with database.writing() as session:
        assert retention.erase_personal(registry, session, ANNE, by=SUPPORT) == 1
        assert retention.erase_personal(registry, session, "nobody", by=SUPPORT) == 0
    report = proof()
    assert report.proven
    assert (report.erased, report.erased_personal) == (0, 1)


def test_one_content_can_be_erased_with_a_word_and_the_proof_holds(
    record: Callable[..., None], registry: Any, database: IDatabase, proof: Callable[..., Report]
) -> None:
    record(target=ANNE, personal={"address": "192.0.2.7"})
    seal_all(registry)
    with database.writing() as session:
        event_id = audit_rows(session)[0].id
        assert retention.erase(registry, session, event_id, by=SUPPORT, reason="dpo.2026-14")
        assert not retention.erase(registry, session, event_id, by=SUPPORT, reason="dpo.2026-14")
    assert proof().proven
    assert proof().erased == 1


def test_after_a_renewal_of_keys_the_old_links_still_prove(database: IDatabase, clock: ManualClock) -> None:
    old, new = Key("old", b"o" * 32), Key("new", b"n" * 32)
    for ring in ([old], [new, old]):
        keys = TrailKeys(Sealer(Keyring(ring)), "origin")
        with database.writing() as session:
            AuditTrail(clock, keys, {"sign_in.refused": ""}, strict=True).record(
                session, "sign_in.refused", personal={"address": "192.0.2.7"}
            )
            assert seal_some(session, keys, clock.now()).count == 1
    with database.reading() as session:
        report = verify(session, keys, now=clock.now())
        assert (report.proven, report.sealed) == (True, 2), report.problems
        lost = TrailKeys(Sealer(Keyring([new])), "origin")
        assert not verify(session, lost, now=clock.now()).proven


def test_an_erased_digest_tells_nothing_about_a_guessed_content(
    record: Callable[..., None], database: IDatabase
) -> None:
    """The same event twice has two digests: without the salt nobody can try contents against one."""
    record(target=ANNE)
    record(target=ANNE)
    with database.reading() as session:
        digests = session.execute(text("SELECT digest FROM esea_audit_digest")).scalars().all()
    assert len(set(digests)) == 2


def test_two_sealers_at_once_give_each_number_once(
    record: Callable[..., None], registry: Any, proof: Callable[..., Report]
) -> None:
    for _ in range(20):
        record()
    assert sum(at_once(seal_all, [registry] * 4)) == 20
    assert proof().proven
    assert proof().sealed == 20


def test_writing_while_sealing_waits_for_nobody(
    record: Callable[..., None], registry: Any, database: IDatabase, clock: ManualClock
) -> None:
    """On PostgreSQL a sign-in writes its row while the sealer holds its lock."""
    if database.engine.dialect.name == "sqlite":
        return  # one writer at a time anyway: the sealer's transactions are short
    record()
    with database.writing() as sealing:
        seal_some(sealing, find(registry, TrailKeys), clock.now())
        with Session(database.engine) as other:
            other.execute(text("SET lock_timeout = '500ms'"))
            find(registry, IAuditTrail).record(other, "sign_in.refused")
            other.commit()
