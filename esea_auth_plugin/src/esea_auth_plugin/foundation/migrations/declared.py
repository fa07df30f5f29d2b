"""Which branches there are (installed) and which ones this application uses (declared by its plugins)."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from importlib.metadata import entry_points

from ...directives import report_problems
from ...errors import Problem
from ...pyramid_types import Configurator, Registry, RegistryStore
from .branch import Branch

GROUP = "regional_portal.migrations"


def add_migrations(config: Configurator, label: str, package: str) -> None:
    """Directive ``config.add_migrations(label, package)``: this application uses the tables of a branch.

    The branch itself is found by the entry point of that name, or, in a checkout without metadata, as an attribute
    of ``package.migrations``.
    """
    introspectable = config.introspectable("esea migrations", label, label, "migrations branch")

    def register() -> None:
        branch = installed().get(label) or _beside(package, label)
        if branch is None:
            cause = f"{package} declares migrations that no installed distribution publishes"
            cure = f"give it an entry point `{label}` in the group {GROUP}"
            report_problems(config, [Problem(f"migrations {label}", package, cause, cure)])
            return
        introspectable["branch"] = branch
        _declared(config.registry)[label] = branch

    config.action(("esea-migrations", label), register, introspectables=(introspectable,))


def declared(registry: Registry) -> Sequence[Branch]:
    """Return the branches that the enabled plugins declared, the foundation first."""
    return sorted(_declared(registry).values(), key=lambda branch: branch.label != "esea_foundation")


def installed() -> dict[str, Branch]:
    """Return the branches of every installed distribution, enabled or not.

    Alembic must read them all: a revision in the database that it can't find stops it, and a plugin may have been
    switched off since.
    """
    return {point.name: point.load() for point in entry_points(group=GROUP)}


_declared = RegistryStore("esea.migrations", dict[str, Branch])


def _beside(package: str, label: str) -> Branch | None:
    try:
        module = importlib.import_module(f"{package}.migrations")
    except ModuleNotFoundError:
        return None
    found = (value for value in vars(module).values() if isinstance(value, Branch) and value.label == label)
    return next(found, None)
