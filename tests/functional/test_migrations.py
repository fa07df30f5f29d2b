"""Migrations make what the models say, take it back, and each plugin has only its own tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.migration import MigrationContext
from alembic.operations import Operations
from pyramid.config import Configurator
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from esea_auth_plugin.errors import ConfigurationError
from esea_auth_plugin.foundation import migrations
from esea_auth_plugin.foundation.database import Database, IDatabase, make_engine
from esea_auth_plugin.foundation.migrations.branch import load_models, model_modules
from esea_auth_plugin.foundation.migrations.declared import declared
from esea_auth_plugin.foundation.migrations.runner import _migrating, alembic_config
from esea_auth_plugin.testing import databases

Make = Callable[..., Configurator]
EVERYTHING = (("esea_auth", "esea_auth_plugin"), ("oru_espace_pro", "oru_espace_pro_plugin"))
VERSIONS = {"esea_alembic_version"}


@pytest.fixture
def engine(backend: databases.Backend, tmp_path: Path) -> Iterator[Engine]:
    """An empty database."""
    if backend == "postgresql":
        found = make_engine(databases.empty("postgresql", "migrations"))
    else:
        found = make_engine(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    yield found
    found.dispose()


@pytest.fixture
def portal_of(engine: Engine) -> Make:
    """``portal_of(("oru_espace_pro", "oru_espace_pro_plugin"))``: a portal whose plugins declare these branches."""

    def make(*branches: tuple[str, str]) -> Configurator:
        config = Configurator(settings={"__file__": "portal.ini"})
        config.include("esea_auth_plugin.directives")
        config.add_service(IDatabase, lambda registry: Database(engine))
        config.include("esea_auth_plugin.foundation.migrations")
        for label, package in branches:
            config.add_migrations(label, package)
        config.commit()
        return config

    return make


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


def test_upgrade_makes_what_the_models_say_and_downgrade_takes_it_back(portal_of: Make, engine: Engine) -> None:
    config = portal_of(*EVERYTHING)
    labels = [branch.label for branch in migrations.declared(config.registry)]
    assert labels == ["esea_foundation", "esea_auth", "oru_espace_pro"]
    assert migrations.upgrade(config) == labels
    assert migrations.differences(config) == []
    assert migrations.upgrade(config) == []
    migrations.downgrade(config)
    assert tables(engine) == VERSIONS
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            left = "SELECT proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = 'public'"
            assert connection.execute(text(left)).all() == []
    assert migrations.upgrade(config) == labels, "and up again"


def test_a_difference_is_found(portal_of: Make, engine: Engine) -> None:
    config = portal_of()
    migrations.upgrade(config)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE esea_job ADD COLUMN stray INTEGER"))
    assert [found for found in migrations.differences(config) if "stray" in found]


def test_the_espace_pro_alone_has_no_accounts_table(portal_of: Make, engine: Engine) -> None:
    config = portal_of(("oru_espace_pro", "oru_espace_pro_plugin"))
    migrations.upgrade(config)
    there = tables(engine) - VERSIONS
    assert {"esea_delivery", "esea_job", "esea_audit_event"} <= there
    assert not {name for name in there if "account" in name or "sign" in name or "password" in name}
    assert {name for name in there if name.startswith("oru_")}
    assert migrations.differences(config) == []


def test_a_plugin_that_is_enabled_later_joins_without_touching_the_others(portal_of: Make, engine: Engine) -> None:
    migrations.upgrade(portal_of())
    before = tables(engine)
    config = portal_of(("esea_auth", "esea_auth_plugin"))
    assert migrations.behind(config) == ["esea_auth"]
    assert migrations.upgrade(config) == ["esea_auth"]
    assert before < tables(engine)
    migrations.downgrade(config, "esea_auth")
    assert tables(engine) == before


def test_the_trail_is_append_only_from_the_first_migration(portal_of: Make, engine: Engine) -> None:
    migrations.upgrade(portal_of())
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO esea_audit_digest (event_id, at, digest) VALUES ('e', :at, 'd')"),
            {"at": "2026-06-18 10:00:00"},
        )
    for act in ("UPDATE esea_audit_digest SET digest = 'x'", "DELETE FROM esea_audit_digest"):
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(text(act))


@pytest.mark.databases("sqlite")
def test_batch_changes_keep_the_rows_that_refer_to_a_table(portal_of: Make, engine: Engine) -> None:
    """SQLite's batch mode drops the old table: with foreign keys on, that would delete what refers to it."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE parent (id INTEGER PRIMARY KEY)"))
        connection.execute(
            text("CREATE TABLE child (id INTEGER PRIMARY KEY, p INTEGER REFERENCES parent (id) ON DELETE CASCADE)")
        )
        connection.execute(text("INSERT INTO parent VALUES (1)"))
        connection.execute(text("INSERT INTO child VALUES (1, 1)"))
    with _migrating(engine) as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("parent", recreate="always") as batch:
            batch.add_column(sa.Column("note", sa.Text))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM child")).scalar_one() == 1
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1


