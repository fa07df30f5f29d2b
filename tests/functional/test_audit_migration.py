"""A database of before events had codes: its seals verify after the migration, and nothing can pass for old."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from pyramid.config import Configurator
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from tests.audit import without_jobs

from esea_auth_plugin.foundation import migrations
from esea_auth_plugin.foundation.audit import retention
from esea_auth_plugin.foundation.audit.content import canonical
from esea_auth_plugin.foundation.audit.keys import TrailKeys
from esea_auth_plugin.foundation.audit.sealer import ForgedEvents, seal_all
from esea_auth_plugin.foundation.audit.verification import Report, verify
from esea_auth_plugin.foundation.database import Database, IDatabase, make_engine
from esea_auth_plugin.foundation.migrations.runner import _migrating, alembic_config
from esea_auth_plugin.foundation.reviews.texts import opened
from esea_auth_plugin.interfaces import IClock, ISealer
from esea_auth_plugin.services import find
from esea_auth_plugin.testing import databases
from esea_auth_plugin.testing.clock import DEFAULT_MOMENT, ManualClock

BEFORE = "esea_foundation_0004"


@pytest.fixture
def engine(backend: databases.Backend, tmp_path: Path) -> Iterator[Engine]:
    url = databases.empty(backend, "audit_migration") if backend == "postgresql" else f"sqlite:///{tmp_path / 'db'}"
    found = make_engine(url)
    yield found
    found.dispose()


@pytest.fixture
def registry(engine: Engine, base_settings: dict[str, str], clock: ManualClock) -> Any:
    """The audit trail on a database that is migrated up to the revision before."""
    config = Configurator(settings={**base_settings, "portal.database_url": str(engine.url)})
    for name in ("directives", "settings", "foundation.database", "foundation.migrations", "foundation.security"):
        config.include(f"esea_auth_plugin.{name}")
    config.include(without_jobs)
    config.include("esea_auth_plugin.foundation.audit")
    config.add_service(IDatabase, lambda registry: Database(engine))
    config.add_service(IClock, lambda registry: clock)
    config.commit()
    with _migrating(engine) as connection:
        command.upgrade(alembic_config(migrations.declared(config.registry), connection), BEFORE)
    return config.registry


def write_old_event(
    engine: Engine, name: str, *, personal: bool = False, target: str | None = None
) -> tuple[str, str, datetime]:
    """Write an event and its digest as the code of then did; return what its seal needs."""
    at = DEFAULT_MOMENT + timedelta(minutes=int(name[-1]))
    salt = "00" * 16
    content: dict[str, str | None] = {
        "id": name,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "action": "sign_in.refused",
    }
    content |= {"outcome": "success", "actor": None, "target": target, "details": "{}", "personal": ""}
    if personal:
        content["personal"] = "p" * 64
    digest = hmac.new(bytes.fromhex(salt), canonical(content).encode(), hashlib.sha256).hexdigest()
    stored = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") if engine.dialect.name == "sqlite" else at
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO esea_audit_event (id, at, action, outcome, target, details, personal_digest, salt)"
                " VALUES (:id, :at, 'sign_in.refused', 'success', :target, '{}', :personal, :salt)"
            ),
            {"id": name, "at": stored, "personal": content["personal"], "target": target, "salt": salt},
        )
        connection.execute(
            text("INSERT INTO esea_audit_digest (event_id, at, digest) VALUES (:id, :at, :digest)"),
            {"id": name, "at": stored, "digest": digest},
        )
    return name, digest, at


def seal_as_of_old(engine: Engine, registry: Any, events: list[tuple[str, str, datetime]]) -> None:
    link = ""
    with engine.begin() as connection:
        for number, (event_id, digest, at) in enumerate(events, 1):
            moment = at.astimezone(UTC).isoformat(timespec="microseconds")
            content = "\n".join([link, str(number), event_id, digest, moment])
            link = find(registry, ISealer).digest(content, purpose="audit.chain")
            connection.execute(
                text("INSERT INTO esea_audit_seal (number, event_id, link) VALUES (:number, :id, :link)"),
                {"number": number, "id": event_id, "link": link},
            )


@pytest.fixture
def proof(registry: Any) -> Callable[..., Report]:
    def proof(**options: Any) -> Report:
        with find(registry, IDatabase).reading() as session:
            return verify(session, find(registry, TrailKeys), now=find(registry, IClock).now(), **options)

    return proof


def test_what_was_sealed_and_what_waited_verify_after_the_migration(
    registry: Any, engine: Engine, proof: Callable[..., Report]
) -> None:
    sealed = [write_old_event(engine, f"event-{number}", personal=number == 2) for number in (1, 2, 3)]
    seal_as_of_old(engine, registry, sealed)
    write_old_event(engine, "event-4")
    migrations.upgrade(registry)
    before = proof()
    assert (before.proven, before.sealed, before.unsealed, before.erased_personal) == (True, 3, 1, 1), before.problems
    assert seal_all(registry) == 1
    after = proof(anchor=before.head)
    assert (after.proven, after.sealed) == (True, 4)
    assert after.missing_triggers == []


def test_an_event_slipped_in_after_the_migration_is_not_an_old_one(
    registry: Any, engine: Engine, proof: Callable[..., Report]
) -> None:
    seal_as_of_old(engine, registry, [write_old_event(engine, "event-1")])
    migrations.upgrade(registry)
    write_old_event(engine, "forged-2")
    with pytest.raises(ForgedEvents):
        seal_all(registry)
    assert [problem.event_id for problem in proof().problems if problem.why.startswith("was not written")] == [
        "forged-2"
    ]


def test_texts_of_reviewers_are_sealed_by_the_migration_and_opened_by_its_way_back(
    registry: Any, engine: Engine
) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO esea_request (id, kind, reference, state, title, sort_title, search_text, topic,"
                " created_at, due_on, reason, version) VALUES ('r1', 'k', 'DEM-1', 'refused', 't', 't', 't', '',"
                " '2026-06-18 10:00:00.000000', '2026-06-18', 'dit en clair', 0)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO esea_request_comment (request_id, act, at, text)"
                " VALUES ('r1', 'note', '2026-06-18 10:00:00.000000', 'note en clair')"
            )
        )
    migrations.upgrade(registry)
    queries = ("SELECT reason FROM esea_request", "SELECT text FROM esea_request_comment")
    with engine.connect() as connection:
        stored = [connection.scalar(text(query)) or "" for query in queries]
    assert [value[:3] for value in stored] == ["s1.", "s1."]
    assert [opened(registry, value, "r1") for value in stored] == ["dit en clair", "note en clair"]
    with _migrating(engine) as connection:
        config = alembic_config(migrations.declared(registry), connection)
        config.attributes["registry"] = registry
        command.downgrade(config, "esea_foundation_0005")
    with engine.connect() as connection:
        assert [connection.scalar(text(query)) for query in queries] == ["dit en clair", "note en clair"]


def test_details_of_a_migrated_database_are_those_of_a_new_one(registry: Any) -> None:
    migrations.upgrade(registry)
    assert migrations.differences(registry) == []


def insert_seal(engine: Engine, number: int, event_id: str) -> None:
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO esea_audit_seal (number, event_id, link) VALUES (:number, :id, '')"),
            {"number": number, "id": event_id},
        )


def test_the_migration_has_the_database_refuse_seals_outside_the_chain(
    registry: Any, engine: Engine, proof: Callable[..., Report]
) -> None:
    seal_as_of_old(engine, registry, [write_old_event(engine, "event-1")])
    write_old_event(engine, "event-2")
    migrations.upgrade(registry)
    with pytest.raises(IntegrityError):
        insert_seal(engine, 0, "event-2")
    report = proof()
    assert (report.proven, report.sealed, report.missing_triggers, report.foreign_triggers) == (True, 1, [], [])
    with _migrating(engine) as connection:
        config = alembic_config(migrations.declared(registry), connection)
        config.attributes["registry"] = registry
        command.downgrade(config, "esea_foundation_0006")
    assert proof().missing_triggers == []
    insert_seal(engine, 0, "event-2")
    assert not proof().proven


def test_the_migration_keeps_a_seal_outside_the_chain_as_evidence(
    registry: Any, engine: Engine, proof: Callable[..., Report]
) -> None:
    seal_as_of_old(engine, registry, [write_old_event(engine, "event-1")])
    write_old_event(engine, "forged-2")
    insert_seal(engine, -1, "forged-2")
    migrations.upgrade(registry)
    report = proof()
    assert {problem.event_id for problem in report.problems} == {"forged-2"}
    assert report.missing_triggers == []


def test_events_of_before_codes_are_erased_if_their_seal_proves_them(registry: Any, engine: Engine) -> None:
    events = [write_old_event(engine, f"event-{number}", personal=True, target="zoe") for number in (1, 2, 3)]
    seal_as_of_old(engine, registry, events)
    with engine.begin() as connection:
        for event_id, _, _ in events:
            insert = text("INSERT INTO esea_audit_personal (event_id, sealed) VALUES (:id, 's1.x.y')")
            connection.execute(insert, {"id": event_id})
    migrations.upgrade(registry)
    with engine.begin() as connection:
        on = " ON esea_audit_event" if engine.dialect.name == "postgresql" else ""
        connection.execute(text(f"DROP TRIGGER esea_audit_event_no_update{on}"))
        connection.execute(text("UPDATE esea_audit_event SET outcome = 'error' WHERE id = 'event-2'"))
    with find(registry, IDatabase).writing() as session:
        assert retention.erase_personal(registry, session, "zoe", by=None) == 2
    with engine.connect() as connection:
        left = connection.scalars(text("SELECT event_id FROM esea_audit_personal WHERE sealed <> ''")).all()
    assert left == ["event-2"]
