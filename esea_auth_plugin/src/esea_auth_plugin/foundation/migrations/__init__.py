"""Migrations: one Alembic branch a plugin, one environment for all, run by ``esea-admin CONFIG migrate``."""

from __future__ import annotations

from ...pyramid_types import Configurator
from ..audit import triggers
from ..database import Model
from .branch import Branch, Triggers
from .declared import add_migrations, declared, installed
from .runner import behind, differences, downgrade, revise, upgrade
from .startup import check_database, unchecked

__all__ = [
    "Branch",
    "Triggers",
    "behind",
    "declared",
    "differences",
    "downgrade",
    "esea_auth",
    "foundation",
    "includeme",
    "installed",
    "revise",
    "unchecked",
    "upgrade",
]


def _audit_triggers() -> Triggers:
    return Triggers(create=triggers.create_statements, drop=triggers.drop_statements)


#: Entry point ``esea_foundation``: the tables that every portal has.
foundation = Branch(
    label="esea_foundation",
    package="esea_auth_plugin",
    versions="foundation/migrations/versions/foundation",
    metadata=lambda: Model.metadata,
    owns=lambda table: table.info.get("branch") == "esea_foundation",
    triggers=_audit_triggers,
)

#: Entry point ``esea_auth``: the tables of accounts and sign-in.
esea_auth = Branch(
    label="esea_auth",
    package="esea_auth_plugin",
    versions="foundation/migrations/versions/accounts",
    metadata=lambda: Model.metadata,
    owns=lambda table: table.info.get("branch") == "esea_auth",
)


def includeme(config: Configurator) -> None:
    """Add the directive, declare the foundation's branch, check the database when the application is made."""
    config.add_directive("add_migrations", add_migrations)
    config.add_migrations("esea_foundation", "esea_auth_plugin.foundation")
    config.add_subscriber(check_database, "pyramid.events.ApplicationCreated")