def test_former_spellings_are_written_again(portal_of: Make, engine: Engine) -> None:
    """A domain of IDNA 2003, a number of no plan, texts folded the former way: rows of before 0.1.0 are repaired."""
    config = portal_of(*EVERYTHING)
    with _migrating(engine) as connection:
        alembic = alembic_config(declared(config.registry), connection)
        for revision in ("esea_foundation_0002", "esea_auth_0011", "oru_espace_pro_0001"):
            command.upgrade(alembic, revision)
    at = "'2026-09-14 09:00:00'"
    statements = [
        "INSERT INTO esea_account (id, subject, identifier, email, email_typed, email_domain, state, search,"
        " created_at, changed_at) VALUES ('a', 's', 'zoe', 'alix@strasse.fr', 'alix@straße.fr', 'strasse.fr', 'active',"
        f" 'zoé œuvrard', {at}, {at})",
        *(
            "INSERT INTO esea_identity_attribute (id, account_id, name, value, digest, system, origin, at) VALUES"
            f" ('{name}', 'a', '{name}', {value}, {digest}, '', 'declared', {at})"
            for name, value, digest in (
                ("last_name", "'Œuvrard'", "NULL"),
                ("phone", "'+33596552000'", "NULL"),
                ("mobile", "'+33612345678'", "NULL"),
                ("birthday", "NULL", "'former'"),
            )
        ),
        "INSERT INTO esea_request (id, kind, reference, state, title, sort_title, search_text, topic, reason,"
        " created_at, due_on, version) VALUES ('r', 'sign_up', 'DEM-1', 'open', 'ŒUVRARD', 'œuvrard', 'œuvrard dem 1',"
        f" '', '', {at}, '2026-09-21', 0)",
    ]
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    migrations.upgrade(config)
    with engine.connect() as connection:
        account = connection.execute(text("SELECT email, email_domain, search FROM esea_account")).one()
        attributes = connection.execute(text("SELECT name, value FROM esea_identity_attribute"))
        held = {name: value for name, value in attributes}  # noqa: C416 - rows, not pairs, for the type checker
        digest = connection.execute(text("SELECT digest FROM esea_identity_attribute WHERE name = 'birthday'")).scalar()
        request = connection.execute(text("SELECT sort_title, search_text FROM esea_request")).one()
    assert tuple(account) == ("alix@xn--strae-oqa.fr", "xn--strae-oqa.fr", "oeuvrard zoe alix@xn strae oqa.fr")
    assert (held["phone"], held["mobile"]) == ("+596596552000", "+33612345678")
    assert digest is None  # the worker computes it: it needs the keys
    assert tuple(request) == ("oeuvrard", "oeuvrard dem 1")


