"""Upgrades, downgrades and compares the database: what ``esea-admin CONFIG migrate`` and the tests call.

Every function takes the registry (or a request or configurator): it says which branches the enabled plugins use
and which database they use them in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util.exc import CommandError
from sqlalchemy import Column, Connection, Engine, String, inspect, select, table, text

from ...pyramid_types import Registry, Source, get_registry
from ...services import find
from ..database import IDatabase
from .branch import Branch
from .declared import declared, installed

VERSION_TABLE = "esea_alembic_version"

#: PostgreSQL advisory lock of the migrations: two `migrate` at once wait for each other. « ESEA » in ASCII.
_LOCK = 0x45534541


def upgrade(source: Source) -> Sequence[str]:
    """Bring every declared branch to its head; return the labels that moved."""
    registry = get_registry(source)
    moved = behind(registry)
    with _migrating(find(registry, IDatabase).engine) as connection:
        config = alembic_config(declared(registry), connection)
        config.attributes["registry"] = registry  # a revision may need the portal's keys
        for branch in declared(registry):
            command.upgrade(config, f"{branch.label}@head")
    return moved


def downgrade(source: Source, *labels: str) -> None:
    """Take branches back to nothing (all declared ones by default): every table of theirs is dropped.

    Run it before a plugin is uninstalled, since Alembic can't undo revisions that it can't read.
    """
    registry = get_registry(source)
    branches = [branch for branch in declared(registry) if not labels or branch.label in labels]
    with _migrating(find(registry, IDatabase).engine) as connection:
        config = alembic_config(declared(registry), connection)
        config.attributes["registry"] = registry
        for branch in reversed(branches):
            if _heads(connection, config) & _revisions(config, branch):
                command.downgrade(config, f"{branch.label}@base")


def revise(source: Source, label: str, message: str) -> Path:
    """Write the revision that brings a branch from its head to its models, for a developer to read and correct.

    The database must be up to date: what is missing in it is what the revision will hold.
    """
    registry = get_registry(source)
    branch = next(branch for branch in declared(registry) if branch.label == label)
    own = {table.name for table in branch.tables()}
    with find(registry, IDatabase).engine.connect() as connection:
        config = alembic_config(declared(registry), connection, others=False)
        config.attributes["metadata"] = branch.metadata()
        config.attributes["include_object"] = lambda item, name, kind, *rest: kind != "table" or name in own
        script = command.revision(config, message, autogenerate=True, head=f"{label}@head")
    assert isinstance(script, Script)  # noqa: S101 - what one head gives
    return Path(script.path)


def behind(source: Source) -> Sequence[str]:
    """Return the labels of the declared branches whose head is not in the database.

    Cheap enough for ``/healthz``: the revisions on disk are read once, unless the database differs from them.
    """
    registry = get_registry(source)
    with find(registry, IDatabase).engine.connect() as connection:
        code = _read_code(registry, connection)
        there = _rows(connection)
        if not there <= code.known or not all(heads <= there for heads in code.heads.values()):
            there = _heads(connection, alembic_config(declared(registry), connection))
    return [label for label, heads in code.heads.items() if not heads <= there]


@dataclass(frozen=True, slots=True)
class _Code:
    """What the revisions on disk say: the heads of the declared branches, and every revision there is."""

    heads: dict[str, set[str]]
    known: set[str]


def _read_code(registry: Registry, connection: Connection) -> _Code:
    found: _Code | None = registry.get("esea.migrations_code")
    if found is None:
        script = ScriptDirectory.from_config(alembic_config(declared(registry), connection))
        heads = {
            branch.label: {revision.revision for revision in script.get_revisions(f"{branch.label}@head")}
            for branch in declared(registry)
        }
        known = {revision.revision for revision in script.walk_revisions()}
        found = registry["esea.migrations_code"] = _Code(heads, known)
    return found


def _rows(connection: Connection) -> set[str]:
    if not inspect(connection).has_table(VERSION_TABLE):
        return set()
    version: Column[str] = Column("version_num", String)
    return set(connection.scalars(select(version).select_from(table(VERSION_TABLE))))


def differences(source: Source) -> Sequence[str]:
    """Compare the declared branches' models with the database; return what differs, one text a difference."""
    registry = get_registry(source)
    found: list[str] = []
    with find(registry, IDatabase).engine.connect() as connection:
        for branch in declared(registry):
            tables = {table.name for table in branch.tables()}
            context = MigrationContext.configure(
                connection,
                opts={
                    "include_object": lambda item, name, kind, *rest, own=tables: kind != "table" or name in own,
                    "compare_server_default": False,
                    "version_table": VERSION_TABLE,
                },
            )
            found += [f"{branch.label}: {change!r}" for change in compare_metadata(context, branch.metadata())]
    return found


def alembic_config(branches: Sequence[Branch], connection: Connection, *, others: bool = True) -> Config:
    """Return Alembic's configuration: our environment, and the revisions of whatever is installed or declared.

    :param others: with the revisions of what is installed and not declared, which the database may hold too.
    """
    everything = {**(installed() if others else {}), **{branch.label: branch for branch in branches}}
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "newline")
    locations = "\n".join(sorted(str(branch.location) for branch in everything.values()))
    config.set_main_option("version_locations", locations.replace("%", "%%"))
    return config


def _heads(connection: Connection, config: Config) -> set[str]:
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    script = ScriptDirectory.from_config(config)
    try:
        applied = list(script.iterate_revisions(context.get_current_heads(), "base", implicit_base=True))
    except RevisionError as error:
        raise CommandError(f"the database holds a revision that no installed plugin has: {error}") from error
    return {revision.revision for revision in applied}


def _revisions(config: Config, branch: Branch) -> set[str]:
    script = ScriptDirectory.from_config(config)
    return {revision.revision for revision in script.iterate_revisions(f"{branch.label}@head", f"{branch.label}@base")}


@contextmanager
def _migrating(engine: Engine) -> Iterator[Connection]:
    """One transaction for everything, alone in the database.

    On SQLite a batch change copies a table and drops the old one, which with foreign keys on would delete the rows
    that refer to it: they are off for the time of the migration, and checked before it commits.
    """
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            with connection.begin():
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
                yield connection
            return
        raw: Any = connection.connection.driver_connection
        raw.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                yield connection
                broken = connection.execute(text("PRAGMA foreign_key_check")).all()
                if broken:
                    raise RuntimeError(f"the migration breaks references of {sorted({row[0] for row in broken})}")
        finally:
            raw.execute("PRAGMA foreign_keys = ON")
