"""Alembic's environment: runs in the connection that ``runner`` hands over, never on its own."""

from __future__ import annotations

from alembic import context

from esea_auth_plugin.foundation.migrations.rendering import render_item


def run() -> None:
    """Run what the command asks in the connection handed over."""
    given = context.config.attributes
    context.configure(
        connection=given["connection"],
        target_metadata=given.get("metadata"),
        include_object=given.get("include_object"),
        render_as_batch=given.get("batch", True),
        render_item=render_item,
        version_table="esea_alembic_version",
        user_module_prefix="sa.",
    )
    with context.begin_transaction():
        context.run_migrations()


run()