def test_a_failed_migration_changes_nothing(portal_of: Make, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    create = Operations.create_table

    def fail_late(self: Any, name: str, *rest: Any, **more: Any) -> Any:
        if name == "esea_session":
            raise RuntimeError("power cut")
        return create(self, name, *rest, **more)

    monkeypatch.setattr(Operations, "create_table", fail_late)
    with pytest.raises(RuntimeError, match="power cut"):
        migrations.upgrade(portal_of())
    assert tables(engine) <= VERSIONS


def test_the_start_stops_in_one_line_when_the_database_is_behind(portal_of: Make) -> None:
    config = portal_of()
    with pytest.raises(ConfigurationError) as stopped:
        config.make_wsgi_app()
    [problem] = stopped.value.problems
    assert "run `esea-admin portal.ini migrate`" in str(problem)
    migrations.upgrade(config)
    config.make_wsgi_app()


def test_the_start_names_a_revision_that_no_installed_plugin_has(portal_of: Make, engine: Engine) -> None:
    config = portal_of()
    migrations.upgrade(config)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO esea_alembic_version VALUES ('third_party_0001')"))
    with pytest.raises(ConfigurationError, match=r"third_party_0001.*install that plugin again"):
        config.make_wsgi_app()


def test_an_undeclared_branch_stops_the_start(portal_of: Make) -> None:
    with pytest.raises(Exception, match=r"regional_portal\.migrations"):
        portal_of(("third_party", "no_such_package"))


@pytest.mark.parametrize("package", ["esea_auth_plugin", "oru_espace_pro_plugin"])
def test_every_table_belongs_to_a_branch(package: str) -> None:
    load_models(package)
    assert list(model_modules(package))
    branches = migrations.installed().values()
    for branch in branches:
        for table in branch.metadata().sorted_tables:
            owners = [each.label for each in branches if each.metadata() is table.metadata and each.owns(table)]
            assert len(owners) == 1, f"{table.name}: {owners}"
            assert table.name.startswith("oru_" if branch.label == "oru_espace_pro" else "esea_")


def test_no_branch_refers_to_tables_of_accounts_but_its_own() -> None:
    for label in ("esea_foundation", "oru_espace_pro"):
        branch = migrations.installed()[label]
        own = {table.name for table in branch.tables()}
        for table in branch.tables():
            for key in table.foreign_keys:
                assert key.column.table.name in own, f"{table.name} refers to {key.column.table.name}"


@pytest.mark.databases("sqlite")
def test_a_developer_gets_the_next_revision_from_the_models(
    portal_of: Make, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a plugin of somebody else, so that nothing of ours is written."""
    package = tmp_path / "guest"
    (package / "migrations" / "versions").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "models.py").write_text(
        "import sqlalchemy as sa\nMETADATA = sa.MetaData()\n"
        "TABLE = sa.Table('guest_book', METADATA, sa.Column('id', sa.String(36), primary_key=True))\n"
    )
    (package / "migrations" / "__init__.py").write_text(
        "from esea_auth_plugin.foundation.migrations import Branch\n"
        "def metadata():\n    from ..models import METADATA\n    return METADATA\n"
        "guest = Branch('guest', 'guest', 'migrations/versions', metadata)\n"
    )
    (package / "migrations" / "versions" / "guest_0001.py").write_text(
        "revision = 'guest_0001'\ndown_revision = None\nbranch_labels = ('guest',)\ndepends_on = None\n"
        "def upgrade(): pass\ndef downgrade(): pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    config = portal_of(("guest", "guest"))
    migrations.upgrade(config)
    written = migrations.revise(config, "guest", "the book")
    text = written.read_text()
    assert "'guest_book'" in text
    assert "down_revision: str | Sequence[str] | None = 'guest_0001'" in text
    assert "esea_" not in text


_CHANGE = (
    "INSERT INTO esea_address_change (id, subject, sealed_former, sealed_new, made_at, cancel_digest, cancel_ends_at,"
    " cancelled_at) VALUES"
)
_TICKET = "INSERT INTO esea_enrolment_ticket (id, cookie_digest, subject, cause, created_at, ends_at, used_at) VALUES"
_AT, _THEN = "'2026-09-14 09:00:00'", "'2026-09-17 09:00:00'"
#: Rows of before the common columns of ``foundation.single_use``.
FORMER_SECRETS = (
    f"{_CHANGE} ('live', 's', '', '', {_AT}, 'd1', {_THEN}, NULL)",
    f"{_CHANGE} ('barred', 's', '', '', {_AT}, NULL, {_THEN}, NULL)",
    f"{_CHANGE} ('undone', 's', '', '', {_AT}, 'd2', {_THEN}, {_AT})",
    f"{_TICKET} ('live', 'd1', 's', 'support', {_AT}, {_THEN}, NULL)",
    f"{_TICKET} ('used', 'd2', 's', 'support', {_AT}, {_THEN}, {_AT})",
    "INSERT INTO esea_pending_identity (id, cookie_digest, sealed, ends_at, taken_at) VALUES"
    f" ('taken', 'd', '', {_THEN}, {_AT})",
)
WORTH = tuple(
    f"SELECT id, digest, replaced_at IS NULL AND used_at IS NULL FROM {table} ORDER BY id"
    for table in ("esea_address_change", "esea_enrolment_ticket", "esea_pending_identity")
)


def test_secrets_of_before_the_common_columns_are_worth_what_they_were(portal_of: Make, engine: Engine) -> None:
    """What could be redeemed still can, what could not still can't, there and back."""
    config = portal_of(*EVERYTHING)
    with _migrating(engine) as connection:
        alembic = alembic_config(declared(config.registry), connection)
        for revision in ("esea_foundation_0007", "esea_auth_0016"):
            command.upgrade(alembic, revision)
    with engine.begin() as connection:
        for statement in FORMER_SECRETS:
            connection.execute(text(statement))

    def read(*statements: str) -> list[list[tuple[object, ...]]]:
        with engine.connect() as connection:
            return [[tuple(row) for row in connection.execute(text(each))] for each in statements]

    migrations.upgrade(config)
    assert migrations.differences(config) == []
    assert read(*WORTH) == [
        [("barred", "barred", False), ("live", "d1", True), ("undone", "d2", False)],
        [("live", "d1", True), ("used", "d2", False)],
        [("taken", "d", False)],
    ]
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE esea_enrolment_ticket SET replaced_at = {_AT} WHERE id = 'live'"))
    with _migrating(engine) as connection:
        command.downgrade(alembic_config(declared(config.registry), connection), "esea_auth@esea_auth_0016")
    assert read(
        "SELECT id, cancel_digest, cancelled_at IS NULL FROM esea_address_change ORDER BY id",
        "SELECT id, cookie_digest, used_at IS NULL FROM esea_enrolment_ticket ORDER BY id",
        "SELECT id, cookie_digest, taken_at IS NULL FROM esea_pending_identity ORDER BY id",
    ) == [
        [("barred", None, True), ("live", "d1", True), ("undone", "d2", False)],
        [("live", "d1", False), ("used", "d2", False)],
        [("taken", "d", False)],
    ]
