"""``migrate``: brings the database to what the code expects."""

from __future__ import annotations

import argparse

from ..foundation import migrations
from ..pyramid_types import Registry
from .loading import Commands, NotUsable, registry_of


def register(commands: Commands) -> None:
    """Declare the command."""
    command = commands.add_parser("migrate", help="bring the database up to date")
    command.add_argument("--check", action="store_true", help="change nothing; tell what is behind or differs")
    command.add_argument(
        "--downgrade",
        metavar="BRANCH",
        help="drop every table of a branch, with its data, before its plugin is uninstalled",
    )
    command.add_argument(
        "--new", nargs=2, metavar=("BRANCH", "MESSAGE"), help="for developers: write a revision from the models"
    )
    command.add_argument("--yes", action="store_true", help="with --downgrade: the data may go")
    command.set_defaults(run=migrate)


def migrate(given: argparse.Namespace) -> int:
    """Upgrade every branch of the enabled plugins, or what the options say."""
    registry = registry_of(given.config, behind=True)
    if given.check:
        return _check(registry)
    if given.new:
        print(f"wrote {migrations.revise(registry, _known(registry, given.new[0]), given.new[1])}: read it, correct it")
        return 0
    if given.downgrade:
        return _downgrade(registry, given.downgrade, sure=given.yes)
    moved = migrations.upgrade(registry)
    print(f"upgraded: {', '.join(moved)}" if moved else "the database is up to date")
    return 0


def _check(registry: Registry) -> int:
    late = migrations.behind(registry)
    found = [f"behind: {', '.join(late)}"] if late else list(migrations.differences(registry))
    print("\n".join(found) if found else "the database is as the code expects")
    return 1 if found else 0


def _downgrade(registry: Registry, label: str, *, sure: bool) -> int:
    if not sure:
        raise NotUsable(f"--downgrade {label} drops its tables with their data: add --yes if you mean it")
    migrations.downgrade(registry, _known(registry, label))
    print(f"dropped: {label}")
    return 0


def _known(registry: Registry, label: str) -> str:
    known = [branch.label for branch in migrations.declared(registry)]
    if label not in known:
        raise NotUsable(f"no branch {label}; this portal's: {', '.join(known)}")
    return label
